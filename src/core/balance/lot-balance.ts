import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import {
  cameMost,
  isApart,
  isIn,
  type LotGoods,
  type LotTold,
  lotsTold,
  namedTogether,
  wentLeast,
  wentWhole,
} from './lots-together.ts'
import { type Amount, flowOf, greatest, type Moved, toleranceOf, UNITS_COMPARED } from './measure.ts'

/**
 * What happened to goods of a lot. In: `made` (harvest, slaughter, a dispatch of a lot that nothing else made), `entered`. Out: `sold` and `sent` as who had
 * them tells it, `taken` as those who got them tell it; `used` in a transformation, `lost` (destroyed, rendered), `returned`.
 */
export const LOT_FLOWS = ['made', 'entered', 'sold', 'sent', 'taken', 'used', 'lost', 'returned'] as const
export type LotFlow = (typeof LOT_FLOWS)[number]

export interface LotFact extends Moved {
  readonly flow: LotFlow
  /** The record that tells it: of several lots it tells once. */
  readonly record?: string
  /** Other lots of which its quantity is as well. */
  readonly beside?: readonly string[]
}

/**
 * `over`: more went out than came in, of the lot or of those together that share a quantity. `even`: as much, within the tolerance. `stock`: some is left. `unknown`: nothing is known of what
 * came in, no unit tells all that came in and went out, or not how much of a shared quantity was of this lot.
 */
export type BalanceVerdict = 'even' | 'stock' | 'over' | 'unknown'

interface Figures {
  readonly verdict: BalanceVerdict
  readonly in: string | null
  readonly out: string | null
  /** In less out; null where one of them is not known for certain. */
  readonly left: string | null
  readonly tolerance: string | null
}

/** Lots that records name with one quantity, and what is known of all of them together. */
export interface TogetherBalance extends Figures {
  readonly lots: readonly string[]
}

/** In and out as far as they are known for certain. */
export interface LotBalance extends Figures {
  /** KGM, HEA, H87 or PKG; null where nothing is told in any of them. */
  readonly unit: string | null
  /** What it was at most, where it may have been more than `in` and `out`: a share of a quantity of several lots. */
  readonly inMost: string | null
  readonly outMost: string | null
  /** What of `out` was destroyed or rendered harmless. */
  readonly lost: string | null
  /** What is told of this lot alone. */
  readonly flows: Readonly<Partial<Record<LotFlow, string>>>
  readonly together: readonly TogetherBalance[]
}

/**
 * In and out of one lot, each kilogram once, whatever the order of the facts. Sums inside a system, the greatest of several systems that
 * tell the same; what was sold and sent is what was taken elsewhere, so the greater of both counts. Of a quantity that several lots share at least so much was of this one as the others
 * cannot have had, and at most what it had itself.
 * @param others the lots that share a quantity with it
 */
export function lotBalance(
  facts: readonly LotFact[],
  { codes, others }: { readonly codes: readonly string[]; readonly others: readonly LotGoods[] } = {
    codes: [],
    others: [],
  },
): LotBalance {
  const lot = lotsTold([{ codes, facts }, ...others])[0] as LotTold
  return compared(UNITS_COMPARED.map((unit) => inUnit(lot, unit)))
}

function inUnit(lot: LotTold, unit: string): InUnit<LotBalance> {
  const own = { came: cameMost([lot], unit), went: wentLeast([lot], unit) }
  const sets = namedTogether(lot)
  const over = new Set([...new Set(sets.flat())].filter((one) => knownOf([one], unit).verdict === 'over'))
  const together = sets.map((lots) => togetherOf(lots, over, unit))
  const bounds = boundsOf(lot, own, unit)
  const flowIn = (flow: LotFlow): string | null =>
    flowOf(
      lot.alone.filter((one) => one.flow === flow),
      unit,
    )
  const flows = Object.fromEntries(
    LOT_FLOWS.flatMap((flow) => {
      const value = flowIn(flow)
      return value === null ? [] : [[flow, value]]
    }),
  )
  const isTold = [own.came.amount, own.went.amount, bounds.outMost].some((one) => one !== null)
  return {
    ...own,
    balance: {
      ...bounds,
      ...verdictOf(lot, { ...own, ...bounds, together, unit }),
      ...{ unit: isTold ? unit : null, lost: flowIn('lost'), flows },
      together,
    },
  }
}

type Bounds = Pick<LotBalance, 'in' | 'inMost' | 'out' | 'outMost'>

