import { describe, expect, it } from 'vitest'
import { recordsOf } from '#core/regions/records.ts'
import { resolveRegion } from '#core/regions/resolve.ts'

const OBSOLETE = 'W_AREA_OBSOLETE'
const AMBIGUOUS = 'W_AREA_AMBIGUOUS'

/** Code that ended, its name, the year, and the codes of its ground in 2024. */
const ENDED = [
  ['330183', '富阳市', 2014, ['330111']],
  ['330185', '临安市', 2017, ['330112']],
  ['330103', '下城区', 2021, ['330105']],
  ['330104', '江干区', 2021, ['330102', '330114']],
  ['330204', '江东区', 2016, ['330212']],
  ['330283', '奉化市', 2016, ['330213']],
  ['330322', '洞头县', 2015, ['330305']],
  ['330621', '绍兴县', 2013, ['330602', '330603']],
  ['330682', '上虞市', 2013, ['330604']],
  ['331021', '玉环县', 2017, ['331083']],
] as const

describe('every Zhejiang code that ended since 2010', () => {
  it.each(ENDED)('%s %s ended in %i and leads to %j', (code, name, year, codes) => {
    expect(recordsOf(code).at(-1)).toMatchObject({ name, end: year })
    const resolved = resolveRegion({ code, year: 2024 })
    if (codes.length === 1) {
      expect(resolved).toMatchObject({ code: codes[0], resolved: 'successor', flags: [OBSOLETE] })
    } else {
      expect(resolved).toMatchObject({
        candidates: codes,
        resolved: 'candidates',
        flags: [OBSOLETE, AMBIGUOUS],
      })
      expect(resolved.code).toBeUndefined()
    }
  })

  it.each(ENDED)('%s %s is exact and unflagged until the year of change, and in it', (code, name, end) => {
    for (const year of [end - 1, end]) {
      expect(resolveRegion({ code, year })).toMatchObject({ code, name, resolved: 'exact', flags: [] })
    }
    expect(resolveRegion({ code, year: end + 1 }).flags).toContain(OBSOLETE)
  })

  it.each(ENDED)('%s is found by its old name %s of %i, with the same outcome', (code, name, _end, codes) => {
    const city = { '3301': '杭州市', '3302': '宁波市', '3303': '温州市', '3306': '绍兴市', '3310': '台州市' }
    const written = `${city[code.slice(0, 4) as keyof typeof city]}${name}`
    const byName = resolveRegion({ name: written, year: 2024 })
    expect(byName.candidates ?? [byName.code]).toEqual(codes)
    expect(byName.flags).toContain(OBSOLETE)
  })
})

describe('every Zhejiang code that began since 2010', () => {
  it.each([
    ['330113', '临平区', 2021],
    ['330114', '钱塘区', 2021],
    ['330383', '龙港市', 2019],
    ['330603', '柯桥区', 2013],
    ['330604', '上虞区', 2013],
  ])('%s %s is exact from %i on', (code, name, start) => {
    expect(resolveRegion({ code, year: start })).toMatchObject({ code, name, resolved: 'exact', flags: [] })
    expect(resolveRegion({ code, year: start - 1 }).resolved).not.toBe('exact')
  })

  it('leads a code that began later to what the ground was before, and says so', () => {
    expect(resolveRegion({ code: '330113', year: 2020 })).toMatchObject({
      code: '330110',
      resolved: 'predecessor',
      flags: ['W_AREA_CHANGED'],
    })
    expect(resolveRegion({ code: '330114', year: 2020 })).toMatchObject({
      candidates: ['330104', '330109'],
      flags: ['W_AREA_CHANGED', AMBIGUOUS],
    })
  })
})
