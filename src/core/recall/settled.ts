import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { apart, sumIn, toldMost } from './told-most.ts'

/** Where goods are, or what became of them. */
export const FINDS = [
  'soldWholesale',
  'atSites',
  'soldRetail',
  'disposed',
  'leftRegion',
  'returned',
  'processed',
] as const
export type Find = (typeof FINDS)[number]

/** What became of the goods of one holding, in one unit. */
export interface Account {
  readonly unit: string
  /** What came, by the record that tells of most; null where none tells. */
  readonly came: string | null
  /** What went on into other holdings, and into which of them. */
  readonly wentOn: string
  readonly gave: readonly Gift[]
  readonly found: Readonly<Partial<Record<Find, string>>>
  /** What left the one before and of which nobody tells where it came to, and what may have left and is not told in this unit. */
  readonly lost: string
  /** Some left that is told in another unit of the lot alone: nobody knows how much is left in this one. */
  readonly isUntold: boolean
}

/** What went on into one other holding. */
export interface Gift {
  readonly to: number
  readonly value: string
}

/** What is left of a behind b, and nothing where that is more. */
export const rest = (a: string, b: string): string => maxDecimal('0', subtractDecimal(a, b))

/** What left into nobody's hand that is reached, from one place. */
export interface Out {
  readonly find: 'soldRetail' | 'disposed' | 'returned'
  readonly value: string
  readonly region: string | null
}

/** A day's summary and its tickets tell of the same sales, where they may be of one place. */
export const outOf = (left: readonly GoodsFact[], unit: string): Out[] =>
  apart(left).flatMap((here): Out[] => {
    const of = (tells: string, refund: boolean): string =>
      sumIn(
        here.filter((fact) => fact.tells === tells && fact.refund === refund),
        unit,
      )
    const sold = maxDecimal(of('ticket', false), of('summary', false))
    const back = minDecimal(maxDecimal(of('ticket', true), of('summary', true)), sold)
    const region = here.find((fact) => fact.region !== null)?.region ?? null
    return [
      { find: 'soldRetail', value: subtractDecimal(sold, back), region },
      { find: 'disposed', value: of('disposed', false), region },
      { find: 'returned', value: addDecimal(back, of('returned', false)), region },
    ]
  })

/**
 * Whether some of a lot left that is told in another of its units alone. Of tickets and summaries of one place, which tell of the same sales, those
 * who tell all of theirs are believed.
 */
export const leftUntold = (left: readonly GoodsFact[], unit: string, others: readonly string[]): boolean => {
  const isTold = ({ measures }: GoodsFact, units: readonly string[]): boolean =>
    measures.some((one) => units.includes(one.unit))
  const isUntold = (fact: GoodsFact): boolean => !isTold(fact, [unit]) && isTold(fact, others)
  return (
    others.length > 0 &&
    apart(left).some((here) => {
      const of = (tells: string): GoodsFact[] => here.filter((fact) => fact.tells === tells && !fact.refund)
      const sales = [of('ticket'), of('summary')].filter((told) => told.length > 0)
      const isSoldUntold = sales.length > 0 && sales.every((told) => told.some(isUntold))
      return isSoldUntold || [...of('disposed'), ...of('returned')].some(isUntold)
    })
  )
}

export const totalOf = (out: readonly Out[]): string =>
  out.reduce((sum, { value }) => addDecimal(sum, value), '0')

/** What became of the goods of one holding. */
export function settled(
  holding: Holding,
  of: {
    readonly unit: string
    readonly came: string | null
    readonly gave: readonly Gift[]
    readonly out: readonly Out[]
    readonly home: string | null
    readonly turned: boolean
    readonly isUntold: boolean
  },
): Account {
  const { unit, came, gave, out, home, turned, isUntold } = of
  const wentOn = gave.reduce((sum, { value }) => addDecimal(sum, value), '0')
  const left = came === null ? '0' : rest(came, addDecimal(wentOn, totalOf(out)))
  const found: Partial<Record<Find, string>> = {}
  const add = (find: Find, value: string): void => {
    if (compareDecimal(value, '0') > 0) found[find] = addDecimal(found[find] ?? '0', value)
  }
  const where = turned ? 'processed' : lastlyAt(holding, home)
  const isAway = ({ region }: Out): boolean =>
    where === 'leftRegion' || (where === 'several' && isOutside(region, home))
  for (const one of out) add(isAway(one) ? 'leftRegion' : one.find, one.value)
  if (isUntold) return { unit, came, wentOn, gave, found, lost: left, isUntold }
  if (where === 'several') {
    const parts = partsOf(holding, { unit, left, home, gone: totalOf(out.filter(isAway)) })
    for (const [find, value] of parts) add(find, value)
  } else if (where !== null) add(where, left)
  return { unit, came, wentOn, gave, found, lost: where === null ? left : '0', isUntold }
}

/** Of goods of one lot some of which were refused or came to another province what is left of each. */
function partsOf(
  { came }: Holding,
  of: { readonly unit: string; readonly left: string; readonly home: string | null; readonly gone: string },
): [Find, string][] {
  const { unit, left, home, gone } = of
  const entered = toldMost(
    came.filter(({ tells }) => tells === 'entered'),
    unit,
  )
  const told = (find: Find): string =>
    sumIn(
      entered.filter((fact) => enteredAt(fact, home) === find),
      unit,
    )
  const returned = minDecimal(left, told('returned'))
  const away = minDecimal(subtractDecimal(left, returned), rest(told('leftRegion'), gone))
  return [
    ['returned', returned],
    ['leftRegion', away],
    ['atSites', subtractDecimal(subtractDecimal(left, returned), away)],
  ]
}

const isOutside = (region: string | null, home: string | null): boolean =>
  home !== null && region !== null && !region.startsWith(home)

/** Where goods are that came somewhere, or what became of them at the gate. */
export const enteredAt = ({ region, refused }: GoodsFact, home: string | null): Find =>
  refused ? 'returned' : isOutside(region, home) ? 'leftRegion' : 'atSites'

/** Where goods are that went nowhere else, as far as records tell; null where they were sent off and nobody tells of their arrival. */
export function lastlyAt({ came }: Holding, home: string | null): Find | 'several' | null {
  const entered = new Set(came.flatMap((fact) => (fact.tells === 'entered' ? [enteredAt(fact, home)] : [])))
  const [only] = entered
  if (only !== undefined) return entered.size === 1 ? only : 'several'
  const sold = came.filter(({ tells }) => tells === 'sold')
  if (sold.length > 0)
    return sold.some(({ destination }) => isOutside(destination, home)) ? 'leftRegion' : 'soldWholesale'
  if (came.some(({ tells }) => tells === 'dispatched')) return null
  return came.some(({ tells }) => tells === 'made' || tells === 'transformed') ? 'atSites' : null
}
