import type { Pool } from 'pg'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { ErrorCode } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import { databaseGauges } from './database-gauges.ts'
import { deliveryHistogram } from './delivery-histogram.ts'

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

export function createMetrics(pool: Pool, now: () => number): Metrics {
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
  const look = databaseGauges(pool, registers, now)
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
      return `${await registry.metrics()}\n${await deliveryHistogram(pool)}`
    },
    contentType: registry.contentType,
  }
}
