import { addDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import { cameOf } from './came.ts'
import type { GoodsFact, Measure } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { grossOf } from './refunds.ts'
import { areSameSales, leavingOf, outOf, rest, SALES, soldOf, totalOf } from './settled.ts'
import { sumIn, toldMost } from './told-most.ts'

/** What of a lot, by what came of it, went on into others that have it from nowhere else. */
export type WentOn = (came: readonly GoodsFact[], unit: string) => string

export const wentOnAlone = (holdings: readonly Holding[]): WentOn =>
  wentOnInto(holdings, ({ parents }) => parents.length === 1)

/** What of a lot went on at most: also into those that may have it from elsewhere. */
export const wentOnMost = (holdings: readonly Holding[]): WentOn => wentOnInto(holdings, () => true)

function wentOnInto(holdings: readonly Holding[], isCounted: (child: Holding) => boolean): WentOn {
  const children = new Map<readonly GoodsFact[], Holding[]>()
  for (const one of holdings.filter(isCounted))
    for (const parent of one.parents) {
      const { came } = holdings[parent] as Holding
      const known = children.get(came)
      if (known) known.push(one)
      else children.set(came, [one])
    }
  const ofChild = ({ came, madeFrom }: Holding, unit: string): string =>
    madeFrom.length === 0
      ? grossOf(came, unit)
      : sumIn(
          toldMost(
            came.map((fact) => ({ ...fact, measures: fact.used ?? [] })),
            unit,
          ),
          unit,
        )
  return (came, unit) =>
    (children.get(came) ?? []).reduce((sum, one) => addDecimal(sum, ofChild(one, unit)), '0')
}

/** A lot by how it came and what left it. */
export interface CameAndLeft {
  readonly came: readonly GoodsFact[]
  readonly left: readonly GoodsFact[]
}

/** What there is of a lot for a record that tells what left it, where others have taken of it before. */
export function hasOf({ came, left }: CameAndLeft, fact: GoodsFact, unit: string, wentOn: WentOn): string {
  const way = leavingOf(fact)
  // A day's summary and its tickets tell of the same sales, and what other systems tell may be the same goods.
  const others = left.filter((one) => {
    const other = leavingOf(one)
    return !areSameSales(way, other) && (way !== other || one.system === fact.system)
  })
  const gone = addDecimal(totalOf(outOf(others, unit)), wentOn(came, unit))
  return rest(cameOf({ came }, unit, false) ?? '0', gone)
}

/** What of the sales of a record is told of a lot in another way, or by another system, and not in this one: these are the same sales. */
export function soldOtherwise({ left }: Pick<CameAndLeft, 'left'>, fact: GoodsFact, unit: string): string {
  const way = leavingOf(fact)
  if (!SALES.includes(way)) return '0'
  const isSame = (one: GoodsFact): boolean => leavingOf(one) === way && one.system === fact.system
  const { true: own = [], false: others = [] } = Object.groupBy(left, (one) => `${isSame(one)}`)
  return rest(soldOf(others, unit), soldOf(own, unit))
}

/** What a record of several lots took from each: what is told to be sold of it otherwise, then as much as came of it and others have not taken, the last of them the rest. */
export function sharedAmong(groups: readonly CameAndLeft[], fact: GoodsFact, wentOn: WentOn): GoodsFact[] {
  const parts = groups.map((): Measure[] => [])
  for (const { unit, value } of fact.measures) {
    let open = value
    const take = (part: string): string => {
      open = subtractDecimal(open, part)
      return part
    }
    const same = groups.map((group) => take(minDecimal(open, soldOtherwise(group, fact, unit))))
    for (const [at, group] of groups.entries()) {
      const before = same[at] as string
      const has = rest(hasOf(group, fact, unit, wentOn), before)
      const part = take(at === groups.length - 1 ? open : minDecimal(has, open))
      parts[at]?.push({ value: addDecimal(before, part), unit })
    }
  }
  return parts.map((measures) => ({ ...fact, measures }))
}
