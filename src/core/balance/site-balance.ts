import { addDecimal, maxDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsMove } from './goods-move.ts'
import { type BalanceVerdict, compared, type InUnit, judged, type LotFlow } from './lot-balance.ts'
import { type Amount, besides, greaterOf, type Moved, sameGoods } from './measure.ts'
import { bearersIn, calledBy } from './parties.ts'

/** Goods of one product that moved at a place on a day, as one record tells it. */
export interface SiteMove extends Moved {
  readonly flow: Exclude<LotFlow, 'taken'>
  /** Null where none is told. */
  readonly stall: string | null
  /** Whose goods they are where no stall is told; null where nobody is named. */
  readonly trader: GoodsMove['trader']
  readonly summary: GoodsMove['summary']
  /** `YYYY-MM-DD`. */
  readonly day: string
}

/** All figures are in one unit. */
export interface SiteBalance {
  readonly verdict: BalanceVerdict
  /** KGM, or HEA where only heads tell all, or more than there were. */
  readonly unit: string
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

/** Packages and pieces differ in size from stall to stall, and meat is cut there. */
const UNITS = ['KGM', 'HEA'] as const

/**
 * In, out and stock of one product at a place on a day. At a stall, or of a trader where no stalls are told, what several systems tell is the same goods: a daily summary and the
 * tickets of the scale, an entry and the ledger; and what is summed up of the place as a whole is what is told of its stalls. What is left of the days before is carried on, and never below nothing. `unknown` where
 * nothing came in on any of the days: a place that reports sales alone is not judged.
 * @param moves of the day and the `CARRIED_DAYS` before it, each kilogram once for each system
 */
export function siteBalance(moves: readonly SiteMove[], day: string): SiteBalance {
  const placed = withTraders(moves)
  return compared(UNITS.map((unit) => inUnit(placed, day, unit)))
}

/** With the traders beside each other where no stall is told, and summaries beside what the same system tells of each sale. */
function withTraders(moves: readonly SiteMove[]): SiteMove[] {
  const bearers = bearersIn(moves.flatMap(({ trader }) => (trader ? calledBy(trader) : [])))
  return moves.map((move) => {
    const { stall, trader, summary, system } = move
    const key = stall === null && trader ? bearers.known(calledBy(trader)) : null
    return {
      ...move,
      system: summary === null ? system : `${system} ${SUMMARY}`,
      place: [PLACE, ...(key === null ? [] : [key])],
    }
  })
}

const [PLACE, SUMMARY] = ['place', 'summary']

function inUnit(moves: readonly SiteMove[], day: string, unit: string): InUnit<SiteBalance> {
  const days = [...new Set(moves.map((move) => move.day))].filter((one) => one < day).sort()
  const before = days.map((one) => dayOf(moves, one, unit))
  const opening = before.reduce((stock, one) => carried(stock, one), '0')
  const today = dayOf(moves, day, unit)
  const all = [today, ...before]
  const hasEntries = all.some((one) => one.in.amount !== null)
  const figures = { in: today.in.amount, out: today.out.amount, lost: today.lost.amount }
  const came = hasEntries ? addDecimal(opening, figures.in ?? '0') : null
  return {
    // What went out before and is not told is no longer there: there was at most so much.
    came: { amount: came, isWhole: all.every((one) => one.in.isWhole), isLeast: true },
    went: {
      amount: figures.out,
      isWhole: all.every((one) => one.out.isWhole),
      isLeast: all.every((one) => one.out.isLeast),
    },
    balance: { ...judged(came, figures.out, unit), unit, opening, ...figures },
  }
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
  readonly in: Amount
  readonly out: Amount
  readonly lost: Amount
}

function dayOf(moves: readonly SiteMove[], day: string, unit: string): Day {
  const today = moves.filter((move) => move.day === day)
  const [wholes = [], parts = []] = [true, false].map((isWhole) =>
    today.filter(({ summary }) => (summary === 'whole') === isWhole),
  )
  const stalls = [...Map.groupBy(parts, ({ stall }) => stall).values()]
  const of = (...flows: LotFlow[]): Amount => {
    const told = (some: readonly SiteMove[]): SiteMove[] => some.filter(({ flow }) => flows.includes(flow))
    const amounts = stalls.map((own) => sameGoods([told(own)], unit))
    const whole = told(wholes)
    return whole.length === 0 ? besides(amounts) : greaterOf(sameGoods([whole], unit), besides(amounts))
  }
  const lost = of('lost')
  return {
    in: of('made', 'entered'),
    out: besides([of('sold', 'sent'), of('used'), lost, of('returned')]),
    lost,
  }
}

function carried(stock: string, { in: came, out }: Day): string {
  return maxDecimal('0', subtractDecimal(addDecimal(stock, came.amount ?? '0'), out.amount ?? '0'))
}
