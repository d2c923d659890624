import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import {
  type Amount,
  besides,
  flowOf,
  type Moved,
  sameGoods,
  toleranceOf,
  UNITS_COMPARED,
} from './measure.ts'

/**
 * What happened to goods of a lot. In: `made` (harvest, slaughter, a dispatch of a lot that nothing else made), `entered`. Out: `sold` and `sent` as who had
 * them tells it, `taken` as those who got them tell it; `used` in a transformation, `lost` (destroyed, rendered), `returned`.
 */
export const LOT_FLOWS = ['made', 'entered', 'sold', 'sent', 'taken', 'used', 'lost', 'returned'] as const
export type LotFlow = (typeof LOT_FLOWS)[number]

export interface LotFact extends Moved {
  readonly flow: LotFlow
}

/**
 * `over`: more went out than came in. `even`: as much, within the tolerance. `stock`: some is left. `unknown`: nothing is known of what
 * came in, or no unit tells all that came in and went out.
 */
export type BalanceVerdict = 'even' | 'stock' | 'over' | 'unknown'

export interface LotBalance {
  readonly verdict: BalanceVerdict
  /** KGM, HEA, H87 or PKG; null where nothing is told in any of them. */
  readonly unit: string | null
  readonly in: string | null
  readonly out: string | null
  /** What of `out` was destroyed or rendered harmless. */
  readonly lost: string | null
  /** In less out. */
  readonly left: string | null
  readonly tolerance: string | null
  readonly flows: Readonly<Partial<Record<LotFlow, string>>>
}

/**
 * In and out of one lot, each kilogram once, whatever the order of the facts. Sums inside a system, the greatest of several systems that
 * tell the same; what was sold and sent is what was taken elsewhere, so the greater of both counts.
 */
export function lotBalance(facts: readonly LotFact[]): LotBalance {
  return compared(UNITS_COMPARED.map((unit) => inUnit(facts, unit)))
}

function inUnit(facts: readonly LotFact[], unit: string): InUnit<LotBalance> {
  const of = (...flows: LotFlow[]): LotFact[] => facts.filter(({ flow }) => flows.includes(flow))
  const same = (...lists: readonly LotFact[][]): Amount => sameGoods(lists, unit)
  const came = same(of('made'), of('entered'))
  const lost = same(of('lost'))
  const went = besides([same(of('sold', 'sent'), of('taken')), same(of('used')), lost, same(of('returned'))])
  const flows = Object.fromEntries(
    LOT_FLOWS.flatMap((flow) => {
      const value = flowOf(of(flow), unit)
      return value === null ? [] : [[flow, value]]
    }),
  )
  const isTold = came.amount !== null || went.amount !== null
  const figures = { in: came.amount, out: went.amount, lost: lost.amount, flows }
  return {
    came,
    went,
    balance: { ...judged(figures.in, figures.out, unit), unit: isTold ? unit : null, ...figures },
  }
}

/** A balance in one unit, with how much of what came in and went out it tells. */
export interface InUnit<Balance> {
  readonly came: Amount
  readonly went: Amount
  readonly balance: Balance
}

/**
 * Of the balances in several units the first in which all is told. Where there is none: the first in which what is told went out is more than all that came in; else what is
 * left is not known, and the figures are those of the first unit in which anything is.
 */
export function compared<Balance extends Pick<LotBalance, 'verdict' | 'left' | 'tolerance'>>(
  known: readonly InUnit<Balance>[],
): Balance {
  const isIn = ({ came }: InUnit<Balance>): boolean => came.amount !== null && came.isWhole
  const whole = known.find((one) => isIn(one) && one.went.isWhole)
  if (whole) return whole.balance
  const over = known.find((one) => isIn(one) && one.went.isLeast && one.balance.verdict === 'over')
  if (over) return over.balance
  const [first] = known
  const shown =
    known.find(({ came }) => came.amount !== null) ?? known.find(({ went }) => went.amount !== null) ?? first
  return { ...(shown ?? (first as InUnit<Balance>)).balance, verdict: 'unknown', left: null, tolerance: null }
}

/** What is left of what came in, and whether more went out than that and the tolerance. */
export function judged(
  came: string | null,
  went: string | null,
  unit: string,
): Pick<LotBalance, 'verdict' | 'left' | 'tolerance'> {
  if (came === null) return { verdict: 'unknown', left: null, tolerance: null }
  const tolerance = toleranceOf(came, unit)
  const left = subtractDecimal(came, went ?? '0')
  if (compareDecimal(addDecimal(left, tolerance), '0') < 0) return { verdict: 'over', left, tolerance }
  return { verdict: compareDecimal(left, tolerance) > 0 ? 'stock' : 'even', left, tolerance }
}
