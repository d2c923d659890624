import { addDecimal, compareDecimal, maxDecimal } from '#core/decimal.ts'
import { prefixOf } from '#core/regions/path.ts'
import type { GoodsFact, Measure } from './goods-fact.ts'
import type { Place, PlaceKind } from './place.ts'
import { nameKey } from './place-keys.ts'
import { byTrader } from './traders.ts'

const valueIn = ({ measures }: Pick<GoodsFact, 'measures'>, unit: string): string =>
  measures.find((one: Measure) => one.unit === unit)?.value ?? '0'

/** What the records tell together. */
export const sumIn = (facts: readonly GoodsFact[], unit: string): string =>
  facts.reduce((sum, fact) => addDecimal(sum, valueIn(fact, unit)), '0')

/** The records of who tells most of them. */
export function mostOf(facts: readonly GoodsFact[], unit: string): GoodsFact[] {
  let most: GoodsFact[] = []
  for (const told of byTeller(facts))
    if (most.length === 0 || compareDecimal(sumIn(told, unit), sumIn(most, unit)) > 0) most = told
  return most
}
export const mostIn = (facts: readonly GoodsFact[], unit: string): string => sumIn(mostOf(facts, unit), unit)

/** Records that one system tells in one way; what several tell of one place may be the same. */
export function byTeller(facts: readonly GoodsFact[]): GoodsFact[][] {
  const tellers = [...Map.groupBy(facts, ({ tells, system }) => `${tells} ${system}`)]
  return tellers.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, told]) => told)
}

/** What papers of the same goods tell: of one type those of all loads, each as who tells most of it; of several types the most. */
export const papersTell = (facts: readonly GoodsFact[], unit: string): string => {
  const numberOf = ({ goods, types }: GoodsFact): string =>
    goods.find((code) => types[code] !== undefined) ?? ''
  const byType = Map.groupBy(facts, (fact) => fact.types[numberOf(fact)] ?? '')
  const sums = [...byType.values()].map((ofType) =>
    [...Map.groupBy(ofType, numberOf).values()].map((told) => mostIn(told, unit)).reduce(addDecimal),
  )
  return sums.reduce(maxDecimal)
}

/** Of what each system tells of each place, the most: a system knows of its own places alone, and of those traders of a market who are its own. */
export const toldMost = (facts: readonly GoodsFact[], unit: string): GoodsFact[] =>
  apart(facts).flatMap((here) => {
    const whole = mostOf(here, unit)
    const ofEach = byTrader(here).flatMap((own) => mostOf(own, unit))
    return compareDecimal(sumIn(ofEach, unit), sumIn(whole, unit)) >= 0 ? ofEach : whole
  })

/** The records by their places, where these are surely several; records that may be of one place stand together. */
export function apart(facts: readonly GoodsFact[]): GoodsFact[][] {
  // Thousands of tickets tell of a few places.
  const alike = [
    ...Map.groupBy(facts, ({ system, region, places }) => JSON.stringify([system, region, places])).values(),
  ]
  let groups: (typeof alike)[] = []
  for (const one of alike) {
    const same = groups.filter((group) => group.some((other) => !isElsewhere(one[0], other[0])))
    groups = [...groups.filter((group) => !same.includes(group)), [...same.flat(), one]]
  }
  return groups.map((group) => group.flat())
}

export const mainOf = ({ places }: GoodsFact): Place | undefined =>
  places.find(({ kind }) => kind === 'market') ?? places.find(({ kind }) => kind !== 'stall')

/** Kinds of place that no farm is. */
const NO_FARMS: ReadonlySet<PlaceKind> = new Set<PlaceKind>(['market', 'store', 'canteen', 'slaughterhouse'])
const isFarmAndOther = (a: Place, b: Place): boolean => a.kind === 'farm' && NO_FARMS.has(b.kind)

/** Whether two records are surely of two places: their codes differ or, of a place that has none, their regions; or one is a farm and the other a market. */
export function isElsewhere(a: GoodsFact | undefined, b: GoodsFact | undefined): boolean {
  if (a === undefined || b === undefined) return false
  const [one, two] = [mainOf(a), mainOf(b)]
  if (one === undefined || two === undefined) return false
  if (one.code !== null && two.code !== null) return one.code !== two.code
  if (isFarmAndOther(one, two) || isFarmAndOther(two, one)) return true
  if (a.region !== null && b.region !== null && !isNear(a.region, b.region)) return true
  // A system calls one place by one name.
  return (
    a.system === b.system && one.name !== null && two.name !== null && nameKey(one.name) !== nameKey(two.name)
  )
}

/** Whether two records are surely of one place. */
export function isSamePlace(a: GoodsFact, b: GoodsFact): boolean {
  const [one, two] = [mainOf(a), mainOf(b)]
  if (one === undefined || two === undefined || isElsewhere(a, b)) return false
  const isOneCode = one.code !== null && one.code === two.code
  return isOneCode || (one.name !== null && two.name !== null && nameKey(one.name) === nameKey(two.name))
}

/** A county lies in its city, and that in its province. */
export function isNear(a: string, b: string): boolean {
  const [x, y] = [prefixOf(a), prefixOf(b)]
  return x.startsWith(y) || y.startsWith(x)
}
