import { maxDecimal, subtractDecimal } from '#core/decimal.ts'
import type { LotFact, LotFlow } from './lot-balance.ts'
import { type Amount, amountIn, flowOf, greatest, sameGoods, sumOf } from './measure.ts'

/** Goods of one lot, as far as records tell of them. */
export interface LotGoods<Fact extends LotFact = LotFact> {
  /** The lot, and other names of the same goods. */
  readonly codes: readonly string[]
  /** Null where not all of them are known. */
  readonly facts: readonly Fact[] | null
}

/** A lot by what is told of it alone, and what is told of it and others with one quantity. */
export interface LotTold {
  readonly code: string
  readonly isRead: boolean
  readonly alone: readonly LotFact[]
  readonly shared: readonly SharedFact[]
}

/** One quantity of several lots: how much of it is of each of them nobody says. */
export interface SharedFact {
  readonly fact: LotFact
  /** In the order of their codes. */
  readonly lots: readonly LotTold[]
}

/** Lists of flows that tell of the same goods. */
type SameGoods = readonly (readonly LotFlow[])[]
const IN: SameGoods = [['made'], ['entered']]
/** What is sold and sent is what is taken elsewhere; the others are beside it. */
const GONE: SameGoods = [['sold', 'sent'], ['taken']]
const OUT: readonly SameGoods[] = [GONE, [['used']], [['lost']], [['returned']]]

/** The lots, each linked with those that share a quantity with it; of one that is not among them nothing is known. A code is that of the first lot that has it. */
export function lotsTold(goods: readonly LotGoods[]): LotTold[] {
  type Open = LotTold & { readonly alone: LotFact[]; readonly shared: SharedFact[] }
  const open = (codes: readonly string[], isRead: boolean): Open => ({
    ...{ code: [...codes].sort()[0] ?? '', isRead, alone: [], shared: [] },
  })
  const told = goods.map(({ codes, facts }) => open(codes, facts !== null))
  const byCode = new Map<string, Open>()
  for (const [n, { codes }] of goods.entries())
    for (const code of codes) if (!byCode.has(code)) byCode.set(code, told[n] as Open)
  const unread = new Map<string, Open>()
  const unreadOf = (code: string): Open => {
    const lot = unread.get(code) ?? open([code], false)
    unread.set(code, lot)
    return lot
  }
  const factOf = ({ flow, record }: LotFact): string => `${flow} ${record}`
  const facts = new Map(told.map((one, n) => [one, new Set(goods[n]?.facts?.map(factOf))]))
  /** Of a lot that does not count the fact as its own the goods had left it before. */
  const lotOf = (code: string, fact: LotFact): Open => {
    const known = byCode.get(code)
    return known && (!known.isRead || facts.get(known)?.has(factOf(fact))) ? known : unreadOf(code)
  }
  for (const [n, { facts }] of goods.entries())
    for (const fact of facts ?? []) {
      const own = told[n] as Open
      const lots = [...new Set([own, ...(fact.beside ?? []).map((code) => lotOf(code, fact))])]
      if (lots.length === 1) own.alone.push(fact)
      else own.shared.push({ fact, lots: lots.sort((a, b) => (a.code < b.code ? -1 : 1)) })
    }
  return told
}

/** Whether goods came in by it. */
export const isIn = ({ fact }: SharedFact): boolean => IN.some((flows) => flows.includes(fact.flow))
const allOf = ({ alone, shared }: LotTold): readonly LotFact[] => [
  ...alone,
  ...shared.map(({ fact }) => fact),
]
const keyOf = ({ lots }: Pick<SharedFact, 'lots'>): string =>
  lots.map(({ code, isRead }) => `${code} ${isRead}`).join('\n')
const listed = (facts: readonly LotFact[], lists: SameGoods): LotFact[][] =>
  lists.map((flows) => facts.filter(({ flow }) => flows.includes(flow)))
const amountOf = (facts: readonly LotFact[], lists: SameGoods, unit: string): Amount =>
  sameGoods(listed(facts, lists), unit)
/** Each of the quantities once that lots share with each other or with further ones. */
const sharedOf = (lots: readonly LotTold[], lists: SameGoods): SharedFact[] => [
  ...new Map(
    lots
      .flatMap(({ shared }) => shared)
      .filter(({ fact }) => lists.some((flows) => flows.includes(fact.flow)))
      .map((one) => [`${one.fact.flow} ${one.fact.record}`, one]),
  ).values(),
]
const isBack = ({ fact }: SharedFact, unit: string): boolean => amountIn(fact, unit)?.startsWith('-') === true
const isWithin = ({ lots }: SharedFact, all: readonly LotTold[]): boolean =>
  lots.every((lot) => all.includes(lot))

