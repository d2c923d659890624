import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { balanceOf, FARM, ledger, lot, PLACES, party } from './ledger.ts'

/** How one who bought goods tells that they came, each in a manner of his own: as a lot of his own, under the code that they had, or not at all, though he may go on selling them under it. */
const ARRIVALS = ['source', 'voucher', 'keep', 'keep', 'silent', 'mute'] as const
const step = fc.record({
  does: fc.constantFrom('sell', 'sell', 'sell', 'retail', 'lose', 'refund', 'cut'),
  of: fc.nat(20),
  to: fc.nat(5),
  part: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(50, 100, 100, 120)),
  isSent: fc.boolean(),
})
const begin = fc.record({
  how: fc.constantFrom('harvest', 'dispatch', 'entry', 'entries', 'markets'),
  mass: fc.integer({ min: 10, max: 1000 }),
})
/** Which systems tell what happens at a place: its own, and besides it the platform of the county or the scales. */
const tellers = fc.array(
  fc.constantFrom(['own'], ['own'], ['own', 'county'], ['county'], ['own', 'scales']),
  { minLength: 4, maxLength: 4 },
)

const manners = fc.array(fc.constantFrom(...ARRIVALS), { minLength: 4, maxLength: 4 })

/** Goods under a code, as records tell of them all together. */
interface Goods {
  readonly value: string
  came: number
  went: number
  /** A dispatch of it told how much was made. */
  readonly isSentOff: boolean
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

function world(
  begins: readonly (typeof begin extends fc.Arbitrary<infer T> ? T : never)[],
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
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
    const one = { value: `L${lots.length}`, came, went: 0, isSentOff, isLeftUntold: false }
    lots.push(one)
    return one
  }
  const handOf = (who: number, goods: Goods, has: number, isMaker = false, isOf = true): Hand => {
    const one = { who, goods, isOf, isMaker, has }
    hands.push(one)
    return one
  }
  const owner = (who: number) => ({ parties: [party('owner', who)] })
  for (const { how, mass } of begins) {
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
    if (hand.isOf) hand.goods.went += mass
  }
  for (const { does, of, to: wish, part, isSent } of steps) {
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
      // Under one code each has goods of one giver.
      const isKept = arrival === 'keep' || arrival === 'mute'
      if (isKept && hands.some((one) => one.who === to && one.goods === goods)) continue
      const isMoved = isKept && from.isMaker && arrival === 'keep'
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
        parties: [party('owner', to), party('supplier', who)],
        documents: [{ role: 'upstream', type: 'sales_voucher', number: voucher }],
      })
      continue
    }
    const mass = wanted
    goes(from, mass)
    if (does === 'cut') {
      const made = handOf(who, goodsOf(mass), mass, true)
      const quantity = { value: String(mass), unit: 'KGM' }
      tell('transformation', who, systems(who), mass, {
        ...{ process: 'cutting', quantity: undefined, ...owner(who) },
        input: { lots: [lot(goods.value, 'input')], quantity },
        output: { lots: [lot(made.goods.value, 'output')], quantity },
      })
    } else if (does === 'lose')
      tell('disposal', who, systems(who), mass, { disposalKind: 'destroyed', lots: subject, ...owner(who) })
    else
      tell('sale', who, systems(who), mass, {
        saleKind: 'retail',
        lots: subject,
        parties: [party('seller', who)],
      })
  }
  return { lots, records }
}

function shuffled(records: readonly TracedRecord[], order: Iterator<number>): TracedRecord[] {
  return records
    .map((record) => ({ record, at: order.next().value as number }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record)
}

const verdictOf = (came: number, went: number): string => {
  const tolerance = Math.max(0.5, came * 0.02)
  const left = came - went
  return left < -tolerance ? 'over' : left > tolerance ? 'stock' : 'even'
}

test('what came in of a lot, went out and is left is what happened, whoever of those who were there tells it and in any order', () => {
  fc.assert(
    fc.property(
      fc.array(begin, { minLength: 1, maxLength: 3 }),
      fc.array(step, { maxLength: 14 }),
      tellers,
      manners,
      fc.infiniteStream(fc.nat()),
      (begins, steps, systemsAt, mannerOf, order) => {
        const { lots, records } = world(begins, steps, systemsAt, mannerOf)
        const mixed = shuffled(records, order)
        for (const { value, came, went, isLeftUntold } of lots) {
          if (isLeftUntold) continue
          const found = balanceOf(value, mixed)
          expect([value, found.verdict, Number(found.in), Number(found.out), Number(found.left)]).toEqual([
            ...[value, verdictOf(came, went), came, went, came - went],
          ])
        }
      },
    ),
    { numRuns: 2000 },
  )
}, 60_000)
