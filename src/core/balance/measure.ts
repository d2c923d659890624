import {
  addDecimal,
  compareDecimal,
  maxDecimal,
  minDecimal,
  multiplyDecimal,
  negateDecimal,
  subtractDecimal,
} from '#core/decimal.ts'

/** What one record says of goods that moved: kilograms, and what was counted besides them. A refund is below zero. */
export interface Moved {
  readonly system: string
  readonly kilograms: string | null
  readonly count: string | null
  /** HEA, H87 or PKG. */
  readonly countUnit: string | null
  /** Where, as far as it is told by codes: the scheme and the code of the place, and the stall. Two codes of one scheme are two places. */
  readonly place?: readonly string[]
  /** Of a sum: how it differs from a record. */
  readonly sum?: MovedSum
}

export interface MovedSum {
  /** Units in which some of what it sums is not told. */
  readonly untold: readonly string[]
  /** Those of them in which some that came back is not. */
  readonly untoldBack: readonly string[]
  /** Whether all of it came back. */
  readonly isBack: boolean
}

/** The amount in a unit; null where it is not told in it. Heads and pieces are never turned into kilograms. */
export const amountIn = (moved: Moved, unit: string): string | null =>
  unit === 'KGM' ? moved.kilograms : moved.countUnit === unit ? moved.count : null

/**
 * One flow of goods as several systems tell it: what a system tells adds up, and so does what is told of several places; what two systems tell of one place is the same
 * goods, so the greatest counts. Null where none of them tells it in the unit.
 */
export const flowOf = (moves: readonly Moved[], unit: string): string | null => mostOf([moves], unit)

/** The greatest that one of the lists tells, less the greatest that is told to have come back: who took the goods, or tells of their sale as well, need not tell that. */
function mostOf(lists: readonly (readonly Moved[])[], unit: string): string | null {
  const most = (moves: readonly Moved[][]): string | null =>
    greatest(moves.map((some) => toldAt(some, unit, 0).amount))
  const went = most(lists.map((moves) => moves.filter((one) => !isBack(one))))
  const back = most(lists.map((moves) => moves.filter(isBack).map(turned)))
  return sumOf([went, back === null ? null : negateDecimal(back)])
}

const turned = (one: Moved): Moved => ({
  ...one,
  kilograms: one.kilograms === null ? null : negateDecimal(one.kilograms),
  count: one.count === null ? null : negateDecimal(one.count),
})

type ToldOf = Pick<Amount, 'amount' | 'isWhole'>

/** At what depth of a place its parts do not lie beside each other: two schemes tell of the same places. */
const SCHEMES = 0

function toldAt(moves: readonly Moved[], unit: string, depth: number): ToldOf {
  const told = [...Map.groupBy(moves, ({ system }) => system).values()]
  if (told.length < 2) return toldByOne(moves, unit)
  const places = Map.groupBy(moves, ({ place = [] }) => place[depth])
  const unplaced = new Set(places.get(undefined))
  places.delete(undefined)
  if (places.size === 1 && unplaced.size === 0) return toldAt(moves, unit, depth + 1)
  const parts = [...places.values()].map((some) => toldAt(some, unit, depth + 1))
  const amounts = parts.map(({ amount }) => amount)
  const systems = told.map((some) => toldByOne(some, unit))
  const isWholeIn = (one: ToldOf): boolean => one.isWhole
  const isAllPlaces = parts.length > 0 && (depth === SCHEMES ? parts.some(isWholeIn) : parts.every(isWholeIn))
  return {
    amount: greatest([
      ...systems.map(({ amount }) => amount),
      depth === SCHEMES ? greatest(amounts) : sumOf(amounts),
    ]),
    isWhole:
      isAllPlaces ||
      systems.some((one, n) => one.isWhole && told[n]?.every((move) => unplaced.has(move)) === true),
  }
}

const toldByOne = (moves: readonly Moved[], unit: string): ToldOf => ({
  amount: sumOf(moves.map((one) => amountIn(one, unit))),
  isWhole: moves.length > 0 && moves.every((one) => isToldIn(one, unit)),
})

const isToldIn = (one: Moved, unit: string): boolean =>
  amountIn(one, unit) !== null && one.sum?.untold.includes(unit) !== true

