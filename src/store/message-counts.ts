import type { Pool } from 'pg'

/** What came from one system. Counts are of source records, but `messages`. */
export interface MessageCounts {
  readonly system: string
  readonly messages: number
  /** Messages that could not be read as a whole. */
  readonly refused: number
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly lastReceivedAt: string
}

/** Counts of the messages received since a time, by system. Reads every message since then: for reports, not for a hot route. */
export async function countMessages(pool: Pool, sinceMs = 0): Promise<MessageCounts[]> {
  const { rows } = await pool.query(
    `select system, count(*) as messages, count(*) filter (where state = 'refused') as refused, sum(received) as received,
            sum(accepted) as accepted, sum(unchanged) as unchanged, sum(rejected) as rejected, max(received_at) as "lastReceivedAt"
       from messages where received_at >= to_timestamp($1::numeric / 1000) group by system order by system`,
    [sinceMs],
  )
  return rows.map(({ system, lastReceivedAt, ...counts }) => ({ system, lastReceivedAt, ...numbers(counts) }))
}

/** Sums come as text, because they may be larger than a number holds; these are not. */
const numbers = (counts: Record<string, string>): Omit<MessageCounts, 'system' | 'lastReceivedAt'> =>
  Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value)])) as Omit<
    MessageCounts,
    'system' | 'lastReceivedAt'
  >
