import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { eventId } from '#flow/delivery/event-id.ts'
import type { ReceiverProcess } from './receiver-process.ts'
import { DEMO_SYSTEMS, PATIENCE_MS } from './steps.ts'

/** What was pushed in the demo, from the database, and what the receiver has of everything. */
export interface DemoSummary {
  readonly systems: number
  readonly messages: number
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  /** Different changes that the receiver has taken. */
  readonly delivered: number
  /** Changes that were in the database at the end, and that the receiver does not have soon after. */
  readonly missing: number
}

export async function summarise(pool: Pool, receiver: ReceiverProcess, link: string): Promise<DemoSummary> {
  const counts = await pool.query(
    `select count(*)::int as messages, count(distinct system)::int as systems, coalesce(sum(received), 0)::int as received,
            coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(unchanged), 0)::int as unchanged,
            coalesce(sum(rejected), 0)::int as rejected
       from messages where system = any($1) and key_id is not null`,
    [DEMO_SYSTEMS],
  )
  const changes = await pool.query('select record_id as id, version from record_versions')
  const wanted = changes.rows.map(({ id, version }) => eventId(link, id, version))
  // The hub writes findings and cases of its own meanwhile: what it had written by now is on its way.
  const untilMs = Date.now() + PATIENCE_MS
  let events = await receiver.events()
  while (!wanted.every((event) => events.has(event)) && Date.now() < untilMs) {
    await pause(100)
    events = await receiver.events()
  }
  const missing = wanted.filter((event) => !events.has(event)).length
  const { messages, systems, received, accepted, unchanged, rejected } = counts.rows[0]
  return { systems, messages, received, accepted, unchanged, rejected, delivered: events.size, missing }
}
