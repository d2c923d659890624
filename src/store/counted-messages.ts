import type { ClientBase } from 'pg'
import { openResults } from './message-bytes.ts'
import { firstIdOf } from './message-time.ts'
import { SEALED_TEXT } from './personal/sealed-text.ts'

/** A message that is done, as far as its quality goes. */
export interface CountedMessage {
  readonly id: string
  /** ISO text. */
  readonly receivedAt: string
  readonly system: string
  readonly record: string
  readonly state: 'done' | 'refused'
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  /** Results as they are stored; null where none of them has an issue. */
  readonly results: string | null
  /** JSON text of the issue for which the message was refused. */
  readonly problem: string | null
  /** Its results lie in pieces: it is a large one. */
  readonly inPieces: boolean
}

/** The time from which messages have to be looked at again later: some of them are not done, or not committed. ISO text. */
export async function openSince(client: ClientBase, settleMs: number): Promise<string> {
  const { rows } = await client.query<{ since: string }>(
    `select least(now() - $1 * interval '1 millisecond',
                  (select min(received_at) from messages where state in ('waiting', 'running'))) as since`,
    [settleMs],
  )
  return (rows[0] as { since: string }).since
}

/** When the first message of all was received; null where there is none. */
export async function firstReceived(client: ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ first: string | null }>(
    'select received_at as first from messages order by id limit 1',
  )
  return rows[0]?.first ?? null
}

/** Messages received since a time that are done and were not counted, in the order of their receipt. */
export async function readUncounted(
  client: ClientBase,
  since: string,
  limit: number,
): Promise<CountedMessage[]> {
  const { rows } = await client.query<CountedMessage>(
    `select id, received_at as "receivedAt", system, record, state, received, accepted, unchanged, rejected,
            case when strpos(results, '"code":') > 0 or starts_with(results, '${SEALED_TEXT}') then results end as results, problem,
            coding = 'parts' as "inPieces"
       from messages m
      where m.id >= $1 and m.received_at >= $2 and m.state in ('done', 'refused')
        and not exists (select from quality_messages q where q.message_id = m.id)
      order by m.id limit $3`,
    [firstIdOf(since), since, limit],
  )
  const messages: CountedMessage[] = []
  for (const row of rows)
    messages.push({
      ...row,
      results: row.results === null ? null : await openResults(client, row.id, row.results),
    })
  return messages
}

/** Notes that messages were counted, and forgets those before a time, which nobody looks at again. */
export async function noteCounted(client: ClientBase, ids: readonly string[], since: string): Promise<void> {
  if (ids.length > 0)
    await client.query('insert into quality_messages (message_id) select unnest($1::uuid[])', [ids])
  await client.query('delete from quality_messages where message_id < $1', [firstIdOf(since)])
}
