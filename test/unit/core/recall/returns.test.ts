import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lotBalance } from '#core/balance/lot-balance.ts'
import { lotFacts } from '#core/balance/lot-facts.ts'
import { recordCode } from '#core/lineage/codes.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { goodsFact } from '#core/recall/goods-fact.ts'
import { rehearse } from '#core/recall/rehearse.ts'

/** Traders with their markets; goods go from one to those behind it, the last of another province. */
const MARKETS = ['330402003', '330105031', '330110032', '310115001'] as const
const AWAY = 3
const SCHEME = 'cn.mofcom.trace20b'

const lot = (value: string, role: 'subject' | 'source' = 'subject') => ({ role, scheme: SCHEME, value })
const voucher = (number: string, role: 'voucher' | 'upstream') => ({
  ...{ role, type: 'sales_voucher' as const, number },
})
const party = (role: string, who: number) => ({ role, name: `${who}号示例果蔬商行`, ids: [] })

/** Records as systems tell them, each on the day after the one before. */
function ledger() {
  const records: TracedRecord[] = []
  const tell = (kind: Kind, who: number, kilograms: number, body: object): void => {
    const code = MARKETS[who] as string
    records.push({
      ...{ id: `r${records.length}`, version: 1, kind, system: `market${who}`, status: 'active' },
      receivedAt: '2026-12-01T00:00:00Z',
      body: {
        occurredAt: {
          at: new Date(Date.UTC(2026, 0, 1 + records.length)).toISOString(),
          precision: 'second',
        },
        region: { code: code.slice(0, 6) },
        sites: [{ role: 'market', name: `市场${code}`, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
        product: { name: '大白菜' },
        quantity: { value: String(kilograms), unit: 'KGM' },
        ...body,
      } as Body,
    })
  }
  return { records, tell }
}

function linksOf(records: readonly TracedRecord[]): Link[] {
  return records.flatMap(({ id, kind, system, body }) =>
    edgesOf(kind, body, recordCode(kind, id, body)).map((edge) => ({
      ...edge,
      ...{ recordId: id, version: 1, kind, system, quantity: null, unit: null },
      ...{ occurredAt: null, withRecord: null },
    })),
  )
}

function rehearsed(records: readonly TracedRecord[], source = 'lot:L0') {
  const links = linksOf(records)
  const codes = new Set([source])
  // A set is read while it grows.
  for (const code of codes) for (const { from, to } of links) if (from === code) codes.add(to)
  const facts = records.flatMap((record) => goodsFact(record) ?? [])
  const found = rehearse({ sources: [source], codes: [...codes], links, facts })
  const [mass] = found.mass
  const some = (of: Readonly<Record<string, string>> = {}): Record<string, number> =>
    Object.fromEntries(Object.entries(of).flatMap(([key, n]) => (n === '0' ? [] : [[key, Number(n)]])))
  return {
    stated: Number(mass?.stated),
    found: Number(mass?.found),
    notFound: Number(mass?.notFound),
    where: some(mass?.where),
    away: some(mass?.away),
    left: Object.fromEntries(
      found.sites.flatMap(({ kind, code, left }) =>
        kind === 'market' ? left.map(({ value, atLeast }) => [code, `${atLeast ? '≥' : ''}${value}`]) : [],
      ),
    ),
  }
}

const balanceOf = (code: string, records: readonly TracedRecord[]) =>
  lotBalance(records.flatMap((record) => lotFacts(`lot:${code}`, record))).left

/** Who tells that goods came back: who had sold them, by a refund under the voucher or a number of its own or as an arrival, and who sends them back. */
const WAYS = {
  seller: { refund: 'voucher', sentBack: false },
  sellerByNumber: { refund: 'own', sentBack: false },
  buyer: { refund: null, sentBack: true },
  both: { refund: 'voucher', sentBack: true },
  bothByNumber: { refund: 'own', sentBack: true },
  sellerAsArrival: { refund: 'arrival', sentBack: false },
  bothAsArrival: { refund: 'arrival', sentBack: true },
  sellerAsLot: { refund: 'lot', sentBack: false },
  bothAsLot: { refund: 'lot', sentBack: true },
} as const
type WayBack = keyof typeof WAYS
const way = fc.constantFrom<WayBack>(...(Object.keys(WAYS) as WayBack[]), 'buyer', 'buyer', 'buyer')
const pair = fc.record({ isArrivalTold: fc.integer({ min: 0, max: 4 }).map((n) => n > 0), way })
const step = fc.record({
  does: fc.constantFrom('sell', 'sell', 'back', 'back', 'retail'),
  of: fc.nat(20),
  to: fc.nat(5),
  part: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(80, 100)),
})

interface Hand {
  readonly who: number
  /** Null where who got the goods does not tell that they came. */
  readonly lot: string | null
  readonly voucher: string
  readonly giver: Hand | null
  /** What is there by what is told; below zero where more went on than is told to have come. */
  has: number
  /** What others tell to have sent back to it, and nobody tells of here. */
  unknown: number
  retail: number
  /** Whether something left of which its own records do not tell. */
  isLeftUntold: boolean
}

function world(
  pairs: readonly { readonly isArrivalTold: boolean; readonly way: WayBack }[],
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
) {
  const { records, tell } = ledger()
  const blank = { unknown: 0, retail: 0, isLeftUntold: false }
  const hands: Hand[] = [{ who: 0, lot: 'L0', voucher: '', giver: null, has: 1000, ...blank }]
  tell('entry', 0, 1000, { lots: [lot('L0')], parties: [party('owner', 0)] })
  const seen = new Set<WayBack | 'again'>()
  const stockOf = ({ has, unknown }: Hand): number => has + unknown
  const pairOf = (from: number, to: number) =>
    pairs[(from * MARKETS.length + to) % pairs.length] as (typeof pairs)[number]
  for (const { does, of, to: wish, part } of steps) {
    const able = hands.filter(
      (one) =>
        stockOf(one) > 0 &&
        (does === 'back' ? one.giver !== null && one.voucher !== '' : one.lot !== null) &&
        (does !== 'sell' || one.who < AWAY),
    )
    const hand = able[of % Math.max(able.length, 1)]
    if (!hand) continue
    const back = hand.giver && pairOf(hand.giver.who, hand.who).way
    // Which purchase a number of its own takes back nobody tells: one of which something is there.
    const stock = back && WAYS[back].refund === 'own' ? hand.has : stockOf(hand)
    if (stock <= 0) continue
    const mass = Math.max(1, Math.floor((stock * part) / 100))
    if (mass > hand.has && hand.unknown > 0 && does !== 'back') seen.add('again')
    const n = records.length
    const trade = (from: Hand, to: number) => [party('seller', from.who), party('buyer', to)]
    if (does === 'retail') {
      hand.has -= mass
      hand.retail += mass
      tell('sale', hand.who, mass, { saleKind: 'retail', lots: [lot(hand.lot as string)] })
    } else if (does === 'sell') {
      const to = hand.who + 1 + (wish % (AWAY - hand.who))
      const { isArrivalTold } = pairOf(hand.who, to)
      const got: Hand = {
        ...{ who: to, lot: isArrivalTold ? `L${n}` : null, voucher: `V${n}`, giver: hand, has: mass },
        ...blank,
      }
      hand.has -= mass
      hands.push(got)
      tell('sale', hand.who, mass, {
        ...{ saleKind: 'wholesale', parties: trade(hand, to), lots: [lot(hand.lot as string)] },
        destination: { code: MARKETS[to]?.slice(0, 6) },
        documents: [voucher(got.voucher, 'voucher')],
      })
      if (got.lot !== null)
        tell('entry', to, mass, {
          parties: [party('owner', to), party('supplier', hand.who)],
          ...{ lots: [lot(got.lot)], documents: [voucher(got.voucher, 'upstream')] },
        })
    } else {
      const giver = hand.giver as Hand
      const told = back as WayBack
      const { refund } = WAYS[told]
      const sentBack = WAYS[told].sentBack && hand.lot !== null
      seen.add(told)
      hand.has -= mass
      if (sentBack)
        tell('disposal', hand.who, mass, {
          ...{ disposalKind: 'returned', lots: [lot(hand.lot as string)] },
          parties: [party('owner', hand.who), party('consignee', giver.who)],
        })
      else if (refund !== null) hand.isLeftUntold = true
      // Nobody tells that it is gone.
      else hand.has += mass
      if (refund === null && sentBack) giver.unknown += mass
      if (refund === 'voucher' || refund === 'own')
        tell('sale', giver.who, mass, {
          ...{ saleKind: 'wholesale', refund: true, parties: trade(giver, hand.who) },
          lots: [lot(giver.lot as string)],
          documents: [voucher(refund === 'own' ? `R${n}` : hand.voucher, 'voucher')],
        })
      if (refund === 'arrival' || refund === 'lot')
        tell('entry', giver.who, mass, {
          parties: [party('owner', giver.who), party('supplier', hand.who)],
          lots: [lot(refund === 'lot' ? `L${n}` : (giver.lot as string))],
          documents: [voucher(hand.voucher, 'upstream')],
        })
      if (refund === 'lot')
        hands.push({ who: giver.who, lot: `L${n}`, voucher: '', giver: hand, has: mass, ...blank })
      else if (refund !== null) giver.has += mass
    }
  }
  return { hands, records, seen }
}

test('goods that came back are counted once, where the records of whoever has them say that they are, whoever tells of it and in any order', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(
      fc.array(pair, { minLength: 1, maxLength: 16 }),
      fc.array(step, { maxLength: 14 }),
      fc.infiniteStream(fc.nat()),
      (pairs, steps, order) => {
        const { hands, records, seen: ways } = world(pairs, steps)
        for (const one of ways) seen.set(one, (seen.get(one) ?? 0) + 1)
        const mixed = records
          .map((record) => ({ record, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ record }) => record)
        const found = rehearsed(mixed)
        expect(found).toMatchObject({ stated: 1000, found: 1000, notFound: 0 })
        for (const { lot: code, has, isLeftUntold } of hands)
          if (code !== null && !isLeftUntold) expect(Number(balanceOf(code, mixed))).toBe(has)
        const kept = ({ has }: Hand): number => Math.max(0, has)
        const sum = (of: (hand: Hand) => number): number => hands.reduce((all, hand) => all + of(hand), 0)
        const left: Record<string, string> = {}
        for (const [who, code] of MARKETS.entries()) {
          const there = sum((hand) => (hand.who === who && hand.lot !== null ? kept(hand) : 0))
          if (there > 0) left[code] = String(there)
        }
        expect(found.left).toEqual(left)
        const isAway = ({ who }: Hand): boolean => who === AWAY
        const only = (of: Record<string, number>): Record<string, number> =>
          Object.fromEntries(Object.entries(of).filter(([, value]) => value > 0))
        const told = (away: boolean) =>
          only({
            atSites: sum((hand) => (isAway(hand) === away && hand.lot !== null ? kept(hand) : 0)),
            soldWholesale: sum((hand) => (isAway(hand) === away && hand.lot === null ? kept(hand) : 0)),
            soldRetail: sum((hand) => (isAway(hand) === away ? hand.retail : 0)),
          })
        const { returned, leftRegion: _, ...home } = found.where
        const { returned: returnedAway, ...away } = found.away
        expect([home, away]).toEqual([told(false), told(true)])
        expect((returned ?? 0) + (returnedAway ?? 0)).toBe(
          sum(({ has, unknown }) => unknown - Math.max(0, -has)),
        )
      },
    ),
    { numRuns: 600 },
  )
  for (const one of [...Object.keys(WAYS), 'again']) expect(seen.get(one) ?? 0, one).toBeGreaterThan(5)
}, 60_000)

