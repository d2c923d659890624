import { keepLease } from '#flow/keep-lease.ts'
import { isConflict, isUnavailable } from '#store/database-errors.ts'
import {
  extendReplay,
  failReplay,
  isDone,
  leaseReplay,
  type ReplayLease,
  type ReplayProgress,
  releaseReplay,
} from '#store/replays.ts'
import { isTooSlow } from '#store/too-slow.ts'
import { goThrough } from './go-through.ts'
import { MappingGone, type StepParts } from './mapping-of.ts'
import { replayStep } from './step.ts'
import { LostLease } from './write-step.ts'

/** A worker that died is followed by the next after this. */
const LEASE_MS = 30_000

export interface ReplayParts extends Omit<StepParts, 'leaseMs'> {
  readonly leaseMs?: number
  /** Called after each COMMIT that may have made changes. */
  readonly onCommitted: () => void
  readonly log?: { error(facts: object, sentence: string): void }
}

/**
 * Goes on with a replay until its end, the signal, or until another worker has it. Whatever stops it in between, the next call goes on
 * behind the last step that was written. True where it is finished.
 */
export async function runReplay(
  parts: ReplayParts,
  id: string,
  options: { readonly signal?: AbortSignal; readonly onStep?: (progress: ReplayProgress) => void } = {},
): Promise<boolean> {
  const leaseMs = parts.leaseMs ?? LEASE_MS
  const lease = await leaseReplay(parts.pool, id, leaseMs)
  if (!lease) return false
  const kept = keepLease((ms) => extendReplay(parts.pool, lease, ms), leaseMs, options.signal)
  try {
    const onStep = (progress: ReplayProgress): void => {
      if (lease.mode === 'apply') parts.onCommitted()
      options.onStep?.(progress)
    }
    return await goOn({ ...parts, leaseMs }, lease, kept.signal, onStep)
  } catch (error) {
    if (error instanceof LostLease || kept.isLost()) return false
    if (kept.signal.aborted) {
      await releaseReplay(parts.pool, lease)
      return false
    }
    // The lease runs out, and the sweep comes back to it.
    if (isUnavailable(error) || isTooSlow(error) || isConflict(error)) throw error
    const problem = error instanceof MappingGone ? 'mapping_broken' : 'internal'
    parts.log?.error(
      { replay: id, reason: error instanceof Error ? error.message : String(error) },
      'a replay failed',
    )
    await failReplay(parts.pool, lease, problem)
    return true
  } finally {
    kept.end()
  }
}

/** True at the end, which the last step has written; false where the signal says so. */
async function goOn(
  parts: StepParts,
  lease: ReplayLease,
  signal: AbortSignal,
  onStep: (progress: ReplayProgress) => void,
): Promise<boolean> {
  const { cursor, inside, counts, samples } = lease
  let progress: ReplayProgress = { cursor, inside, counts, samples }
  do {
    if (signal.aborted) {
      await releaseReplay(parts.pool, lease)
      return false
    }
    const { inside: large } = progress
    progress = large
      ? await goThrough({ ...parts, signal, onPart: onStep }, lease, { ...progress, inside: large })
      : await replayStep(parts, lease, progress)
    onStep(progress)
  } while (!isDone(progress))
  return true
}
