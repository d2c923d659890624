import type { Pool } from 'pg'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Issue } from '#core/issue.ts'
import { REASONS } from '#core/mapping/reasons.ts'
import { readAs } from '#core/source.ts'
import type { DriftCounts } from '#flow/drift/drift-counts.ts'
import { mappingName } from '#flow/intake/target.ts'
import { keepLease } from '#flow/keep-lease.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { noteFailure } from '#store/failures.ts'
import {
  endLarge,
  extendLargeLease,
  isLeaseLost,
  type LargeLease,
  leaseLarge,
  releaseLargeLease,
  setLargeTotal,
} from '#store/large-messages.ts'
import { countRecords } from './count.ts'
import { writeRecords } from './write-records.ts'

export interface RunParts {
  readonly pool: Pool
  /** Mappings as they are now. */
  readonly registry: Registry
  /** Called after each COMMIT that may have made changes. */
  readonly onCommitted: () => void
  /** Counts what the mapping does not expect. */
  readonly drift?: DriftCounts
  readonly signal: AbortSignal
  /** Told of what went wrong and is tried again. */
  readonly onError?: (error: unknown) => void
  readonly leaseMs?: number
}

/** `idle`: done by others, or not due. `later`: it is due again by itself after some time. */
export type RunEnd = 'done' | 'refused' | 'idle' | 'later'

/** A worker that died holds its message up for so long. */
const LEASE_MS = 15_000
/** Failures in a row, without a record more done, after which a person must look. */
const ATTEMPTS_MAX = 12
const LONGEST_WAIT_MS = 300_000
const MAPPING_WAIT_MS = 60_000

/**
 * Works on a large message until it is done: reads it through once, so that one that is cut gives no record, then maps and writes
 * it. Every transaction notes how far it is, so whoever comes after a worker that died goes on where its last COMMIT was.
 */
export async function runLarge(parts: RunParts, id: string): Promise<RunEnd> {
  const { pool, leaseMs = LEASE_MS } = parts
  const lease = await leaseLarge(pool, id, leaseMs)
  if (!lease) return 'idle'
  const kept = keepLease((ms) => extendLargeLease(pool, lease, ms), leaseMs, parts.signal)
  try {
    return await work({ ...parts, signal: kept.signal }, lease)
  } catch (error) {
    if (isLeaseLost(error) || kept.isLost()) return 'idle'
    return await failed(parts, lease, error)
  } finally {
    kept.end()
  }
}

async function work(parts: RunParts, lease: LargeLease): Promise<RunEnd> {
  const { pool, registry } = parts
  // What takes its whole process along never comes to count its failure.
  if (lease.attempts > ATTEMPTS_MAX) return await giveUp(pool, lease)
  const record = registry.system(lease.system)?.records.get(lease.record)
  const mapping = record?.mapping
  if (!mapping) {
    await releaseLargeLease(pool, lease, { afterMs: MAPPING_WAIT_MS, attempts: lease.attempts - 1 })
    return 'later'
  }
  try {
    if (lease.total === null) {
      const total = await countRecords(
        parts,
        lease,
        readAs(mapping.read, lease.contentType),
        record.maxRecords,
      )
      if (!(await setLargeTotal(pool, lease, total))) return 'idle'
    }
    const { encoding } = await writeRecords(parts, lease, mapping)
    await endLarge(pool, lease, { state: 'done', mapping: mappingName(mapping), encoding, problem: null })
    return 'done'
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    return await refuse(pool, lease, {
      path: error.at,
      code: error.code,
      reason: error.reason,
      fix: error.fix,
    })
  }
}

async function refuse(pool: Pool, lease: LargeLease, problem: Issue): Promise<RunEnd> {
  await endLarge(pool, lease, {
    state: 'refused',
    mapping: null,
    encoding: null,
    problem: JSON.stringify(problem),
  })
  return 'refused'
}

/** Who sent it was told that it was taken, so an operator must know that it is not done. */
async function giveUp(pool: Pool, lease: LargeLease): Promise<RunEnd> {
  await noteFailure(pool, { topic: 'message_failed', subject: lease.id, reason: GIVEN_UP.reason })
  return await refuse(pool, lease, GIVEN_UP)
}

/** The message is tried again later; one that fails at the same place again and again is given up, with what it has. */
async function failed(parts: RunParts, lease: LargeLease, error: unknown): Promise<RunEnd> {
  const { pool } = parts
  if (parts.signal.aborted) {
    await releaseLargeLease(pool, lease, { afterMs: 0, attempts: lease.attempts - 1 })
    return 'later'
  }
  parts.onError?.(error)
  if (lease.attempts >= ATTEMPTS_MAX) return await giveUp(pool, lease)
  const afterMs = Math.min(1000 * 2 ** lease.attempts, LONGEST_WAIT_MS)
  await releaseLargeLease(pool, lease, { afterMs, attempts: lease.attempts })
  return 'later'
}

const GIVEN_UP: Issue = {
  path: '',
  code: 'E_SCHEMA',
  reason: REASONS.given_up.reason.en,
  fix: REASONS.given_up.fix.en,
}
