import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { SourceValue } from '#core/source.ts'

const { mapping, mistakes } = compileMapping({
  path: 'ledger.yaml',
  text: [
    'mapping: ledger/stock',
    'version: 1',
    'read: { format: json }',
    'key: [{ from: day, date: [excel, iso, yyyy.M.d] }, n]',
    'emit:',
    '  - kind: entry',
    '    fields:',
    '      occurredAt: { from: day, date: [excel, iso, yyyy.M.d] }',
    '      sites.market: { name: { const: 市场 } }',
    '      product: { name: { const: 番茄 } }',
    '      quantity: { from: mass, unit: unit.mass, dimension: mass }',
    '      price: { from: price, per: { from: unit.mass } }',
  ].join('\n'),
})

const mapped = (row: { [name: string]: SourceValue }) => {
  const place = (field: string) => `/${field}`
  const source = { index: 0, path: '', value: { n: '1', ...row }, place, issues: [] }
  const found = mapping?.map(source, { receivedAtMs: Date.UTC(2024, 4, 1) })
  if (!found) throw new Error(JSON.stringify(mistakes))
  return found
}

describe('a time in a key', () => {
  test.each([
    ['45397', '2024-04-15'],
    ['2024-04-15', '2024-04-15'],
    ['2024.4.15', '2024-04-15'],
    [' ２０２４.４.１５ ', '2024-04-15'],
    ['2024-04-15T08:30:00+08:00', '2024-04-15T08:30:00+08:00'],
  ])('%s is the same key in whatever form it is written', (day, part) => {
    expect(mapped({ day })).toMatchObject({ rejected: false, key: [part, '1'] })
  })
  test('that cannot be read rejects once, as the time that it is', () => {
    for (const [day, reason] of [
      ['四月十五', 'no readable time'],
      ['', 'no time of the event'],
    ] as const) {
      const { key, rejected, issues } = mapped({ day })
      expect({ key, rejected }).toEqual({ key: null, rejected: true })
      expect(issues).toHaveLength(1)
      expect(issues[0]).toMatchObject({ code: 'E_SCHEMA', path: '/day' })
      expect(issues[0]?.reason).toBe(reason)
    }
  })
})

describe('a price for the unit that a field names', () => {
  const priceOf = (row: { [name: string]: SourceValue }) =>
    mapped({ day: '45397', price: '2', ...row }).records[0]?.body as unknown as Record<string, unknown>
  test('does not mind the unit of the quantity', () => {
    expect(priceOf({ mass: '2筐', unit: { mass: '斤' } })).toMatchObject({
      price: { value: '4', per: 'KGM' },
      quantity: { value: null, unit: 'KGM' },
    })
    expect(priceOf({ mass: '3', unit: { mass: '公斤' } })).toMatchObject({
      price: { value: '2', per: 'KGM' },
    })
  })
  test('is left out and marked where the field names none', () => {
    const body = priceOf({ mass: '3', unit: {} })
    expect(body['price']).toBeUndefined()
    expect(body['flags']).toContain('W_UNIT_SUSPECT')
    expect(body['raw']).toMatchObject({ price: '2' })
  })
})
