import type { Pool } from 'pg'
import { eventId } from '#flow/delivery/event-id.ts'
import type { ReceiverProcess } from './receiver-process.ts'
import { DEMO_SYSTEMS } from './steps.ts'

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
  /** Changes in the database that the receiver does not have. */
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
  const events = await receiver.events()
  const missing = changes.rows.filter(({ id, version }) => !events.has(eventId(link, id, version))).length
  const { messages, systems, received, accepted, unchanged, rejected } = counts.rows[0]
  return { systems, messages, received, accepted, unchanged, rejected, delivered: events.size, missing }
}
