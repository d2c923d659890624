import { expect, test } from 'vitest'
import {
  dayOf,
  kg,
  ledger,
  leftAt,
  lot,
  MARKETS,
  massOf,
  paper,
  party,
  rehearsalOf,
  sitesOf,
} from '#test/recall/ledger.ts'

const farm = { sites: [{ role: 'farm', name: '示例合作社', ids: [] }] }
const trade = { parties: [party('supplier', 0), party('owner', 1)] }
const from = (value: string) => ({ lots: [lot(value), lot('A', 'source')] })

/** A lot that left a farm, and its arrival as the market tells it, by a code of its own. */
function arrival(more: object = trade) {
  const { records, tell } = ledger()
  tell('dispatch', 0, 300, { ...farm, lots: [lot('A')] })
  tell('entry', 1, 300, { ...from('B'), ...more, occurredAt: dayOf(5) }, 'market1')
  const again = (value: string, kilograms: number, of: object = {}) =>
    tell('entry', 1, kilograms, { ...from(value), occurredAt: dayOf(5), ...of }, 'county')
  return { records, tell, again }
}
const found = async (records: Parameters<typeof rehearsalOf>[0], root = 'lot:A') => {
  const all = await rehearsalOf(records, root)
  return { ...massOf(all), left: leftAt(all) }
}

test.each([
  ['names nobody', {}],
  ['names who got it alone', { parties: [party('owner', 1)] }],
  ['names who gave it alone', { parties: [party('supplier', 0)] }],
  ['names both', trade],
])(
  'a load that the market and the county tell under two lot codes is one load, also where the county %s',
  async (_, of) => {
    for (const own of [trade, {}]) {
      const { records, again } = arrival(own)
      again('C', 301.2, of)
      for (const root of ['lot:A', 'lot:B', 'lot:C'])
        for (const list of [records, records.toReversed()])
          expect(await found(list, root)).toMatchObject({
            ...{ stated: 300, found: 301.2, notFound: -1.2, where: { atSites: 301.2 } },
            left: { [MARKETS[1]]: '301.2' },
          })
    }
  },
)

test('loads of one lot that came to one market on one day are as many as the one system tells, and the other tells the same', async () => {
  const { records, tell, again } = arrival({})
  tell('entry', 1, 120, { ...from('B2'), occurredAt: dayOf(5) }, 'market1')
  again('C2', 119.8)
  again('C', 299.5)
  expect(await found(records)).toMatchObject({ stated: 300, found: 420, left: { [MARKETS[1]]: '420' } })
  tell('sale', 1, 100, { saleKind: 'retail', lots: [lot('C2')] }, 'county')
  tell('sale', 1, 300, { saleKind: 'retail', lots: [lot('B')] }, 'market1')
  expect(await found(records)).toMatchObject({ found: 420, where: { soldRetail: 400, atSites: 20 } })
})

test.each([
  ['at another market', { ...sitesOf(2) }],
  ['on another day', { occurredAt: dayOf(9) }],
  ['of another stall', { ...sitesOf(1, 'B-2') }],
  ['of another trader', { parties: [party('owner', 3)] }],
  ['of another mass', { quantity: { value: '200', unit: 'KGM' } }],
  ['of other goods', { product: { name: '番茄' } }],
])('two systems tell of two loads where the one is %s', async (_, of) => {
  const { records, again } = arrival({ ...trade, ...sitesOf(1, 'A-1') })
  again('C', 300, of)
  const both = Number((of as { quantity?: { value: string } }).quantity?.value ?? 300) + 300
  expect(
    await found([
      ...records.slice(0, 1).map((one) => ({ ...one, body: { ...one.body, product: undefined } as never })),
      ...records.slice(1),
    ]),
  ).toMatchObject({ found: both })
})

test.each([
  ['who got it', [party('owner', 1)]],
  ['who gave it', [party('supplier', 0)]],
  ['nobody', []],
])('a sale and an arrival that names its lot and %s is one load', async (_, parties) => {
  const { records, tell } = ledger()
  tell('entry', 0, 500, { lots: [lot('A')], parties: [party('owner', 0)] })
  tell('sale', 0, 300, {
    ...{ saleKind: 'wholesale', lots: [lot('A')], documents: [paper('voucher', 'V')] },
    ...{ parties: [party('seller', 0), party('buyer', 1)], occurredAt: dayOf(5) },
    destination: { code: MARKETS[1].slice(0, 6) },
  })
  tell('entry', 1, 299, { ...from('B'), parties, occurredAt: dayOf(5) })
  const one = { stated: 500, found: 500, left: { [MARKETS[0]]: '200', [MARKETS[1]]: '300' } }
  expect(await found(records)).toMatchObject(one)
  tell('sale', 0, 100, {
    ...{ saleKind: 'wholesale', lots: [lot('A')], documents: [paper('voucher', 'W')] },
    ...{ parties: [party('seller', 0), party('buyer', 2)], occurredAt: dayOf(5) },
    destination: { code: MARKETS[2].slice(0, 6) },
  })
  expect(await found(records)).toMatchObject({
    ...{ stated: 500, found: 500, where: { atSites: 400, soldWholesale: 100 } },
    left: { [MARKETS[0]]: '100', [MARKETS[1]]: '300' },
  })
})

test('what two systems tell to be sold, destroyed and made of a lot is sold, destroyed and made of it once', async () => {
  const { records, tell } = ledger()
  tell('entry', 0, 500, { lots: [lot('A')] })
  const happen = (system: string, output: string, less: number) => {
    tell('sale', 0, 50, { saleKind: 'retail', lots: [lot('A')], occurredAt: dayOf(5) }, system)
    tell('disposal', 0, 20, { disposalKind: 'destroyed', lots: [lot('A')], occurredAt: dayOf(5) }, system)
    const input = { mass: kg(200 - less), lots: [lot('A', 'input')] }
    const made = { mass: kg(180 - less), lots: [lot(output, 'output')] }
    tell('transformation', 0, null, { product: undefined, input, output: made, occurredAt: dayOf(5) }, system)
  }
  happen('market0', 'T', 0)
  happen('county', 'X', 0.4)
  const all = await rehearsalOf(records, 'lot:A')
  expect(massOf(all)).toMatchObject({
    ...{ stated: 500, found: 500, where: { soldRetail: 50, disposed: 20, processed: 200, atSites: 230 } },
  })
  expect(massOf(all, 1)).toMatchObject({ stated: 180, found: 180, where: { atSites: 180 } })
  expect(all.lots.map(({ codes }) => codes)).toEqual([['lot:A'], ['lot:T', 'lot:X']])
})
