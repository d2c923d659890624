import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import { flowOf, greatest, type Moved, sumOf, toleranceOf, UNITS_COMPARED } from './measure.ts'

/**
 * What happened to goods of a lot. In: `made` (harvest, slaughter, a dispatch that made the lot), `entered`. Out: `sold` and `sent` as who had
 * them tells it, `taken` as those who got them tell it; `used` in a transformation, `lost` (destroyed, rendered), `returned`.
 */
export const LOT_FLOWS = ['made', 'entered', 'sold', 'sent', 'taken', 'used', 'lost', 'returned'] as const
export type LotFlow = (typeof LOT_FLOWS)[number]

export interface LotFact extends Moved {
  readonly flow: LotFlow
}

/**
 * `over`: more went out than came in. `even`: as much, within the tolerance. `stock`: some is left. `unknown`: nothing is known of what
 * came in, or not in a unit in which it went out.
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
  const known = UNITS_COMPARED.map((unit) => inUnit(facts, unit))
  const compared = known.find((one) => one.in !== null && one.out !== null)
  if (compared) return compared
  const came = known.find((one) => one.in !== null)
  const went = known.find((one) => one.out !== null)
  // What went out in another unit is of these goods too: what is left of them nobody knows.
  if (came && went) return { ...came, verdict: 'unknown', left: null, tolerance: null }
  return came ?? went ?? (known[0] as LotBalance)
}

function inUnit(facts: readonly LotFact[], unit: string): LotBalance {
  const of = (...flows: LotFlow[]): string | null =>
    flowOf(
      facts.filter(({ flow }) => flows.includes(flow)),
      unit,
    )
  const came = greatest([of('made'), of('entered')])
  const lost = of('lost')
  const went = sumOf([greatest([of('sold', 'sent'), of('taken')]), of('used'), lost, of('returned')])
  const flows = Object.fromEntries(
    LOT_FLOWS.flatMap((flow) => {
      const value = of(flow)
      return value === null ? [] : [[flow, value]]
    }),
  )
  const isTold = came !== null || went !== null
  return { ...judged(came, went, unit), unit: isTold ? unit : null, in: came, out: went, lost, flows }
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
