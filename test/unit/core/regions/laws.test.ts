import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regionName } from '#core/regions/path.ts'
import { isValidIn, RECORDS, recordAt, recordsOf } from '#core/regions/records.ts'
import { resolveRegion } from '#core/regions/resolve.ts'

const record = fc.constantFrom(...RECORDS)
const year = fc.integer({ min: 1981, max: 2030 })

describe('laws of regions', () => {
  it('every code that comes out is valid in the year asked for', () => {
    fc.assert(
      fc.property(record, year, (r, y) => {
        const { code, candidates, resolved } = resolveRegion({ code: r.code, year: y })
        const codes = candidates ?? (code === undefined ? [] : [code])
        expect(codes.every((c) => recordAt(c, y) !== undefined)).toBe(true)
        expect(codes.length).toBe(resolved === 'none' ? 0 : resolved === 'candidates' ? codes.length : 1)
      }),
    )
  })

  it('a code is exact if and only if it is in force in the year', () => {
    fc.assert(
      fc.property(record, year, (r, y) => {
        const isExact = resolveRegion({ code: r.code, year: y }).resolved === 'exact'
        expect(isExact).toBe(recordsOf(r.code).some((other) => isValidIn(other, y)))
      }),
    )
  })

  it('a full path leads back to the code, of every region there ever was', () => {
    const astray: string[] = []
    for (const r of RECORDS) {
      const { code, path = [] } = resolveRegion({ code: r.code, year: r.start })
      if (code === undefined || path.length === 0) continue
      const back = resolveRegion({ name: path.join(''), year: r.start })
      if (!(back.candidates ?? [back.code]).includes(code)) astray.push(`${r.code} ${r.name}`)
    }
    expect(astray).toEqual([])
  })

  it('any text gives an answer and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), year, (name, y) => {
        expect(resolveRegion({ name, year: y }).year).toBe(y)
        expect(resolveRegion({ code: name, year: y }).year).toBe(y)
      }),
    )
  })

  it('every successor is a code of the table, in force when it took over', () => {
    for (const r of RECORDS) {
      for (const { code, year: y } of r.succession)
        expect(regionName(code, y), `${r.code} → ${code}`).toBeDefined()
      if (r.end !== undefined)
        expect(
          r.succession.some((s) => s.kind !== 'territory'),
          r.code,
        ).toBe(true)
    }
  })

  it('holds the whole table', () => {
    expect(RECORDS).toHaveLength(6823)
    const counties = RECORDS.filter((r) => !r.code.endsWith('00'))
    expect(counties).toHaveLength(6245)
    expect(counties.filter((r) => r.end !== undefined)).toHaveLength(3399)
  })
})

describe('speed', () => {
  it('answers a known question from memory', () => {
    const input = { name: '浙江省杭州市余杭区', year: 2024 }
    expect(resolveRegion(input)).toBe(resolveRegion({ ...input }))
  })

  it('keeps questions apart whose parts run together', () => {
    expect(resolveRegion({ code: '330105', name: '|x', year: 2024 }).resolved).toBe('exact')
    expect(resolveRegion({ code: '330105|', name: 'x', year: 2024 }).resolved).toBe('none')
    expect(resolveRegion({ code: '33010', name: '5', year: 2024 }).resolved).toBe('none')
  })

  it('forgets the oldest answers rather than grow', () => {
    const first = resolveRegion({ code: '330102', year: 2024 })
    for (let n = 0; n < 10_001; n += 1) resolveRegion({ code: String(100_000 + n), year: 2023 })
    expect(resolveRegion({ code: '330102', year: 2024 })).not.toBe(first)
    expect(resolveRegion({ code: '330102', year: 2024 })).toEqual(first)
  })
})
