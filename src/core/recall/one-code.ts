import { toleranceOf, UNITS_COMPARED } from '#core/balance/measure.ts'
import { compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { codeInHand } from './code-as.ts'
import { boothOf, type GoodsFact, type Telling } from './goods-fact.ts'
import { isSameMass, loadOf } from './loads.ts'
import { isNotLater, isReverse } from './returns.ts'
import { byTime } from './same-goods.ts'
import { isElsewhere, mainOf, mostIn } from './told-most.ts'
import { ownerOf } from './traders.ts'

/** How goods are told to begin under a code. */
const BEGINS: ReadonlySet<Telling> = new Set(['dispatched', 'made', 'transformed'])

/** Goods in one hand under a code that others have them by as well. */
export interface Hand {
  /** The code as that of this hand. */
  readonly code: GraphCode
  /** How they came to it; of the first hand how they were made or sent off. */
  readonly told: readonly GoodsFact[]
  /** The sales by which it bought them of another. */
  readonly sales: readonly GoodsFact[]
}

/** The hands that goods went through under one code. */
export interface Hands {
  /** Who made them or sent them off. */
  readonly first: Hand
  /** To whom they came from there; the same where nobody tells how they began. */
  readonly came: Hand
  /** Who bought them of those. */
  readonly bought: readonly Hand[]
  readonly all: readonly Hand[]
  /** In whose hand goods are, as compared. */
  readonly byOwner: ReadonlyMap<string, readonly Hand[]>
  /** At whose place a record tells of goods. */
  readonly at: (fact: GoodsFact) => readonly Hand[]
  /** Into which of them each record tells that goods came. */
  readonly byFact: ReadonlyMap<GoodsFact, Hand>
}

/** The hands of a code of which records tell more than one; null where they tell of one alone. */
export function handsIn(code: GraphCode, facts: readonly GoodsFact[]): Hands | null {
  const own = facts.filter(({ goods }) => goods.includes(code))
  const entries = own.filter(({ tells }) => tells === 'entered')
  if (entries.length === 0) return null
  const takers = new Set(entries.flatMap(({ taker }) => taker ?? []))
  const begins = own.filter(
    ({ tells, giver }) =>
      BEGINS.has(tells) && !(tells === 'dispatched' && giver !== null && takers.has(giver)),
  )
  const sales = facts.filter(({ tells, refund, from }) => tells === 'sold' && !refund && from.includes(code))
  const isOfHand = ({ giver }: GoodsFact): boolean =>
    begins.length > 0 || (giver !== null && takers.has(giver))
  const sold = sales.filter(isOfHand)
  const isSold = boughtAmong([...sold, ...entries])
  const isOfAll = ofWhoTookAll(
    begins,
    entries.filter((entry) => !isSold(entry)),
  )
  const isBought = (entry: GoodsFact): boolean => isSold(entry) || isOfAll(entry)
  const buyers = Map.groupBy(entries, (entry) => (isBought(entry) ? (entry.taker ?? entry.id) : ''))
  const firstHand = buyers.get('') ?? []
  if (begins.length + firstHand.length === 0 || (begins.length === 0 && buyers.size === 1)) return null
  const first: Hand = { code, told: begins.length > 0 ? begins : firstHand, sales: [] }
  const came: Hand =
    begins.length > 0 ? { code: codeInHand(code, 'came'), told: firstHand, sales: [] } : first
  const byVoucher = grouped(sold.flatMap((sale) => sale.goods.map((voucher) => [voucher, sale] as const)))
  const salesNamed = ({ from }: GoodsFact): GoodsFact[] => from.flatMap((one) => byVoucher.get(one) ?? [])
  const salesTo = Map.groupBy(sold, ({ taker }) => taker)
  const bought = [...buyers].flatMap(([taker, told]): Hand[] => {
    const toBuyer = salesTo.get(taker) ?? []
    return taker === ''
      ? []
      : [
          {
            code: codeInHand(code, `of ${taker}`),
            told,
            sales: salesOf(told, told.flatMap(salesNamed), toBuyer),
          },
        ]
  })
  const all = first === came ? [came, ...bought] : [first, came, ...bought]
  const byFact = new Map(all.flatMap((hand) => hand.told.map((fact) => [fact, hand] as const)))
  return { first, came, bought, all, byFact, byOwner: byOwnerOf(all), at: placesOf(all) }
}

const grouped = <K, V>(pairs: readonly (readonly [K, V])[]): Map<K, V[]> =>
  new Map(
    [...Map.groupBy(pairs, ([key]) => key)].map(([key, all]) => [
      key,
      [...new Set(all.map(([, value]) => value))],
    ]),
  )

const byOwnerOf = (hands: readonly Hand[]): Map<string, Hand[]> =>
  grouped(
    hands.flatMap((hand) =>
      hand.told.flatMap(({ tells, giver, taker }) => {
        const owner = tells === 'entered' ? taker : (giver ?? taker)
        return owner === null ? [] : [[owner, hand] as const]
      }),
    ),
  )

const spotOf = ({ system, region, places }: GoodsFact): string => JSON.stringify([system, region, places])

/** Finds those at whose place a record tells of goods: in one market, and not surely at another stall. */
function placesOf(hands: readonly Hand[]): (fact: GoodsFact) => readonly Hand[] {
  const told = hands.flatMap((hand) =>
    [...new Map(hand.told.map((fact) => [spotOf(fact), fact])).values()].map((fact) => ({ hand, fact })),
  )
  const byBooth = Map.groupBy(told, ({ fact }) => boothOf(fact))
  const known = new Map<string, readonly Hand[]>()
  const find = (fact: GoodsFact): readonly Hand[] => {
    const booth = boothOf(fact)
    const near = booth === null ? told : [...(byBooth.get(booth) ?? []), ...(byBooth.get(null) ?? [])]
    const here = near.filter((one) => mainOf(one.fact) !== undefined && !isElsewhere(fact, one.fact))
    return [...new Set(here.map(({ hand }) => hand))]
  }
  // Thousands of tickets tell of a few places.
  return (fact) => {
    const found = known.get(spotOf(fact)) ?? find(fact)
    known.set(spotOf(fact), found)
    return found
  }
}

/** Tells whether goods of an arrival came of someone who had them under the same code: by his sale, or as the arrival says; not what he took back. */
function boughtAmong(trades: readonly GoodsFact[]): (entry: GoodsFact) => boolean {
  const byTaker = Map.groupBy(trades, ({ taker }) => taker)
  const vouchers = new Set(trades.flatMap(({ tells, goods }) => (tells === 'sold' ? goods : [])))
  return (entry) => {
    const { giver, taker, from } = entry
    const byGiver = giver === null || giver === taker ? [] : (byTaker.get(giver) ?? [])
    if (byGiver.some((one) => isReverse(entry, one))) return false
    const isSold = (taker === null ? [] : (byTaker.get(taker) ?? [])).some((one) => isOfSale(entry, one))
    return isSold || from.some((code) => vouchers.has(code)) || byGiver.some((one) => one !== entry)
  }
}

/** Tells whether goods of an arrival can only be of someone who took in all that was made or sent off, as nobody says of whom they are. */
function ofWhoTookAll(
  begins: readonly GoodsFact[],
  entries: readonly GoodsFact[],
): (entry: GoodsFact) => boolean {
  const [all, ...others] = [...Map.groupBy(entries, (entry) => entry.taker ?? spotOf(entry)).values()].filter(
    (own) => UNITS_COMPARED.some((unit) => isAll(mostIn(own, unit), mostIn(begins, unit), unit)),
  )
  if (all === undefined || others.length > 0) return () => false
  return (entry) => entry.giver === null && !all.includes(entry) && all.some((one) => isNotLater(one, entry))
}

const isAll = (value: string, of: string, unit: string): boolean =>
  of !== '0' && compareDecimal(value, subtractDecimal(of, toleranceOf(of, unit))) >= 0

/** Whether an arrival may be of goods that were sold to who tells of it. */
function isOfSale({ giver, taker }: GoodsFact, sale: GoodsFact): boolean {
  if (sale.tells !== 'sold' || taker === sale.giver) return false
  return giver === null || giver === taker || giver === sale.giver
}

/** The sales by which arrivals at one buyer came: those that they name, then those of as much, then the first of the others, until as much was sold as came. */
function salesOf(
  entries: readonly GoodsFact[],
  named: readonly GoodsFact[],
  toBuyer: readonly GoodsFact[],
): GoodsFact[] {
  const found = [...new Set(named)]
  const isMore = (): boolean =>
    UNITS_COMPARED.some((unit) => compareDecimal(mostIn(entries, unit), mostIn(found, unit)) > 0)
  const vouchers = new Set(named.flatMap(({ goods }) => goods))
  const open = entries.filter(({ from }) => !from.some((code) => vouchers.has(code)))
  const isAsMuch = (sale: GoodsFact): boolean => open.some((one) => isSameMass(loadOf(one), loadOf(sale)))
  const { true: alike = [], false: others = [] } = Object.groupBy(
    toBuyer
      .filter((sale) => !named.includes(sale) && open.some((entry) => isOfSale(entry, sale)))
      .sort(byTime),
    (sale) => `${isAsMuch(sale)}`,
  )
  for (const sale of [...alike, ...others]) if (found.length === 0 || isMore()) found.push(sale)
  return found
}

/** In whose hand goods were that a record tells to have gone somewhere: his who gave them, else his at whose place it was, else of the first. */
export function givenBy(fact: GoodsFact, { first, came, byOwner, at }: Hands): readonly Hand[] {
  const { tells, giver } = fact
  const isOfGiver = tells === 'sold' || tells === 'entered'
  const who = isOfGiver ? giver : ownerOf(fact)
  const ofPerson = who === null ? undefined : byOwner.get(who)
  if (ofPerson) return ofPerson
  const isSomewhere = tells !== 'entered' && mainOf(fact) !== undefined
  const here = isSomewhere ? at(fact) : []
  if (here.length > 0) return here
  if (isSomewhere || who !== null) return [first]
  return isOfGiver ? [...new Set([first, came])] : [came]
}