const sites = (who: number, stall?: string) => {
  const code = MARKETS[who] as string
  const booth = stall === undefined ? [] : [{ role: 'stall', name: stall, ids: [] }]
  return {
    sites: [
      { role: 'market', name: `市场${code}`, ids: [{ scheme: 'cn.mofcom.node9', value: code }] },
      ...booth,
    ],
  }
}
const trade = { parties: [party('seller', 0), party('buyer', 1)] }
const sold = (value: string, number: string, more: object = {}) => ({
  ...{
    saleKind: 'wholesale',
    lots: [lot(value)],
    documents: [voucher(number, 'voucher')],
    ...trade,
    ...more,
  },
})
const arrived = (value: string, number: string, more: object = {}) => ({
  ...{ lots: [lot(value)], documents: [voucher(number, 'upstream')] },
  ...{ parties: [party('owner', 1), party('supplier', 0)], ...more },
})

test('what was refused at the gate is where it came from as soon as who sold it takes it back or sells it again', () => {
  const { records, tell } = ledger()
  tell('entry', 0, 100, { lots: [lot('L0')], parties: [party('owner', 0)] })
  tell('sale', 0, 100, sold('L0', 'V1'))
  tell('entry', 1, 60, arrived('L1', 'V1'))
  tell('entry', 1, 40, arrived('L1', 'V1', { admission: 'refused' }))
  const all = { stated: 100, found: 100, notFound: 0 }
  const market = { [MARKETS[1]]: '60' }
  expect(rehearsed(records)).toMatchObject({ ...all, where: { atSites: 60, returned: 40 }, left: market })
  const refund = ledger()
  refund.records.push(...records)
  refund.tell('sale', 0, 40, sold('L0', 'R1', { refund: true }))
  expect(rehearsed(refund.records)).toMatchObject({
    ...{ ...all, where: { atSites: 100 }, left: { ...market, [MARKETS[0]]: '40' } },
  })
  tell('sale', 0, 30, { saleKind: 'retail', lots: [lot('L0')] })
  expect(rehearsed(records)).toMatchObject({
    ...{ ...all, where: { atSites: 60, returned: 10, soldRetail: 30 }, left: market },
  })
})

