import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { type AuditState, readAuditState } from '#store/audit-sealing.ts'

/** How long sealing and anchoring may fail before nothing more is taken in; as X-Road has it for its time stamps. */
export const EVIDENCE_LIMIT_S = 14_400

export interface EvidenceState extends Pick<AuditState, 'sealedOkAt' | 'anchoredOkAt'> {
  readonly isOverdue: boolean
  /** Seconds until intake stops, where nothing changes; null where it never does. */
  readonly stopsInSeconds: number | null
}

export interface EvidenceGate {
  /** Throws `evidence_stopped` where nothing may be taken in. Never waits: it knows what the last look showed. */
  check(): void
  /** Looks now. */
  look(): Promise<EvidenceState>
}

const LOOK_EVERY_MS = 10_000
/** A hub that was off is overdue when it starts, and its first seal comes within this. */
const CONFIRM_MS = 60_000
const RETRY_MS = 30_000

/**
 * Closes intake while the log cannot be sealed or anchored: what would be taken in then could be changed without a trace.
 * @param limitSeconds null: it never closes
 */
export function createEvidenceGate(parts: {
  readonly pool: Pool
  readonly limitSeconds: number | null
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}): EvidenceGate {
  const { pool, limitSeconds, now = () => performance.now() } = parts
  const startedMs = now()
  let lookedMs = Number.NEGATIVE_INFINITY
  let looking = false
  let overdueSinceMs: number | null = null

  const look = async (): Promise<EvidenceState> => {
    const state = await readAuditState(pool)
    const upSeconds = (now() - startedMs) / 1000
    const seconds = Math.max(state.sealedSeconds ?? upSeconds, state.anchoredSeconds ?? upSeconds)
    const isOverdue = limitSeconds !== null && seconds > limitSeconds
    overdueSinceMs = isOverdue ? (overdueSinceMs ?? now()) : null
    const { sealedOkAt, anchoredOkAt } = state
    const stopsInSeconds = limitSeconds === null ? null : Math.max(0, Math.round(limitSeconds - seconds))
    return { sealedOkAt, anchoredOkAt, isOverdue, stopsInSeconds }
  }
  return {
    look,
    check() {
      if (limitSeconds === null) return
      if (!looking && now() - lookedMs >= LOOK_EVERY_MS) {
        lookedMs = now()
        looking = true
        // Where the database does not answer, intake itself says so.
        look()
          .catch(() => {})
          .finally(() => {
            looking = false
          })
      }
      if (overdueSinceMs !== null && now() - overdueSinceMs >= CONFIRM_MS)
        throw new HubError('evidence_stopped', { retryAfterMs: RETRY_MS })
    },
  }
}

/** The same intake, which takes nothing while the gate is closed. */
export function gatedIntake(intake: Intake, gate: EvidenceGate): Intake {
  const through =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      gate.check()
      return await call(...args)
    }
  return {
    ...intake,
    push: through(intake.push),
    pushLarge: through(intake.pushLarge),
    pushCanonical: through(intake.pushCanonical),
    takeChanges: through(intake.takeChanges),
    acceptClaim: through(intake.acceptClaim),
    voidMissing: through(intake.voidMissing),
    writeAnew: through(intake.writeAnew),
    writeOwn: through(intake.writeOwn),
  }
}
