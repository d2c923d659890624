import fc from 'fast-check'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { FARM, ledger, lot, PLACES, party } from './ledger.ts'

/** How one who bought goods tells that they came, each in a manner of his own: as a lot of his own, under the code that they had, or not at all, though he may go on selling them under it. */
export const ARRIVALS = ['source', 'voucher', 'keep', 'unnamed', 'plain', 'silent', 'mute'] as const
/** Under the code that they had: by naming the seller, the voucher alone, or neither. */
const KEEP: ReadonlySet<string | undefined> = new Set(['keep', 'unnamed', 'plain'])
const APART = ['sell', 'sell', 'sell', 'retail', 'lose', 'refund', 'cut'] as const
/** What is done with goods of several lots, and is told with one quantity. */
const TOGETHER = ['mix', 'retail all', 'lose all', 'split'] as const
const step = fc.record({
  does: fc.constantFrom(...APART),
  of: fc.nat(20),
  to: fc.nat(5),
  part: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(50, 100, 100, 120)),
  isSent: fc.boolean(),
})
const begin = fc.record({
  how: fc.constantFrom('harvest', 'dispatch', 'entry', 'entries', 'markets'),
  mass: fc.integer({ min: 10, max: 1000 }),
})
export const apart = {
  begins: fc.array(begin, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { maxLength: 14 }),
}
type Begin = typeof begin extends fc.Arbitrary<infer T> ? T : never
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
export const together = {
  begins: fc.array(
    fc.record({
      how: fc.constantFrom<Begin['how'] | 'pair'>('harvest', 'entry', 'entry', 'entries', 'pair'),
      mass: fc.integer({ min: 10, max: 1000 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  steps: fc.array(
    fc
      .record({ does: fc.constantFrom(...APART, ...TOGETHER, ...TOGETHER), more: fc.nat(7), one: step })
      .map(({ does, more, one }) => ({ ...one, does, more })),
    { maxLength: 10 },
  ),
}
/** Which systems tell what happens at a place: its own, and besides it the platform of the county or the scales. */
export const tellers = fc.array(
  fc.constantFrom(['own'], ['own'], ['own', 'county'], ['county'], ['own', 'scales']),
  { minLength: 4, maxLength: 4 },
)

export const manners = fc.array(fc.constantFrom(...ARRIVALS), { minLength: 4, maxLength: 4 })

/** Goods under a code, as records tell of them all together. */
export interface Goods {
  readonly value: string
  came: number
  went: number
  /** What went out, with what came back. */
  sold: number
  /** Somebody who had some of it gave more of it than he had. */
  isOverdrawn: boolean
  /** A dispatch of it told how much was made. */
  readonly isSentOff: boolean
  /** Lots of which one quantity is told that is of it as well, itself among them. */
  beside: Set<Goods>
  /** What came back was told by the one that got it alone. */
  isLeftUntold: boolean
}
/** Goods at a place. */
interface Hand {
  readonly who: number
  readonly goods: Goods
  /** Whether they are of the lot: who bought of it what goes on under its code has gone out of it. */
  readonly isOf: boolean
  /** Whether it was made there: who takes of it under its code has it. */
  readonly isMaker: boolean
  has: number
}
interface Sale {
  readonly from: Hand
  readonly to: number
  readonly got: Hand | null
  readonly voucher: string
  left: number
}

export function world(
  begins: readonly { readonly how: Begin['how'] | 'pair'; readonly mass: number }[],
  steps: readonly (Omit<Step, 'does'> & {
    readonly does: Step['does'] | (typeof TOGETHER)[number]
    readonly more?: number
  })[],
  systemsAt: readonly (readonly string[])[],
  mannerOf: readonly (typeof ARRIVALS)[number][],
) {
  const { records, tell } = ledger()
  const lots: Goods[] = []
  const hands: Hand[] = []
  const sales: Sale[] = []
  const systems = (who: number) =>
    (systemsAt[who] ?? []).map((one) => (one === 'county' ? one : `${one}${who}`))
  const goodsOf = (came: number, isSentOff = false): Goods => {
    const one: Goods = {
      ...{ value: `L${lots.length}`, came, went: 0, sold: 0, isSentOff, beside: new Set<Goods>() },
      ...{ isLeftUntold: false, isOverdrawn: false },
    }
    one.beside.add(one)
    lots.push(one)
    return one
  }
  const handOf = (who: number, goods: Goods, has: number, isMaker = false, isOf = true): Hand => {
    const one = { who, goods, isOf, isMaker, has }
    hands.push(one)
    return one
  }
  const joined = (some: readonly Goods[]): void => {
    const all = new Set(some.flatMap(({ beside }) => [...beside]))
    for (const one of all) one.beside = all
  }
  const owner = (who: number) => ({ parties: [party('owner', who)] })
  for (const { how, mass } of begins) {
    if (how === 'pair') {
      const pair = [mass, Math.ceil(mass / 3)].map((one) => goodsOf(one))
      joined(pair)
      for (const one of pair) handOf(1, one, one.came)
      const all = pair.reduce((sum, { came }) => sum + came, 0)
      tell('entry', 1, systems(1), all, { lots: pair.map(({ value }) => lot(value)), ...owner(1) })
      continue
    }
    const isMade = how === 'harvest' || how === 'dispatch'
    const goods = goodsOf(isMade || how === 'entry' ? mass : 2 * mass, how === 'dispatch')
    const lots = [lot(goods.value)]
    if (how === 'harvest')
      tell('production', FARM, systems(FARM), mass, { lots, parties: [party('producer', FARM)] })
    else if (how === 'dispatch')
      tell('dispatch', FARM, systems(FARM), mass, { lots, parties: [party('shipper', FARM)] })
    else tell('entry', 1, systems(1), mass, { lots, ...owner(1) })
    if (how === 'entries') tell('entry', 1, systems(1), mass, { lots, ...owner(1) })
    if (how === 'markets') tell('entry', 2, systems(2), mass, { lots, ...owner(2) })
    handOf(isMade ? FARM : 1, goods, how === 'entries' ? 2 * mass : mass, isMade)
    if (how === 'markets') handOf(2, goods, mass)
  }
  const goes = (hand: Hand, mass: number): void => {
    hand.has -= mass
    if (hand.has < 0) hand.goods.isOverdrawn = true
    if (!hand.isOf) return
    hand.goods.went += mass
    hand.goods.sold += Math.max(0, mass)
  }
  for (const { does, of, to: wish, part, isSent, more = 0 } of steps) {
    const n = records.length
    const trade = (from: number, to: number) => [party('seller', from), party('buyer', to)]
    if (does === 'refund') {
      const able = sales.filter(({ left, got }) => Math.min(left, got?.has ?? left) > 0)
      const sale = able[of % Math.max(able.length, 1)]
      if (!sale) continue
      const { from, to, got, voucher } = sale
      const most = Math.min(sale.left, got?.has ?? sale.left)
      const mass = Math.min(most, Math.max(1, Math.floor((most * part) / 100)))
      sale.left -= mass
      goes(from, -mass)
      if (got && isSent) {
        goes(got, mass)
        tell('disposal', to, systems(to), mass, {
          ...{ disposalKind: 'returned', lots: [lot(got.goods.value)] },
          parties: [party('owner', to), party('consignee', from.who)],
        })
      } else if (got) {
        got.has -= mass
        if (got.isOf) got.goods.isLeftUntold = true
      }
      tell('sale', from.who, systems(from.who), mass, {
        ...{
          saleKind: 'wholesale',
          refund: true,
          lots: [lot(from.goods.value)],
          parties: trade(from.who, to),
        },
        documents: [{ role: 'voucher', type: 'sales_voucher', number: voucher }],
      })
      continue
    }
    const able = hands.filter(({ has }) => has > 0)
    const from = able[of % Math.max(able.length, 1)]
    if (!from) continue
    const { who, goods } = from
    const wanted = Math.max(1, Math.floor((from.has * part) / 100))
    const subject = [lot(goods.value)]
    if (does === 'sell' && who < PLACES.length - 1) {
      const to = who + 1 + (wish % (PLACES.length - 1 - who))
      const voucher = `V${n}`
      const arrival = mannerOf[to]
      const isUnnamed = arrival === 'unnamed' || arrival === 'plain'
      // Under one code each has goods of one giver.
      const isKept = KEEP.has(arrival) || arrival === 'mute'
      if (isKept && hands.some((one) => one.who === to && one.goods === goods)) continue
      const isMoved = isKept && from.isMaker && KEEP.has(arrival)
      // What came in is what was harvested or what entered, whichever is more.
      const mass = isMoved ? Math.min(wanted, from.has) : wanted
      if (isMoved) from.has -= mass
      else goes(from, mass)
      if (isMoved && isSent && !goods.isSentOff)
        tell('dispatch', who, systems(who), mass, { lots: subject, parties: [party('shipper', who)] })
      else
        tell('sale', who, systems(who), mass, {
          ...{ saleKind: 'wholesale', lots: subject, parties: trade(who, to) },
          documents: [{ role: 'voucher', type: 'sales_voucher', number: voucher }],
        })
      const got =
        arrival === 'silent'
          ? null
          : isKept
            ? handOf(to, goods, mass, false, isMoved)
            : handOf(to, goodsOf(mass), mass)
      if (!isMoved && arrival !== 'mute') sales.push({ from, to, got, voucher, left: mass })
      if (got === null || arrival === 'mute') continue
      tell('entry', to, systems(to), mass, {
        lots: [lot(got.goods.value), ...(arrival === 'source' ? [lot(goods.value, 'source')] : [])],
        parties: [party('owner', to), ...(isUnnamed ? [] : [party('supplier', who)])],
        ...(arrival === 'plain'
          ? {}
          : { documents: [{ role: 'upstream', type: 'sales_voucher', number: voucher }] }),
      })
      continue
    }
    const some =
      does === 'mix' || does.endsWith('all')
        ? hands
            .filter(
              (one, i) =>
                one === from ||
                (one.who === who && one.has > 0 && one.goods !== goods && (more & (1 << (i % 3))) > 0),
            )
            .filter((one, i, all) => all.findIndex((other) => other.goods === one.goods) === i)
        : [from]
    const shares = some.map((one) =>
      one === from ? wanted : Math.max(1, Math.floor((one.has * part) / 100)),
    )
    const mass = shares.reduce((a, b) => a + b, 0)
    for (const [i, one] of some.entries()) goes(one, shares[i] as number)
    joined(some.map((one) => one.goods))
    const lots = (role?: 'input') => some.map((one) => lot(one.goods.value, role))
    if (does === 'cut' || does === 'mix' || does === 'split') {
      const first = does === 'split' ? Math.ceil(mass / 3) : mass
      const made = [first, mass - first]
        .filter((one) => one > 0)
        .map((one) => handOf(who, goodsOf(one), one, true))
      joined(made.map((one) => one.goods))
      const quantity = { value: String(mass), unit: 'KGM' }
      tell('transformation', who, systems(who), mass, {
        ...{ process: 'cutting', quantity: undefined, ...owner(who) },
        input: { lots: lots('input'), quantity },
        output: { lots: made.map((one) => lot(one.goods.value, 'output')), quantity },
      })
    } else if (does === 'lose' || does === 'lose all')
      tell('disposal', who, systems(who), mass, { disposalKind: 'destroyed', lots: lots(), ...owner(who) })
    else
      tell('sale', who, systems(who), mass, {
        saleKind: 'retail',
        lots: lots(),
        parties: [party('seller', who)],
      })
  }
  return { lots, records }
}

/** What a balance says where all is told. */
export const verdictOf = (came: number, went: number, tolerance = Math.max(0.5, came * 0.02)): string => {
  const left = came - went
  return left < -tolerance ? 'over' : left > tolerance ? 'stock' : 'even'
}

export function shuffled(records: readonly TracedRecord[], order: Iterator<number>): TracedRecord[] {
  return records
    .map((record) => ({ record, at: order.next().value as number }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record)
}
