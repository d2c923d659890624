import { expect, it } from 'vitest'
import { fieldDifferences } from '#core/model/difference.ts'

it('names the fields that differ, came or went, in the order of their names', () => {
  const before = { amount: { value: '1' }, lots: [{ code: 'a' }], price: '2', same: [1, { x: null }] }
  const after = {
    amount: { value: '3' },
    lots: [{ code: 'a' }, { code: 'b' }],
    same: [1, { x: null }],
    unit: 'kg',
  }
  expect(fieldDifferences(before, after)).toEqual([
    { at: 'amount.value', before: '1', after: '3' },
    { at: 'lots.1.code', after: 'b' },
    { at: 'price', before: '2' },
    { at: 'unit', after: 'kg' },
  ])
  expect(fieldDifferences(before, before)).toEqual([])
  expect(fieldDifferences({ a: 1, b: {} }, { a: { c: 1 } })).toEqual([
    { at: 'a', before: 1, after: '{…}' },
    { at: 'b', before: '{…}' },
  ])
})

it('hides what may be of a person, wherever it stands', () => {
  const body = (name: string) => ({
    parties: [{ role: 'seller', name, ids: [{ value: name }] }],
    sites: [{ role: 'farm', name, ids: [] }],
    vehicle: name,
    note: name,
    raw: { vehicle: name, 'parties.seller.name': name },
    input: [{ parties: [{ name }] }],
  })
  const found = fieldDifferences(body('王秀英'), body('李明'))
  expect(found.map(({ at }) => at)).toContain('sites.0.name')
  expect(found.length).toBeGreaterThanOrEqual(7)
  expect(JSON.stringify([found, fieldDifferences({}, body('王秀英'))])).not.toMatch(/王秀英|李明/)
})

it('shows no more than asked for, and cuts what is long', () => {
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]))
  expect(fieldDifferences({}, wide, 7)).toHaveLength(7)
  const [one] = fieldDifferences({ text: 'a' }, { text: 'x'.repeat(10_000) })
  expect(String(one?.after).length).toBeLessThanOrEqual(200)
})