/** What is told of goods in one unit. */
export interface Amount {
  /** Null where nothing is told in the unit. */
  readonly amount: string | null
  /** Whether that is all of them: some were told in another unit alone where it is not. */
  readonly isWhole: boolean
  /** Whether it is at least so much: goods that came back are not told in the unit where it is not. */
  readonly isLeast: boolean
}

/**
 * The same goods as each of several lists tells them: the greatest counts. Who tells none of it in the unit takes nothing away from who tells all, unless he tells
 * of nothing but goods that came back.
 * @param lists in their order of who tells of all: those who got the goods may tell of a part
 */
export function sameGoods(lists: readonly (readonly Moved[])[], unit: string): Amount {
  const telling = lists.map((moves) => moves.filter(tellsAny))
  const first = telling.find((moves) => moves.length > 0)
  const tellings = telling.flatMap((moves) => [...Map.groupBy(moves, ({ system }) => system).values()])
  const isUntold = (one: Moved): boolean => amountIn(one, unit) === null
  const isTold = (one: Moved): boolean => isToldIn(one, unit)
  const isUntoldBack = (one: Moved): boolean =>
    one.sum ? one.sum.untoldBack.includes(unit) : isUntold(one) && isBack(one)
  const amount = mostOf(lists, unit)
  const takesAway = (moves: readonly Moved[]): boolean => moves.every(isUntold) && moves.every(isBack)
  const isPartly = tellings.some(
    (moves) => takesAway(moves) || (!moves.every(isTold) && !moves.every(isUntold)),
  )
  const isAllBackTold = telling.every((moves) => isBackTold(moves, unit))
  return {
    amount,
    isWhole: first === undefined || (!isPartly && isAllBackTold && toldAt(first, unit, 0).isWhole),
    isLeast:
      isAllBackTold &&
      !tellings.some(
        (moves) =>
          moves.some(isUntoldBack) && (amount === null || takesAway(moves) || !moves.every(isUntold)),
      ),
  }
}

/** Whether some system tells all that came back: of what another list tells it is taken off. */
function isBackTold(moves: readonly Moved[], unit: string): boolean {
  const back = moves.filter(isBack)
  return back.length === 0 || toldAt(back.map(turned), unit, 0).isWhole
}

/** Goods one beside the other. */
export const besides = (parts: readonly Amount[]): Amount => ({
  amount: sumOf(parts.map(({ amount }) => amount)),
  isWhole: parts.every(({ isWhole }) => isWhole),
  isLeast: parts.every(({ isLeast }) => isLeast),
})

/** The same goods as all of them together and as their parts tell them: nobody knows how much came back, where one of them does not say. */
export const greaterOf = (whole: Amount, parts: Amount): Amount => ({
  amount: greatest([whole.amount, parts.amount]),
  isWhole: whole.isWhole || parts.isWhole,
  isLeast: whole.isLeast && parts.isLeast,
})

const tellsAny = ({ kilograms, count, sum }: Moved): boolean =>
  kilograms !== null || count !== null || (sum !== undefined && sum.untold.length > 0)
export const isBack = ({ kilograms, count, sum }: Moved): boolean =>
  sum?.isBack ?? (kilograms ?? count)?.startsWith('-') === true

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

interface Stated {
  readonly unit: string
  readonly value: string
}

/** Whether statements of two may be of the same goods: as much in each unit in which both tell them, within what such statements may differ. Not where there is no such unit. */
export function isAsMuch(...both: readonly (readonly [readonly Stated[], readonly Stated[]])[]): boolean {
  const pairs = both.flatMap(([some, others]) =>
    some.flatMap(({ unit, value }) => {
      const other = others.find((one) => one.unit === unit)
      return other === undefined ? [] : [{ unit, value, other: other.value }]
    }),
  )
  return (
    pairs.length > 0 &&
    pairs.every(({ unit, value, other }) => {
      if (value === other) return true
      const [most, least] = [maxDecimal(value, other), minDecimal(value, other)]
      return compareDecimal(subtractDecimal(most, least), toleranceOf(most, unit)) <= 0
    })
  )
}

/** Kilograms before what is counted. */
export const UNITS_COMPARED = ['KGM', 'HEA', 'H87', 'PKG'] as const
