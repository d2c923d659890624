import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** Work that ended in failure and is told of nowhere else. */
export interface FailureOfWork {
  readonly topic: 'jobs_failed' | 'message_failed'
  /** The queue, or the receipt. */
  readonly subject: string
  readonly count: number
  readonly lastAt: string
  /** Why, of the last time; no personal data. */
  readonly reason: string
}

const REASON_MAX = 300

/** Notes a failure. */
export async function noteFailure(
  client: Client,
  { topic, subject, reason }: Pick<FailureOfWork, 'topic' | 'subject' | 'reason'>,
): Promise<void> {
  await client.query(
    `insert into failures as f (topic, subject, count, last_at, reason) values ($1, $2, 1, clock_timestamp(), $3)
     on conflict (topic, subject) do update set count = f.count + 1, last_at = excluded.last_at, reason = excluded.reason`,
    [topic, subject, reason.slice(0, REASON_MAX)],
  )
}

/** Failures since a time. */
export async function readFailures(client: Client, sinceMs: number): Promise<FailureOfWork[]> {
  const { rows } = await client.query(
    `select topic, subject, count::float8 as count, last_at as "lastAt", reason from failures
      where last_at >= to_timestamp($1::numeric / 1000) order by topic, subject limit 1000`,
    [sinceMs],
  )
  return rows
}

/** Forgets large messages that failed before a time; the counts of queues stay, because they only grow. */
export async function dropFailuresBefore(client: Client, ms: number): Promise<void> {
  await client.query(
    `delete from failures where topic <> 'jobs_failed' and last_at < to_timestamp($1::numeric / 1000)`,
    [ms],
  )
}
