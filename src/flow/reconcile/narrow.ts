import type { Figures } from '#core/reconcile/bucket.ts'
import { NO_FIGURES } from '#core/reconcile/bucket.ts'
import {
  agrees,
  type Difference,
  type KeyPair,
  keyPairs,
  type TheirFigures,
} from '#core/reconcile/compare.ts'
import type { OwnSide } from './own-side.ts'
import type { TheirSide } from './their-side.ts'

/** Keys of a part that are named at once; more are divided further. */
export const KEYS_AT_ONCE = 1000
/** Digits of the deepest part: deeper ones hold more only where a side counts wrongly. */
const DEEPEST = 8

/**
 * Finds the records by which the sides differ in a bucket: parts that agree are left, those that differ are divided into sixteen until
 * their keys are few enough to be named. `found` gets the pairs of one part at a time.
 */
export async function narrow(
  own: Pick<OwnSide, 'parts' | 'keys'>,
  theirs: Pick<TheirSide, 'parts' | 'keys'>,
  difference: Difference,
  found: (pairs: readonly KeyPair[]) => Promise<void>,
): Promise<void> {
  const { kind, region, hour } = difference
  const bucket = { kind, region, hour }
  const look = async (place: string, ours: Figures, others: TheirFigures): Promise<void> => {
    const part = { bucket, place }
    if (Math.max(ours.count, others.count) <= KEYS_AT_ONCE || place.length >= DEEPEST) {
      const ownKeys = ours.count === 0 ? [] : await own.keys(part)
      await found(keyPairs(ownKeys, others.count === 0 ? [] : await theirs.keys(part)))
      return
    }
    const ownParts = await own.parts(part)
    const theirParts = await theirs.parts(part)
    for (const next of new Set([...ownParts.keys(), ...theirParts.keys()].sort())) {
      const a = ownParts.get(next) ?? NO_FIGURES
      const b = theirParts.get(next) ?? NO_FIGURES
      if (next.length > place.length && next.startsWith(place) && !agrees(a, b)) await look(next, a, b)
    }
  }
  await look('', difference.own, difference.theirs)
}
