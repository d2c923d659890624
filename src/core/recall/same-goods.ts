import type { Joined } from '#core/joiner.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact } from './goods-fact.ts'
import {
  type IsSameLoad,
  isCalledSame,
  isSameMass,
  type Load,
  loadFinder,
  loadOf,
  mayBeOneLoad,
  tellApart,
} from './loads.ts'
import { TURNS } from './papers.ts'
import { type PlaceKeys, placeKeys } from './place-keys.ts'
import { isReverse, isTraded } from './returns.ts'
import { mainOf } from './told-most.ts'

/** An arrival that names the voucher of a sale is what was sold, but where it is what came back of it. */
export function joinVouchers(
  arrivals: readonly GoodsFact[],
  sold: ReadonlySet<GraphCode>,
  joined: Joined,
): void {
  const sales = new Map<GraphCode, GoodsFact[]>()
  for (const fact of arrivals)
    if (fact.tells === 'sold')
      for (const code of fact.goods) sales.set(code, [...(sales.get(code) ?? []), fact])
  for (const fact of arrivals) {
    const [own] = fact.goods.filter(joined.has)
    if (fact.tells !== 'entered' || own === undefined) continue
    for (const code of fact.from)
      if (sold.has(code) && joined.has(code) && !sales.get(code)?.some((sale) => isReverse(fact, sale)))
        joined.join(code, own)
  }
}

/**
 * What one told of giving and the other of taking, of goods that came the same way, is the same goods: where they traded more than once, by
 * mass. Where not all of them name both it is one load (`mayBeOneLoad`) that came of one lot or of one giver, to one place or to one taker, as long as nothing that is told of it differs. One system tells of all loads of its places, so as many of one mass as it tells are as many. So it is with what two systems tell to be made of one lot. Records of one system and kind are of different goods and are never joined by this.
 */
export function joinTraded(arrivals: readonly GoodsFact[], links: readonly Link[], joined: Joined): void {
  const loads = arrivals
    .filter(
      (fact) =>
        (isTraded(fact) || fact.tells === 'transformed') && !fact.refund && fact.goods.some(joined.has),
    )
    .sort(byTime)
    .map(loadOf)
  const trades = tradesOf(
    loads.filter(({ fact }) => isTraded(fact)),
    placeKeys(arrivals),
  )
  // What is found to be one load goes on the same way.
  for (let isMore = true; isMore; ) {
    const isSameWay = waysOf(loads, links, joined)
    const groups = groupsOf(loads, joined)
    const found = [...trades, ...fromOne(loads, joined)].map((trade) => joinTellers(trade, groups, isSameWay))
    isMore = found.includes(true)
  }
}

/** In an order that is the same for the same goods, whoever tells of them. */
export const byTime = (a: GoodsFact, b: GoodsFact): number => {
  const [one, other] = [a, b].map(({ at, measures, goods }) => JSON.stringify([at, measures, goods]))
  return (one as string) < (other as string) ? -1 : 1
}

/** Loads of which some may be the same, and the ways in which they may be, the surest first. */
interface Trade {
  readonly among: readonly Load[]
  readonly isOf: readonly IsSameLoad[]
}

const OF_BOTH: readonly IsSameLoad[] = [
  (a, b) => a.kilograms !== null && a.kilograms === b.kilograms,
  (a, b) => isSameMass(a, b) && isCalledSame(a, b),
  isCalledSame,
]

function tradesOf(loads: readonly Load[], keyOf: PlaceKeys): Trade[] {
  const by = (key: (fact: GoodsFact) => string | null, isOf: readonly IsSameLoad[]): Trade[] =>
    [...Map.groupBy(loads, ({ fact }) => key(fact) ?? '')].flatMap(([of, among]) =>
      of === '' ? [] : [{ among, isOf }],
    )
  return [
    ...by(
      ({ giver, taker }) => (giver === null || taker === null ? null : JSON.stringify([giver, taker])),
      OF_BOTH,
    ),
    ...by(({ taker }) => taker, [mayBeOneLoad]),
    ...by(({ giver }) => giver, [mayBeOneLoad]),
    ...by(
      (fact) => {
        const place = fact.tells === 'entered' ? mainOf(fact) : undefined
        return place === undefined ? null : keyOf(place, fact.region)
      },
      [mayBeOneLoad],
    ),
  ]
}