/** The lots that share a quantity with it, by the records that name them together: itself among them. */
export const namedTogether = ({ shared }: LotTold): (readonly LotTold[])[] => [
  ...new Map(shared.map((one) => [keyOf(one), one.lots])).values(),
]

/** Whether none of what is told of the lots is told of further ones as well. */
export const isApart = (lots: readonly LotTold[]): boolean =>
  lots.every(({ shared }) => shared.every((one) => isWithin(one, lots)))

/** What came in at most of all the lots; no amount where nothing is told of one of them. */
export function cameMost(lots: readonly LotTold[], unit: string): Amount {
  const alone = lots.map((lot) => amountOf(lot.alone, IN, unit).amount)
  const sets = [...Map.groupBy(sharedOf(lots, IN), keyOf).values()]
  const more = sets.map((set) => beyondAlone(set, unit))
  const isTold = (lot: LotTold, n: number): boolean =>
    lot.isRead &&
    (alone[n] !== null || sets.some(([one], at) => more[at] !== null && one?.lots.includes(lot) === true))
  return {
    amount: lots.every(isTold) ? sumOf([...alone, ...more]) : null,
    isWhole: lots.every((lot) => amountOf(allOf(lot), IN, unit).isWhole),
    isLeast: true,
  }
}

/** What is told of some lots together, less what others tell of the same goods of each alone. */
function beyondAlone(set: readonly SharedFact[], unit: string): string | null {
  const facts = set.map(({ fact }) => fact)
  const total = amountOf(facts, IN, unit).amount
  if (total === null) return null
  const toldAlone = (lot: LotTold): string => {
    const all = amountOf(lot.alone, IN, unit).amount ?? '0'
    const others = facts.map(({ flow, system }) => {
      const beside = lot.alone.filter((one) => one.flow === flow && one.system === system)
      return maxDecimal('0', subtractDecimal(all, flowOf(beside, unit) ?? '0'))
    })
    return others.reduce((a, b) => (maxDecimal(a, b) === a ? b : a))
  }
  const rest = (set[0]?.lots ?? []).reduce((left, lot) => subtractDecimal(left, toldAlone(lot)), total)
  return maxDecimal('0', rest)
}

/** What went out at least of all the lots: of a quantity that further lots share nothing is counted. */
export function wentLeast(lots: readonly LotTold[], unit: string): Amount {
  const parts = OUT.map((lists) => leastOf(lots, lists, unit))
  return {
    amount: sumOf(parts.map(({ amount }) => amount)),
    isWhole: parts.every(({ isWhole }) => isWhole),
    isLeast: parts.every((one) => one.isLeast),
  }
}

/** What was sold, sent or taken at least of all the lots. */
export const goneLeast = (lots: readonly LotTold[], unit: string): Amount => leastOf(lots, GONE, unit)

function leastOf(lots: readonly LotTold[], lists: SameGoods, unit: string): Amount {
  const shared = sharedOf(lots, lists)
  const within = shared.filter((one) => isWithin(one, lots))
  // All that came back may be of these lots.
  const back = shared.filter((one) => isBack(one, unit))
  const sum = (some: readonly SharedFact[]): string | null =>
    sumOf(some.map(({ fact }) => amountIn(fact, unit)))
  const together = amountOf(
    [...lots.flatMap(({ alone }) => alone), ...within.map(({ fact }) => fact)],
    lists,
    unit,
  )
  const each = lots.map((lot) => amountOf(lot.alone, lists, unit).amount)
  const flags = lots.map((lot) => amountOf(allOf(lot), lists, unit))
  return {
    amount: greatest([
      sumOf([...each, sum(back)]),
      sumOf([together.amount, sum(back.filter((one) => !within.includes(one)))]),
    ]),
    isWhole: flags.every(({ isWhole }) => isWhole),
    isLeast: flags.every(({ isLeast }) => isLeast),
  }
}

/** What went out of a lot if all that is told of it and others was of it; null where nothing is told. */
export const wentWhole = (lot: LotTold, unit: string): string | null => {
  const facts = [...lot.alone, ...lot.shared.filter((one) => !isBack(one, unit)).map(({ fact }) => fact)]
  return sumOf(OUT.map((lists) => amountOf(facts, lists, unit).amount))
}
