import type { ReasonCode } from '#core/mapping/reasons.ts'
import type { Run } from '#core/mapping/run/run.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Quantity } from '#core/model/values.ts'

/** Kinds of record that tell of goods that move: without an amount they tell of nothing. */
const MOVES: ReadonlySet<Kind> = new Set(['production', 'dispatch', 'entry', 'sale', 'disposal'])
/** Kinds by which goods, or money for them, come back: sources write these below zero. */
const RETURNS: ReadonlySet<Kind> = new Set(['sale', 'payment'])

/** No load of a road, a rail wagon or a barge, and no day of one product at the largest markets, is a thousand tonnes: such a number is in the wrong unit. */
const MOST_KG = 1_000_000
const MOST_DIGITS = String(MOST_KG).length

/**
 * What is doubtful about an amount that can be read, by the kind of its record.
 * @param isLine whether it is that of the goods themselves, not one beside it or within
 */
export function doubtsOf(
  kind: Kind | undefined,
  isLine: boolean,
): (run: Pick<Run, 'isVoid'>, quantity: Pick<Quantity, 'value' | 'unit'>) => ReasonCode | undefined {
  const mayReturn = kind !== undefined && RETURNS.has(kind)
  const moves = isLine && kind !== undefined && MOVES.has(kind)
  return ({ isVoid }, { value, unit }) => {
    if (value === null) return undefined
    if (value.startsWith('-')) return mayReturn || isVoid ? undefined : 'amount_negative'
    if (value === '0') return moves && !isVoid ? 'amount_zero' : undefined
    return unit === 'KGM' && value.length >= MOST_DIGITS && Number(value) > MOST_KG
      ? 'amount_vast'
      : undefined
  }
}