/** Whether goods of two records may be the same by the way they came: what one came from is what the other came from, or lies on its way, and they were made of no others on it. */
function waysOf(loads: readonly Load[], links: readonly Link[], joined: Joined): IsSameLoad {
  const before = new Map<GraphCode, GraphCode[]>()
  for (const { from, to, rule } of links) {
    if (TURNS.has(rule) || !joined.has(from) || !joined.has(to)) continue
    const top = joined.find(to)
    const known = before.get(top)
    if (known) known.push(joined.find(from))
    else before.set(top, [joined.find(from)])
  }
  // All of them before any is joined, so that they are of one state.
  const ways = new Map(
    loads.map((load) => {
      const from = load.fact.from.filter(joined.has).map(joined.find)
      const way = new Set(from)
      for (const one of way) for (const earlier of before.get(one) ?? []) way.add(earlier)
      return [load, { from, way }]
    }),
  )
  return (a, b) => {
    const [one, two] = [ways.get(a), ways.get(b)]
    if (one === undefined || two === undefined) return false
    return one.from.some((code) => two.way.has(code)) || two.from.some((code) => one.way.has(code))
  }
}

/** Loads that came of the same lot or paper. */
function fromOne(loads: readonly Load[], { find, has }: Joined): Trade[] {
  const from = loads.flatMap((load) =>
    [...new Set(load.fact.from.filter(has).map(find))].map((top) => ({ top, load })),
  )
  return [...Map.groupBy(from, ({ top }) => top).values()].map((all) => ({
    among: all.map(({ load }) => load),
    isOf: [mayBeOneLoad],
  }))
}

/** The loads by what is known to be one. */
function groupsOf(loads: readonly Load[], joined: Joined) {
  const topOf = ({ fact }: Load): GraphCode => joined.find(fact.goods.find(joined.has) as GraphCode)
  const groups = Map.groupBy(loads, topOf)
  const groupOf = (load: Load): Load[] => groups.get(topOf(load)) ?? []
  return {
    topOf,
    join: (a: Load, b: Load): void => {
      const all = [...groupOf(a), ...groupOf(b)]
      joined.join(topOf(a), topOf(b))
      groups.set(topOf(a), all)
    },
    /** Whether nothing that is told of the one differs from what is told of the other. */
    isAlike: (a: Load, b: Load): boolean =>
      groupOf(a).every((one) => groupOf(b).every((other) => !tellApart(one, other))),
  }
}

/** Joins what each of those who tell of loads tells with what others told before: each load of his with the nearest of theirs that may be the same. Whether any was joined. */
function joinTellers(
  { among, isOf }: Trade,
  { topOf, join, isAlike }: ReturnType<typeof groupsOf>,
  isSameWay: IsSameLoad,
): boolean {
  const tellers = [...Map.groupBy(among, ({ fact: { system, tells } }) => `${tells} ${system}`)].sort(
    ([a, one], [b, two]) => two.length - one.length || (a < b ? -1 : 1),
  )
  const before: Load[] = []
  let isAny = false
  for (const [, told] of tellers) {
    const known = new Set(before.map(topOf))
    const taken = new Set(told.map(topOf).filter((top) => known.has(top)))
    const open = new Set(told.filter((load) => !taken.has(topOf(load))))
    const finder = loadFinder(before)
    for (const isSame of isOf)
      for (const load of open) {
        const may = (one: Load): boolean =>
          isSame(one, load) &&
          isSameWay(one, load) &&
          !taken.has(topOf(one)) &&
          (isSame !== mayBeOneLoad || isAlike(one, load))
        const same = (isSame === isCalledSame ? finder.any : finder.alike)(load, may)
        if (same === undefined) continue
        join(same, load)
        taken.add(topOf(load))
        open.delete(load)
        isAny = true
      }
    before.push(...told)
  }
  return isAny
}
