import { expect, test } from 'vitest'
import { recallSheet } from '#core/recall/sheet.ts'
import {
  dayOf,
  type Found,
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

const STALL = 'A-1'
const DAY = 5
const at = (stall: string | undefined, day = DAY) => ({ ...sitesOf(0, stall), occurredAt: dayOf(day) })

/** Lots of one product, each as heavy as told, that came to a stall on one day. */
function lots(came: Readonly<Record<string, number>>, stall = STALL, under: object = {}) {
  const { records, tell } = ledger()
  for (const [code, kilograms] of Object.entries(came))
    tell('entry', 0, kilograms, { ...at(stall), lots: [lot(code)], parties: [party('owner', 0)], ...under })
  const sell = (kilograms: number, saleKind: 'retail' | 'summary', body: object = {}) =>
    tell('sale', 0, kilograms, { ...at(stall), saleKind, ...body })
  return { records, tell, sell }
}

const boundsOf = ({ lots: all }: Found) =>
  Object.fromEntries(
    all.flatMap(({ codes, leftBetween: [one] }) => (one ? [[codes[0], [one.least, one.most]]] : [])),
  )
/** At the market what should be there, and what of it may have been sold. */
const thereOf = ({ sites }: Found) =>
  sites.flatMap(({ kind, left }) => (kind === 'market' ? left.map((one) => [one.value, one.maybeSold]) : []))

test.each([
  [[50, 30], '20'],
  [[150], '0'],
] as const)(
  'what tickets sold that may be of another lot is told as what may have been sold (%o)',
  async (tickets, least) => {
    const { records, sell } = lots({ L1: 100, L2: 100 })
    for (const kilograms of tickets) sell(kilograms, 'retail')
    const sure = Math.max(0, tickets.reduce((sum: number, one) => sum + one, 0) - 100)
    for (const code of ['L1', 'L2']) {
      const found = await rehearsalOf(records, `lot:${code}`)
      expect(massOf(found)).toMatchObject({ stated: 100, found: 100, where: { atSites: 100 - sure } })
      expect(found.mass[0]?.maybeSold).toBe(`${100 - sure - Number(least)}`)
      expect(thereOf(found)).toEqual([[`${100 - sure}`, `${100 - sure - Number(least)}`]])
      expect(boundsOf(found)).toEqual({ [`lot:${code}`]: [least, `${100 - sure}`] })
    }
  },
)

test('tickets of two lots that are recalled together are sold once, and no lot of them has more than it had', async () => {
  for (const [sold, between] of [
    [80, ['20', '100']],
    [150, ['0', '50']],
  ] as const) {
    const { records, sell } = lots({ L1: 100, L2: 100 }, STALL, {
      documents: [paper('upstream', 'P', 'promise_cert')],
    })
    sell(sold, 'retail')
    for (const list of [records, records.toReversed()]) {
      const found = await rehearsalOf(list, 'doc:P')
      expect(massOf(found)).toMatchObject({ found: 200, where: { soldRetail: sold, atSites: 200 - sold } })
      expect(found.mass[0]?.maybeSold).toBe('0')
      expect(leftAt(found)).toEqual({ [MARKETS[0]]: `${200 - sold}` })
      expect(boundsOf(found)).toEqual({ 'lot:L1': between, 'lot:L2': between })
    }
  }
})

test('tickets of the one lot that was there are sold of it', async () => {
  const { records, sell } = lots({ L1: 100 })
  sell(80, 'retail')
  const found = await rehearsalOf(records, 'lot:L1')
  expect(massOf(found)).toMatchObject({ where: { soldRetail: 80, atSites: 20 } })
  expect([found.mass[0]?.maybeSold, boundsOf(found)]).toEqual(['0', {}])
})

test.each([STALL, undefined])(
  'a summary of the day is of the one lot that was there, at a stall or in the market (%s)',
  async (stall) => {
    const { records, sell } = lots({ L1: 100 })
    sell(100, 'summary', at(stall))
    const found = await rehearsalOf(records, 'lot:L1')
    expect(massOf(found)).toMatchObject({ stated: 100, found: 100, where: { soldRetail: 100 } })
    expect(leftAt(found)).toEqual({})
  },
)

test('a summary tells nothing that tickets of its day tell already', async () => {
  const { records, sell } = lots({ L1: 100 })
  for (const kilograms of [40, 20]) sell(kilograms, 'retail')
  sell(70, 'summary')
  const found = await rehearsalOf(records, 'lot:L1')
  expect(massOf(found)).toMatchObject({ where: { soldRetail: 70, atSites: 30 } })
})

test('of a summary of a market what tickets of other stalls tell is none of the goods', async () => {
  const { records, tell, sell } = lots({ L1: 100 })
  tell('entry', 0, 100, { ...at('B-2'), lots: [lot('L2')] })
  sell(70, 'retail', { ...at('B-2'), lots: [lot('L2')] })
  sell(100, 'summary', at(undefined))
  const found = await rehearsalOf(records, 'lot:L1')
  expect(massOf(found)).toMatchObject({ where: { atSites: 100 } })
  expect(found.mass[0]?.maybeSold).toBe('30')
})

test.each([
  [
    'another lot was there',
    (one: ReturnType<typeof lots>) => one.tell('entry', 0, 60, { ...at(STALL), lots: [lot('L2')] }),
    100,
  ],
  [
    'a lot of some days before may be there',
    (one: ReturnType<typeof lots>) => one.tell('entry', 0, 60, { ...at(STALL, 1), lots: [lot('L2')] }),
    100,
  ],
  ['more was sold than came', () => {}, 300],
])('a summary is not told to be of a lot for sure where %s', async (_, more, sold) => {
  const world = lots({ L1: 100 })
  more(world)
  world.sell(sold, 'summary')
  const found = await rehearsalOf(world.records, 'lot:L1')
  const sure = sold > 200 ? 0 : sold - 60
  expect(massOf(found)).toMatchObject({ where: { atSites: 100 - sure } })
  expect(found.mass[0]?.maybeSold).toBe(`${100 - sure}`)
})

test('a summary of a later day may be of what was left of the days before', async () => {
  const { records, sell } = lots({ L1: 100 })
  sell(60, 'summary')
  sell(70, 'summary', at(STALL, DAY + 1))
  sell(70, 'summary', at(STALL, DAY + 20))
  const found = await rehearsalOf(records, 'lot:L1')
  expect(massOf(found)).toMatchObject({ where: { soldRetail: 60, atSites: 40 } })
  expect(thereOf(found)).toEqual([['40', '40']])
})

test.each([
  ['of another stall', { ...sitesOf(0, 'B-2') }],
  ['of another product', { product: { name: '菠菜' } }],
  ['of another market', { ...sitesOf(1) }],
])('a summary %s is none of the goods', async (_, of) => {
  const { records, sell } = lots({ L1: 100 })
  sell(100, 'summary', { ...of, occurredAt: dayOf(DAY) })
  const found = await rehearsalOf(records, 'lot:L1')
  expect(massOf(found)).toMatchObject({ where: { atSites: 100 } })
  expect(found.mass[0]?.maybeSold).toBe('0')
})

test('the sheet of an inspector says in both languages what may have been sold and between what a lot is left', async () => {
  const { records, sell } = lots({ L1: 100, L2: 100 })
  sell(80, 'retail')
  const found = await rehearsalOf(records, 'lot:L1')
  const asked = { asked: 'L1', part: false, confidence: 0.8, truncated: false, links: [] }
  const rowsIn = (language: 'zh' | 'en') =>
    recallSheet({ ...found, ...asked, rehearsedAt: '2026-03-01T00:00:00Z' }, language).rows.map((row) => [
      row[0],
      row[5],
      row[7],
    ])
  const words = 'of it may have been sold, look for it all the same'
  for (const row of [
    ['what became of it', '80', words],
    ['place', '80', words],
    ['lot', '20', 'left of it, at least'],
    ['lot', '100', 'left of it, at most'],
  ])
    expect(rowsIn('en')).toContainEqual(row)
  for (const row of [
    ['场所', '80', '其中可能已售，仍须查找'],
    ['批次', '20', '余量下限'],
  ])
    expect(rowsIn('zh')).toContainEqual(row)
})

test('what a summary tells may be what was sold on to others, and is not told to be sold to consumers then', async () => {
  const { records, tell, sell } = lots({ L1: 100 })
  tell('entry', 1, 30, {
    ...{ lots: [lot('N1'), lot('L1', 'source')], parties: [party('owner', 1), party('supplier', 0)] },
    occurredAt: dayOf(DAY),
  })
  sell(30, 'summary')
  const found = await rehearsalOf(records, 'lot:L1')
  expect(massOf(found)).toMatchObject({ stated: 100, found: 100, where: { atSites: 100 } })
  expect(leftAt(found)).toEqual({ [MARKETS[0]]: '70', [MARKETS[1]]: '30' })
  expect(found.mass[0]?.maybeSold).toBe('30')
})