test('goods that are told to be sent back to another, or of which nothing went on since, are no goods that were sold again', () => {
  const { records, tell } = ledger()
  tell('entry', 0, 90, { lots: [lot('L0')], parties: [party('owner', 0)] })
  tell('sale', 0, 100, sold('L0', 'V1'))
  tell('entry', 1, 100, arrived('L1', 'V1'))
  const returned = (to: number) => ({
    ...{ disposalKind: 'returned', lots: [lot('L1')] },
    parties: [party('owner', 1), party('consignee', to)],
  })
  tell('disposal', 1, 10, returned(0))
  expect(rehearsed(records).where).toEqual({ atSites: 90, returned: 10 })
  tell('sale', 0, 10, { saleKind: 'retail', lots: [lot('L0')] })
  expect(rehearsed(records).where).toEqual({ atSites: 90, soldRetail: 10 })
  const other = records.filter(({ kind }) => kind !== 'disposal')
  const elsewhere = ledger()
  elsewhere.tell('disposal', 1, 10, returned(2))
  other.splice(3, 0, ...elsewhere.records.map((one) => ({ ...one, id: 'other' })))
  expect(rehearsed(other).where).toEqual({ atSites: 90, soldRetail: 10, returned: 10 })
})

test('what came back is at the stall that took it back, where the lot is at several', () => {
  const { records, tell } = ledger()
  const own = (stall: string) => ({ lots: [lot('L0')], ...sites(0, stall) })
  tell('entry', 0, 60, own('A'))
  tell('entry', 0, 40, own('B'))
  const { parties: _, ...nameless } = sold('L0', 'V1')
  tell('sale', 0, 50, { ...nameless, ...sites(0, 'A') })
  tell('sale', 0, 20, { ...nameless, ...sites(0, 'B'), refund: true })
  const links = linksOf(records)
  const facts = records.flatMap((record) => goodsFact(record) ?? [])
  const found = rehearse({ sources: ['lot:L0'], codes: ['lot:L0', 'doc:V1'], links, facts })
  const stalls = found.regions.flatMap(({ markets }) => markets.flatMap((market) => market.stalls))
  expect(stalls.map(({ booth, left }) => [booth, left[0]?.value])).toEqual([
    ['A', '10'],
    ['B', '60'],
  ])
})

test('of goods that are told in heads and in kilograms and came back by the kilogram nobody knows how many heads are where', () => {
  const { records, tell } = ledger()
  const both = { quantity: { value: '10', unit: 'HEA' }, mass: { value: '1000', unit: 'KGM' } }
  tell('entry', 0, 0, { lots: [lot('L0')], ...both })
  tell('sale', 0, 0, sold('L0', 'V1', both))
  tell('sale', 0, 300, sold('L0', 'V1', { refund: true }))
  const links = linksOf(records)
  const facts = records.flatMap((record) => goodsFact(record) ?? [])
  const { mass } = rehearse({ sources: ['lot:L0'], codes: ['lot:L0', 'doc:V1'], links, facts })
  expect(
    mass.map(({ unit, where, notFound }) => [unit, where.atSites, where.soldWholesale, notFound]),
  ).toEqual([
    ['HEA', '0', '0', '10'],
    ['KGM', '300', '700', '0'],
  ])
})
