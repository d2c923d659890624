import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { type CountingParts, readAnew, readSourceCounts } from '#flow/channels/source-counts.ts'
import { backwardMappings } from '#flow/delivery/backward-mapping.ts'
import { ownProtocols } from '#flow/delivery/own-protocol.ts'
import { relatedSources } from '#flow/delivery/related.ts'
import { dailyReports } from '#flow/reconcile/daily.ts'
import type { ReadAnew, ReconcileParts } from '#flow/reconcile/ports.ts'
import { runReconciliation } from '#flow/reconcile/run.ts'
import type { Schedule } from '#flow/schedule/create-schedules.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { Queues } from '#jobs/queues.ts'

/** A receiver counts a day before it answers, and may name many keys. */
const ASK_MS = 60_000
const ASK_MAX_BYTES = 8 * 1024 * 1024

/** Reconciliations in a process that works. */
export interface Reconciling {
  run(id: string, signal: AbortSignal): Promise<boolean>
  readonly daily: Schedule
  close(): void
}

export function openReconciling(parts: {
  readonly pool: Pool
  readonly registry: Registry
  readonly queues: Queues
  readonly log: Logger
  /** Folders below which channels may read files. */
  readonly folders: readonly string[]
  readonly now: () => number
}): Reconciling {
  const { pool, registry, queues, log, folders, now } = parts
  const counting: CountingParts = { pool, registry, log, folders, now }
  const http = createHttpDelivery({ clock: now, timeoutMs: ASK_MS, maxResponseBytes: ASK_MAX_BYTES })
  const protocolOf = ownProtocols({ registry, pool, post: http.post })
  const reconciling = {
    pool,
    post: http.post,
    mappingOf: backwardMappings(registry, relatedSources(pool)),
    hasOwnProtocol: (mapping: string) => protocolOf(mapping) !== null,
    onResent: (link: string) => void queues.wakeLink(link),
    sourceCounts: (...asked: Parameters<NonNullable<ReconcileParts['sourceCounts']>>) =>
      readSourceCounts(counting, ...asked),
    readAnew: (...told: Parameters<ReadAnew>) => readAnew(counting, ...told),
    clock: now,
    log,
  }
  return {
    run: (id, signal) => runReconciliation(reconciling, id, { signal }),
    daily: dailyReports({ pool, now, onNoted: (id) => void queues.wakeReconciliation(id) }),
    close: () => http.close(),
  }
}
