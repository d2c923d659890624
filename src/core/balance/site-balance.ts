import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import { type BalanceVerdict, judged, type LotFlow } from './lot-balance.ts'
import { flowOf, type Moved, sumOf } from './measure.ts'

/** Goods of one product that moved at a place on a day, as one record tells it. */
export interface SiteMove extends Moved {
  readonly flow: Exclude<LotFlow, 'taken'>
  /** Null: the market as a whole, or a place without stalls. */
  readonly stall: string | null
  /** `YYYY-MM-DD`. */
  readonly day: string
}

/** All figures are kilograms. */
export interface SiteBalance {
  readonly verdict: BalanceVerdict
  /** What was left of the days before, as far as it is known. */
  readonly opening: string
  readonly in: string | null
  readonly out: string | null
  readonly lost: string | null
  readonly left: string | null
  readonly tolerance: string | null
}

/** Days before a day whose goods may still be there: fresh goods are sold within a week; decided by us. */
export const CARRIED_DAYS = 7

/**
 * In, out and stock of one product at a place on a day. At a stall, what several systems tell is the same goods: a daily summary and the
 * tickets of the scale, an entry and the ledger. What is left of the days before is carried on, and never below nothing. `unknown` where
 * nothing came in on any of the days: a place that reports sales alone is not judged.
 * @param moves of the day and the `CARRIED_DAYS` before it, each kilogram once for each system
 */
export function siteBalance(moves: readonly SiteMove[], day: string): SiteBalance {
  const days = [...new Set(moves.map((move) => move.day))].filter((one) => one < day).sort()
  const before = days.map((one) => dayOf(moves, one))
  const opening = before.reduce((stock, one) => carried(stock, one), '0')
  const today = dayOf(moves, day)
  const hasEntries = [today, ...before].some((one) => one.in !== null)
  const came = hasEntries ? addDecimal(opening, today.in ?? '0') : null
  return { ...judged(came, today.out, 'KGM'), opening, ...today }
}

/** Goods that are kept for longer than that; their stock of a day is not known. */
export const STORED: ReadonlySet<string> = new Set([
  'cold_chain_import',
  'grain_oil',
  'soy',
  'tea_leaf',
  'egg',
  'other',
])

/** Whether more out than in means something: where fresh goods are sold. Farms and cold stores keep goods, and are judged by their lots. */
export const isJudged = (
  moves: readonly Pick<SiteMove, 'flow' | 'day'>[],
  day: string,
  productClass: string | null,
): boolean =>
  productClass !== null &&
  !STORED.has(productClass) &&
  moves.some((move) => move.day === day && move.flow === 'sold')

interface Day {
  readonly in: string | null
  readonly out: string | null
  readonly lost: string | null
}

function dayOf(moves: readonly SiteMove[], day: string): Day {
  const stalls = [
    ...Map.groupBy(
      moves.filter((move) => move.day === day),
      ({ stall }) => stall,
    ).values(),
  ].map(stallOf)
  return {
    in: sumOf(stalls.map((one) => one.in)),
    out: sumOf(stalls.map((one) => one.out)),
    lost: sumOf(stalls.map((one) => one.lost)),
  }
}

function stallOf(moves: readonly SiteMove[]): Day {
  const of = (...flows: LotFlow[]): string | null =>
    flowOf(
      moves.filter(({ flow }) => flows.includes(flow)),
      'KGM',
    )
  const lost = of('lost')
  return {
    in: of('made', 'entered'),
    out: sumOf([of('sold', 'sent'), of('used'), lost, of('returned')]),
    lost,
  }
}

function carried(stock: string, { in: came, out }: Day): string {
  const left = subtractDecimal(addDecimal(stock, came ?? '0'), out ?? '0')
  return compareDecimal(left, '0') > 0 ? left : '0'
}
