import { AdapterError } from '#adapters/adapter.ts'
import { spanOf } from '#core/reconcile/hour.ts'
import { inTransaction } from '#store/database.ts'
import { insertGivenFigures } from '#store/reconciliation-findings.ts'
import { giveSide, type ReconciliationLease } from '#store/reconciliations.ts'
import type { ReconcileParts } from './ports.ts'
import { AskFailed } from './their-side.ts'

const GRAIN = ['kind', 'hour'] as const

/**
 * Asks the source of a system how many records it has, where a channel can and nobody has said it. What it says is stored once, as if it had
 * been given.
 * @returns the lease with what is compared now; null where it was lost
 * @throws AskFailed
 */
export async function withSourceCounts(
  { pool, sourceCounts }: Pick<ReconcileParts, 'pool' | 'sourceCounts'>,
  lease: ReconciliationLease,
  signal: AbortSignal,
): Promise<ReconciliationLease | null> {
  const { system, side, fromHour, toHour } = lease
  if (side !== 'none' || system === null || !sourceCounts) return lease
  const range = { fromMs: spanOf(fromHour)?.fromMs ?? 0, toMs: spanOf(toHour)?.fromMs ?? 0 }
  const figures = await sourceCounts(system, range, signal).catch((error: unknown) => {
    throw error instanceof AdapterError ? askFailed(error) : error
  })
  if (figures === null) return lease
  const isKept = await inTransaction(pool, async (client) => {
    await insertGivenFigures(client, lease.id, figures)
    return await giveSide(client, lease, { side: 'figures', grain: GRAIN })
  })
  return isKept ? { ...lease, side: 'figures', grain: GRAIN } : null
}

const askFailed = ({ class: what, message, retryAfterMs }: AdapterError): AskFailed =>
  new AskFailed({
    class: what === 'auth' || what === 'config' ? what : 'retry',
    status: null,
    detail: message,
    retryAfterMs,
  })