function boundsOf(lot: LotTold, { came, went }: InOut, unit: string): Bounds {
  const known = (amount: string | null): string | null =>
    amount !== null && compareDecimal(amount, '0') === 0 ? null : amount
  if (lot.shared.length === 0) return { in: came.amount, inMost: null, out: went.amount, outMost: null }
  const had = came.amount === null ? null : greatest([came.amount, went.amount])
  const within = (amount: string | null): string | null =>
    amount === null || had === null ? amount : minDecimal(amount, had)
  const most = within(wentWhole(lot, unit))
  const ofThis = namedTogether(lot).map((lots) => ofOthers(lot, lots, unit))
  const out = greatest([
    went.amount,
    ...ofThis.map((one) => (one === null || most === null ? null : known(minDecimal(one, most)))),
  ])
  const outMost = greatest([out, most])
  return { ...inOf(lot, came.amount, out, unit), out, outMost: outMost === out ? null : known(outMost) }
}

/** What came in of a lot: as much as is told of it alone, and as went out of it. */
function inOf(
  lot: LotTold,
  most: string | null,
  out: string | null,
  unit: string,
): Pick<Bounds, 'in' | 'inMost'> {
  const alone = cameMost([{ ...lot, shared: [] }], unit).amount
  if (most === null || most === alone || !lot.shared.some(isIn)) return { in: most, inMost: null }
  const least = greatest([alone, out === null ? null : minDecimal(out, most)])
  return { in: least, inMost: most === least ? null : most }
}

/** What of that which went out of the lots the others of them cannot have had; null where that is not known. */
function ofOthers(lot: LotTold, lots: readonly LotTold[], unit: string): string | null {
  const went = wentLeast(lots, unit)
  const others = lots.filter((one) => one !== lot)
  const had = cameMost(others, unit)
  if (went.amount === null || had.amount === null || !went.isLeast || !had.isWhole) return null
  // Where more went out of one of them alone than it had, that went out of it all the same.
  const tooMuch = others.map((one) => {
    const alone = wentWhole({ ...one, shared: [] }, unit) ?? '0'
    return maxDecimal('0', subtractDecimal(alone, cameMost([one], unit).amount ?? alone))
  })
  return maxDecimal('0', subtractDecimal(went.amount, tooMuch.reduce(addDecimal, had.amount)))
}

/** Where more went out of one of the lots alone than came into it (`over`), nothing more is known of all of them. */
function togetherOf(lots: readonly LotTold[], over: ReadonlySet<LotTold>, unit: string): TogetherBalance {
  const isOneOver = lots.some((lot) => over.has(lot))
  return { lots: lots.map(({ code }) => code), ...knownOf(lots, unit), ...(isOneOver ? UNKNOWN : {}) }
}

/** In and out of lots as far as it is certain: that nothing is left, or too little, also where some that went out of them is not counted. */
function knownOf(lots: readonly LotTold[], unit: string): Figures {
  const [came, went] = [cameMost(lots, unit), wentLeast(lots, unit)]
  const figures = { in: came.amount, out: went.amount }
  const known = judged(came.amount, went.amount, unit)
  const isWhole = came.isWhole && went.isWhole
  const isCertain =
    known.verdict === 'over'
      ? came.isWhole && went.isLeast
      : isWhole && (known.verdict === 'even' || isApart(lots))
  return { ...figures, ...(isCertain ? known : UNKNOWN) }
}

const UNKNOWN = { verdict: 'unknown', left: null, tolerance: null } as const

type Verdict = Pick<LotBalance, 'verdict' | 'left' | 'tolerance'>

function verdictOf(
  lot: LotTold,
  of: InOut & Bounds & { readonly together: readonly TogetherBalance[]; readonly unit: string },
): Verdict {
  const { came, went, together, unit } = of
  const own = judged(came.amount, went.amount, unit)
  if (lot.shared.length === 0 || own.verdict === 'over' || own.verdict === 'unknown') return own
  const { tolerance } = own
  if (together.some((one) => one.verdict === 'over')) return { verdict: 'over', left: null, tolerance }
  const least = judged(of.in, of.outMost ?? of.out, unit)
  if (of.inMost === null && of.outMost === null) return least
  const most = judged(came.amount, of.out, unit)
  if (least.verdict === most.verdict) return { ...most, left: null }
  return together.some(({ verdict }) => verdict === 'even')
    ? { verdict: 'even', left: null, tolerance }
    : UNKNOWN
}

/** What came in and what went out. */
interface InOut {
  readonly came: Amount
  readonly went: Amount
}

/** A balance in one unit, with how much of what came in and went out it tells. */
export interface InUnit<Balance> extends InOut {
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
