import type { Pool } from 'pg'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ErrorCode } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import { readFollowerLags } from '#store/followers.ts'
import { countLarge } from '#store/large-messages.ts'
import { readLinkLags } from '#store/link-lags.ts'
import { countWaiting } from '#store/waiting.ts'

/** What the hub tells Prometheus. */
export interface Metrics {
  /** A message was taken, after so many seconds. */
  taken(receipt: Receipt, seconds: number): void
  /** A message was not taken. */
  refused(system: string, code: ErrorCode): void
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const RESULTS = ['accepted', 'unchanged', 'rejected'] as const

export function createMetrics(pool: Pool): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const messages = new Counter({
    name: 'hub_messages_total',
    help: 'Messages pushed, by system and outcome (done; waiting for a large one; or the code of the problem)',
    labelNames: ['system', 'outcome'],
    registers,
  })
  const records = new Counter({
    name: 'hub_source_records_total',
    help: 'Source records, by system and result; received is the sum of the three',
    labelNames: ['system', 'result'],
    registers,
  })
  const latency = new Histogram({
    name: 'hub_receipt_seconds',
    help: 'Time from the whole body to the receipt, after COMMIT',
    buckets: SECONDS,
    registers,
  })
  const look = databaseGauges(pool, registers)
  collectDefaultMetrics({ register: registry })

  return {
    taken(receipt, seconds) {
      const { system } = receipt
      messages.inc({ system, outcome: receipt.state })
      for (const result of RESULTS) if (receipt[result] > 0) records.inc({ system, result }, receipt[result])
      latency.observe(seconds)
    },
    refused(system, code) {
      messages.inc({ system, outcome: code })
    },
    async text() {
      await look()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

/** Gauges of what PostgreSQL knows; the function that is given back looks anew. */
function databaseGauges(pool: Pool, registers: Registry[]): () => Promise<void> {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers })
  const up = gauge('hub_database_up', 'Whether the database answers')
  const connections = gauge('hub_database_connections', 'Connections of this process by state', 'state')
  const seconds = gauge(
    'hub_link_lag_seconds',
    'Age of the oldest change that a lane of a link has not come to',
    'link',
    'lane',
  )
  const large = gauge('hub_large_messages', 'Large messages that are not done', 'state')
  const changes = gauge(
    'hub_link_lag_changes',
    'Changes of the log that a lane of a link has not come to',
    'link',
    'lane',
  )
  const waiting = gauge(
    'hub_waiting_parts',
    'Parts that wait for what another message brings: bases, details, references to lots',
    'system',
    'waits',
  )
  const followerSeconds = gauge(
    'hub_follower_lag_seconds',
    'Age of the oldest change that a follower has not come to',
    'follower',
  )
  const followerChanges = gauge(
    'hub_follower_lag_changes',
    'Changes of the log that a follower has not come to',
    'follower',
  )
  return async () => {
    connections.set({ state: 'idle' }, pool.idleCount)
    connections.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
    connections.set({ state: 'awaited' }, pool.waitingCount)
    // Without the database there is nothing to say of links; the process is still worth looking at.
    const [lags, parts, larges] = await Promise.all([
      readLinkLags(pool).catch(() => null),
      countWaiting(pool).catch(() => []),
      countLarge(pool).catch(() => []),
    ])
    large.reset()
    for (const { state, count } of larges) large.set({ state }, count)
    up.set(lags ? 1 : 0)
    seconds.reset()
    changes.reset()
    waiting.reset()
    for (const { system, waits, count } of parts) waiting.set({ system, waits }, count)
    for (const lag of lags ?? []) {
      const { link, lane } = lag
      seconds.set({ link, lane }, lag.seconds)
      changes.set({ link, lane }, lag.changes)
    }
    for (const lag of lags ? await readFollowerLags(pool).catch(() => []) : []) {
      followerSeconds.set({ follower: lag.follower }, lag.seconds)
      followerChanges.set({ follower: lag.follower }, lag.changes)
    }
  }
}
