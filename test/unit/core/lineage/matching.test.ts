import { expect, test } from 'vitest'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'

const entry: Body = {
  flags: [],
  occurredAt: { at: '2024-04-15T00:00:00+08:00', precision: 'day' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33010501224041500001' }],
  product: { name: '番茄' },
  sites: [
    { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
    { role: 'stall', name: 'A-023', ids: [] },
  ],
}
const ways = (body: Body): string[] =>
  matchFacts('entry', 'urn:cnft:entry:s:r:1', body)
    .points.map(({ side, who, what }) => `${side} ${who} ${what}`)
    .sort()

test('a stall and a product are known in every spelling', () => {
  expect(ways(entry).length).toBeGreaterThan(0)
  const other = { ...entry, product: { name: '蕃茄（大）' } }
  other.sites = [entry.sites?.[0] as never, { role: 'stall', name: 'a 23', ids: [] }]
  expect(ways(other)).toEqual(ways(entry))
})

test.each(['month', 'year'] as const)('a time that names only a %s meets nothing', (precision) => {
  expect(ways({ ...entry, occurredAt: { at: '2024-01-01T00:00:00+08:00', precision } as never })).toEqual([])
})

test('the name of a person is no key', () => {
  const named = (name: string): string[] =>
    ways({ ...entry, sites: [entry.sites?.[0] as never], parties: [{ role: 'owner', name, ids: [] }] })
  expect(named('王秀英')).toEqual([])
  expect(named('秀英示例蔬菜摊').length).toBeGreaterThan(0)
})

test.each([
  ['a ticket, for each lot that it names', { saleKind: 'retail', lots: [{ role: 'source' }] }, ['lot:7']],
  [
    'a summary without a lot, for its papers',
    { saleKind: 'summary', documents: [{ role: 'upstream', type: 'unknown', number: 'Q1' }] },
    ['doc:Q1'],
  ],
  [
    'a ticket by the lot that it is of, before its paper',
    {
      saleKind: 'retail',
      lots: [{ role: 'subject' }],
      documents: [{ role: 'upstream', type: 'unknown', number: 'Q1' }],
    },
    ['lot:7'],
  ],
  ['a ticket that names nothing', { saleKind: 'retail' }, []],
  ['what was refunded', { saleKind: 'retail', refund: true, lots: [{ role: 'source' }] }, []],
  ['a wholesaler without a code', { saleKind: 'wholesale' }, ['rec:urn:cnft:sale:s:r:1']],
  [
    'a wholesaler with one, whose trades are found by him',
    {
      saleKind: 'wholesale',
      parties: [{ role: 'seller', ids: [{ scheme: 'cn.mofcom.operator13', value: '1' }] }],
    },
    [],
  ],
])('what a stall sold of is told by %s', (_, more, codes) => {
  const { lots = [], ...rest } = more as Partial<Body>
  const { lots: __, ...goods } = entry
  const own = lots.map((lot) => ({ ...lot, scheme: 'cn.mofcom.trace20b', value: '7' }))
  const sale = { ...goods, ...rest, ...(own.length > 0 ? { lots: own } : {}) } as Body
  const { points } = matchFacts('sale', 'urn:cnft:sale:s:r:1', sale)
  const told = points.filter(({ side }) => side === 'stock').map(({ code }) => code)
  expect(told).toEqual(codes)
})
