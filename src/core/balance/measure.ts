import { addDecimal, compareDecimal, multiplyDecimal } from '#core/decimal.ts'

/** What one record says of goods that moved: kilograms, and what was counted besides them. A refund is below zero. */
export interface Moved {
  readonly system: string
  readonly kilograms: string | null
  readonly count: string | null
  /** HEA, H87 or PKG. */
  readonly countUnit: string | null
  /** Of a sum: units in which some of what it sums is not told. */
  readonly untold?: readonly string[]
}

/** The amount in a unit; null where it is not told in it. Heads and pieces are never turned into kilograms. */
export const amountIn = (moved: Moved, unit: string): string | null =>
  unit === 'KGM' ? moved.kilograms : moved.countUnit === unit ? moved.count : null

/**
 * One flow of goods as several systems tell it: what a system tells adds up, what two systems tell is the same goods, so the greatest
 * counts. Null where none of them tells it in the unit.
 */
export function flowOf(moves: readonly Moved[], unit: string): string | null {
  const sums = new Map<string, string>()
  for (const moved of moves) {
    const amount = amountIn(moved, unit)
    if (amount !== null) sums.set(moved.system, addDecimal(sums.get(moved.system) ?? '0', amount))
  }
  return greatest([...sums.values()])
}

/** What is told of goods in one unit. */
export interface Amount {
  /** Null where nothing is told in the unit. */
  readonly amount: string | null
  /** Whether that is all of them: some were told in another unit alone where it is not. */
  readonly isWhole: boolean
  /** Whether it is at least so much: goods that came back are not told in the unit where it is not. */
  readonly isLeast: boolean
}

/** The same goods as each of several lists tells them: the greatest counts. Who tells none of it in the unit takes nothing away from who tells all. */
export function sameGoods(lists: readonly (readonly Moved[])[], unit: string): Amount {
  const tellings = lists.flatMap((moves) => [
    ...Map.groupBy(moves.filter(tellsAny), ({ system }) => system).values(),
  ])
  const isTold = (one: Moved): boolean => amountIn(one, unit) !== null && one.untold?.includes(unit) !== true
  const isUntold = (one: Moved): boolean => amountIn(one, unit) === null
  const isPartly = tellings.some((moves) => !moves.every(isTold) && !moves.every(isUntold))
  return {
    amount: greatest(lists.map((moves) => flowOf(moves, unit))),
    isWhole: tellings.length === 0 || (!isPartly && tellings.some((moves) => moves.every(isTold))),
    isLeast: !tellings.some(
      (moves) => !moves.every(isUntold) && moves.some((one) => !isTold(one) && isBack(one)),
    ),
  }
}

/** Goods one beside the other. */
export const besides = (parts: readonly Amount[]): Amount => ({
  amount: sumOf(parts.map(({ amount }) => amount)),
  isWhole: parts.every(({ isWhole }) => isWhole),
  isLeast: parts.every(({ isLeast }) => isLeast),
})

const tellsAny = ({ kilograms, count }: Moved): boolean => kilograms !== null || count !== null
const isBack = ({ kilograms, count }: Moved): boolean => (kilograms ?? count)?.startsWith('-') === true

export const greatest = (values: readonly (string | null)[]): string | null =>
  values.reduce((a, b) => (a === null || (b !== null && compareDecimal(b, a) > 0) ? b : a), null)

/** The sum of what is told; null where nothing is. */
export const sumOf = (values: readonly (string | null)[]): string | null =>
  values.reduce((a, b) => (a === null ? b : b === null ? a : addDecimal(a, b)), null)

/** Two percent, as for goods that are matched by their mass, and half a kilogram for scales that round: decided by us. */
const PART = '0.02'
const LEAST_KILOGRAMS = '0.5'

/** By how much two statements of the same goods may differ: nothing where they are counted. */
export const toleranceOf = (stated: string, unit: string): string =>
  unit === 'KGM' ? (greatest([multiplyDecimal(stated, PART), LEAST_KILOGRAMS]) as string) : '0'

/** Kilograms before what is counted. */
export const UNITS_COMPARED = ['KGM', 'HEA', 'H87', 'PKG'] as const
