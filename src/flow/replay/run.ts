import { isConflict, isUnavailable } from '#store/database-errors.ts'
import { finishReplay, leaseReplay, type ReplayProgress, releaseReplay } from '#store/replays.ts'
import { isTooSlow } from '#store/too-slow.ts'
import { LostLease, MappingGone, replayStep, type StepParts } from './step.ts'

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
  let progress: ReplayProgress = { cursor: lease.cursor, counts: lease.counts, samples: lease.samples }
  try {
    do {
      if (options.signal?.aborted) {
        await releaseReplay(parts.pool, lease)
        return false
      }
      progress = await replayStep({ ...parts, leaseMs }, lease, progress)
      if (lease.mode === 'apply') parts.onCommitted()
      options.onStep?.(progress)
    } while (progress.cursor !== null)
    await finishReplay(parts.pool, lease, null)
    return true
  } catch (error) {
    if (error instanceof LostLease) return false
    // The lease runs out, and the sweep comes back to it.
    if (isUnavailable(error) || isTooSlow(error) || isConflict(error)) throw error
    const problem = error instanceof MappingGone ? 'mapping_broken' : 'internal'
    parts.log?.error(
      { replay: id, reason: error instanceof Error ? error.message : String(error) },
      'a replay failed',
    )
    await finishReplay(parts.pool, lease, problem)
    return true
  }
}
