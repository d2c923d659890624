import { daysOf, type Hours } from '#core/reconcile/hour.ts'
import { backoffMs } from '#flow/delivery/backoff.ts'
import { keepLease } from '#flow/keep-lease.ts'
import { isConflict, isUnavailable } from '#store/database-errors.ts'
import {
  finishReconciliation,
  keepReconciliation,
  leaseReconciliation,
  putOffReconciliation,
  type ReconciliationLease,
  type ReconciliationOutcome,
  saveReconciliation,
} from '#store/reconciliations.ts'
import { isTooSlow } from '#store/too-slow.ts'
import { withSourceCounts } from './ask-source.ts'
import { nameByFigures } from './name-by-figures.ts'
import { openSides } from './open-sides.ts'
import { CannotReconcile, type ReconcileParts } from './ports.ts'
import { resendFindings } from './resend.ts'
import { compareDays, compareFigures, compareKeys, narrowAll, reportOneSide } from './steps.ts'
import { createTally } from './tally.ts'
import { AskFailed } from './their-side.ts'

/** A worker that died is followed by the next after this. */
const LEASE_MS = 60_000
/** Changes that were stored when a reconciliation was asked for get so long to go over the link. */
const SETTLE_MS = 60_000
const SETTLE_AGAIN_MS = 1000
/** Tries of a receiver that does not answer, about an hour. */
const TRIES = 10
const LONGEST_WAIT_MS = 600_000

/** Another worker has gone on with it. */
class LostLease extends Error {}

/** The worker stops. */
class Stopped extends Error {}

/**
 * Goes on with a reconciliation until its end, the signal, or until another worker has it. Each step stores what it found together with
 * how far it is, so whoever comes after a worker that died goes on behind the last step. True where it is finished.
 */
export async function runReconciliation(
  parts: ReconcileParts,
  id: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const { pool, leaseMs = LEASE_MS } = parts
  const lease = await leaseReconciliation(pool, id, leaseMs)
  if (!lease) return false
  const kept = keepLease((ms) => keepReconciliation(pool, lease, ms), leaseMs, options.signal)
  try {
    const outcome = await work(parts, lease, kept.signal)
    if (outcome === null) return false
    await finishReconciliation(pool, lease, { outcome, problem: null, detail: null })
    return true
  } catch (error) {
    return await ended(parts, lease, error)
  } finally {
    kept.end()
  }
}

/** The outcome; null where it goes on later. */
async function work(
  parts: ReconcileParts,
  noted: ReconciliationLease,
  signal: AbortSignal,
): Promise<ReconciliationOutcome | null> {
  const { pool, leaseMs = LEASE_MS } = parts
  const lease = await withSourceCounts(parts, noted, signal)
  if (lease === null) throw new LostLease()
  const tally = createTally(lease.counts)
  const sides = await openSides(parts, lease, { signal, onCall: () => tally.add('calls', 1) })
  if (lease.position === null && !sides.settled && lease.ageMs < (parts.settleMs ?? SETTLE_MS)) {
    await putOffReconciliation(pool, lease, { ms: SETTLE_AGAIN_MS, failed: false, detail: null })
    return null
  }
  let cursor = lease.cursor
  const step = {
    pool,
    lease,
    tally,
    /** Keeps the lease, in the transaction of what was found. */
    save: async (client: Parameters<typeof saveReconciliation>[0], next = cursor): Promise<void> => {
      if (signal.aborted) throw new Stopped()
      const progress = { position: sides.position, cursor: next, counts: tally.counts }
      if (!(await saveReconciliation(client, lease, progress, leaseMs))) throw new LostLease()
      cursor = next
    },
  }
  const days: (Hours | null)[] = [
    ...daysOf({ from: lease.fromHour, to: lease.toHour }),
    ...(lease.untimed ? [null] : []),
  ]
  if (lease.side === 'none') return await reportOneSide(step, sides, days)
  if (cursor < days.length) {
    if (lease.side === 'figures') await compareFigures(step, sides, days)
    else if (lease.side === 'keys') await compareKeys(step, sides, days)
    else await compareDays(step, sides, days, lease.cursor)
  }
  if (lease.side === 'receiver') await narrowAll(step, sides)
  if (lease.side === 'figures') await nameByFigures(step, sides, days)
  if (lease.resend) await resendFindings(parts, lease)
  const differs = await tally.settle(pool, lease)
  await step.save(pool)
  return differs ? 'different' : 'equal'
}

/** What becomes of a reconciliation that met an error. */
async function ended(parts: ReconcileParts, lease: ReconciliationLease, error: unknown): Promise<boolean> {
  const { pool } = parts
  if (error instanceof LostLease) return false
  if (error instanceof Stopped) {
    await putOffReconciliation(pool, lease, { ms: 0, failed: false, detail: null })
    return false
  }
  // The lease runs out, and the sweep comes back to it.
  if (isUnavailable(error) || isConflict(error)) throw error
  if (error instanceof CannotReconcile) {
    const { outcome, problem, message } = error
    await finishReconciliation(pool, lease, { outcome, problem, detail: message })
    return true
  }
  if (error instanceof AskFailed || isTooSlow(error)) {
    const failure = error instanceof AskFailed ? error.failure : null
    if (failure && isUnknownCall(failure.status)) {
      await finishReconciliation(pool, lease, {
        outcome: 'unsupported',
        problem: null,
        detail: failure.detail,
      })
      return true
    }
    const needsPerson = failure?.class === 'auth' || failure?.class === 'config'
    const detail = failure?.detail ?? 'the database was too slow'
    if (!needsPerson && lease.attempts + 1 < TRIES) {
      const wait = backoffMs(lease.attempts + 1, (parts.random ?? Math.random)())
      const ms = Math.min(Math.max(wait, failure?.retryAfterMs ?? 0), LONGEST_WAIT_MS)
      await putOffReconciliation(pool, lease, { ms, failed: true, detail })
      return false
    }
    const problem = needsPerson ? 'receiver_refused' : failure ? 'receiver_unavailable' : 'too_slow'
    await finishReconciliation(pool, lease, { outcome: null, problem, detail })
    return true
  }
  parts.log?.error(
    { reconciliation: lease.id, reason: error instanceof Error ? error.message : String(error) },
    'a reconciliation failed',
  )
  await finishReconciliation(pool, lease, { outcome: null, problem: 'internal', detail: null })
  return true
}

/** A receiver that does not implement the calls does not know their paths. */
const isUnknownCall = (status: number | null): boolean => status === 404 || status === 405 || status === 501
