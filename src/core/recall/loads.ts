import { isAsMuch } from '#core/balance/measure.ts'
import { daysFromCivil } from '#core/calendar.ts'
import { type CaseGoods, mayBeSame } from '#core/cases/goods.ts'
import { ANY_GOODS } from '#core/lineage/goods-path.ts'
import { boothKey } from '#core/lineage/match-keys.ts'
import type { GoodsFact } from './goods-fact.ts'
import { dayOf } from './returns.ts'
import { isElsewhere, isNear } from './told-most.ts'

/** Goods as one record tells that they were given, taken or made of others. */
export interface Load {
  readonly fact: GoodsFact
  /** Days since 1970 in China. */
  readonly day: number | null
  readonly kilograms: number | null
  readonly goods: CaseGoods
  readonly booth: string | null
}

export function loadOf(fact: GoodsFact): Load {
  const day = dayOf(fact)
  const kilograms = fact.measures.find(({ unit }) => unit === 'KGM')?.value
  const booth = fact.places.find(({ kind }) => kind === 'stall')?.name ?? null
  return {
    fact,
    day:
      day === null
        ? null
        : daysFromCivil(Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))),
    kilograms: kilograms === undefined ? null : Number(kilograms),
    goods: fact.called?.goods ?? ANY_GOODS,
    booth: booth === null ? null : boothKey(booth),
  }
}

export type IsSameLoad = (a: Load, b: Load) => boolean

export const isCalledSame: IsSameLoad = (a, b) => mayBeSame(a.goods, b.goods)

/** Whether they tell as much, in each unit in which both do: kilograms as scales weigh them. Of goods that were made of others also how much of those was used. */
export const isSameMass: IsSameLoad = ({ fact: a }, { fact: b }) =>
  isAsMuch([a.measures, b.measures], [a.used ?? [], b.used ?? []])

/** Whether records that do not both name who gave and who took may be of one load: as much of the same goods within a day. */
export const mayBeOneLoad: IsSameLoad = (a, b) =>
  a.day !== null &&
  b.day !== null &&
  Math.abs(a.day - b.day) <= 1 &&
  isMade(a) === isMade(b) &&
  isSameMass(a, b) &&
  isCalledSame(a, b)

const isMade = ({ fact }: Load): boolean => fact.tells === 'transformed'

/** Whether two records differ in what both tell: who gave, who took, where it came to, and whether it was let in. */
export function tellApart(a: Load, b: Load): boolean {
  const [one, other] = [a.fact, b.fact]
  if (!isAlike(one.giver, other.giver) || !isAlike(one.taker, other.taker)) return true
  if (one.tells === 'sold' || other.tells === 'sold') return !isAlike(goesTo(one), goesTo(other), isNear)
  const isOfOne = one.taker !== null && one.taker === other.taker
  return one.refused !== other.refused || isElsewhere(one, other) || !(isOfOne || isAlike(a.booth, b.booth))
}

const goesTo = ({ tells, region, destination }: GoodsFact): string | null =>
  tells === 'entered' ? region : destination

const isAlike = (
  one: string | null,
  other: string | null,
  is: (a: string, b: string) => boolean = (a, b) => a === b,
): boolean => one === null || other === null || is(one, other)

/** Finds the nearest of loads: in days, then in mass. */
export interface LoadFinder {
  /** Of those that weigh about as much, or are not weighed. */
  readonly alike: (load: Load, is: (other: Load) => boolean) => Load | undefined
  readonly any: (load: Load, is: (other: Load) => boolean) => Load | undefined
}

export function loadFinder(loads: readonly Load[]): LoadFinder {
  const weighed = loads
    .flatMap((load) => (load.kilograms === null ? [] : [{ load, kilograms: load.kilograms }]))
    .sort((a, b) => a.kilograms - b.kilograms)
  const others = loads.filter(({ kilograms }) => kilograms === null)
  const from = (kilograms: number): number => {
    let [low, high] = [0, weighed.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((weighed[middle]?.kilograms ?? 0) < kilograms) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    any: (load, is) => nearest(load, loads, is),
    alike: (load, is) => {
      const { kilograms } = load
      if (kilograms === null) return nearest(load, loads, is)
      // Wider than any tolerance.
      const apart = kilograms * 0.05 + 1
      const near = weighed.slice(from(kilograms - apart), from(kilograms + apart)).map((one) => one.load)
      return nearest(load, [...near, ...others], is)
    },
  }
}

function nearest(load: Load, others: readonly Load[], is: (other: Load) => boolean): Load | undefined {
  let found: Load | undefined
  let least = Number.POSITIVE_INFINITY
  for (const one of others) {
    const far = distance(load, one)
    if (far >= least || !is(one)) continue
    found = one
    least = far
  }
  return found
}

/** A day counts more than any part of the mass. */
function distance(a: Load, b: Load): number {
  const days = a.day === null || b.day === null ? 0 : Math.abs(a.day - b.day)
  const [one, other] = [a.kilograms ?? 0, b.kilograms ?? 0]
  return days + Math.abs(one - other) / (Math.max(one, other, 1) * 2)
}
