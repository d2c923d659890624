import { measured } from '#core/balance/goods-move.ts'
import { flowOf, sumOf } from '#core/balance/measure.ts'
import { compareDecimal, divideDecimal, multiplyDecimal, subtractDecimal } from '#core/decimal.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { FlowPart } from '#core/model/parts.ts'

/** What went into a transformation by what came in under its papers and lots, and who else used up the same share of it. */
export interface Share {
  /** Kilograms; null where they are not told. */
  readonly into: string | null
  /** Transformations that do not say how much of the rest was theirs: what came of all of them is held against it. */
  readonly together: readonly TracedRecord[]
}

/** What a transformation itself says of its part: kilograms, or heads of those that came in; null where it says neither. */
function ownShare(
  input: FlowPart | undefined,
  entries: readonly TracedRecord[],
  mass: string,
): string | null {
  const used = measured(input ?? {})
  if (used.kilograms !== null) return used.kilograms
  if (used.count === null || used.countUnit === null) return null
  const heads = flowOf(movesOf(entries), used.countUnit)
  if (heads === null || compareDecimal(heads, '0') <= 0) return null
  return compareDecimal(used.count, heads) >= 0
    ? mass
    : divideDecimal(multiplyDecimal(mass, used.count), heads, 3)
}

const movesOf = (entries: readonly TracedRecord[]) =>
  entries.map(({ system, body }) => ({ system, ...measured(body) }))

/**
 * The live mass of the animals as they came in: the share that was killed, else what others of the same arrival left of it.
 * @param beside the other transformations of the same goods, as the same system tells them
 */
export function shareOf(
  { body }: TracedRecord,
  entries: readonly TracedRecord[],
  beside: readonly TracedRecord[],
): Share {
  const stated = measured(body.input ?? {}).kilograms
  const mass = flowOf(movesOf(entries), 'KGM')
  if (stated !== null || mass === null) return { into: stated, together: [] }
  const own = ownShare(body.input, entries, mass)
  if (own !== null) return { into: own, together: [] }
  const shares = beside.map((one) => ownShare(one.body.input, entries, mass))
  const left = subtractDecimal(mass, sumOf(shares) ?? '0')
  return {
    into: compareDecimal(left, '0') > 0 ? left : null,
    together: beside.filter((_, i) => shares[i] === null),
  }
}
