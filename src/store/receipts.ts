import type { Pool, PoolClient } from 'pg'
import type { Progress } from '#core/receipt.ts'
import {
  type Coding,
  completedPlace,
  decodeBytes,
  mendedPlace,
  messagePlace,
  openResults,
  sealQuotes,
} from './message-bytes.ts'
import { readParts } from './message-parts.ts'
import { timeOf } from './message-time.ts'
import { openLines } from './personal/sealed-text.ts'
import type { Reader } from './sighted.ts'

/** A stored message without its bytes, as a receipt is made from it. */
export interface StoredReceipt {
  readonly id: string
  readonly receivedAt: string
  readonly system: string
  readonly record: string
  readonly keyId: string | null
  readonly sha256: Buffer
  readonly state: 'done' | 'waiting' | 'running' | 'refused'
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly results: string
  readonly problem: string | null
  readonly completed: string | null
  readonly mended: string | null
  /** Only of a large message. */
  readonly progress: Progress | null
}

/** The receipt of a message by its identifier (a UUID of version 7), or null. */
export async function readReceipt(reader: Reader, id: string): Promise<StoredReceipt | null> {
  const { rows } = await reader.query(
    `select m.id, m.received_at, m.system, m.record, m.key_id, m.sha256, coalesce(l.state, m.state) as state, m.coding, m.size,
            coalesce(l.done, m.received) as received, coalesce(l.accepted, m.accepted) as accepted,
            coalesce(l.unchanged, m.unchanged) as unchanged, coalesce(l.rejected, m.rejected) as rejected, m.results, m.problem, m.completed, m.mended,
            l.message_id is null as ended, l.total, l.bytes_done
       from messages m left join large_messages l on l.message_id = m.id
      where m.id = $1 and m.received_at = to_timestamp($2::numeric / 1000)`,
    [id, timeOf(id)],
  )
  const row = rows[0]
  if (!row) return null
  const {
    received_at: receivedAt,
    key_id: keyId,
    coding,
    size,
    ended,
    total,
    bytes_done: bytes,
    ...rest
  } = row
  return {
    ...rest,
    results: await openResults(reader, id, row.results),
    completed: await openLines(reader, row.completed, completedPlace(id)),
    mended: await openLines(reader, row.mended, mendedPlace(id)),
    receivedAt,
    keyId,
    progress: coding === 'parts' ? progressOf(row) : null,
  }
}

const progressOf = (row: {
  received: number
  state: string
  ended: boolean
  total: number | null
  bytes_done: string | null
  size: number
}): Progress => ({
  records: row.received,
  total: row.ended ? (row.state === 'done' ? row.received : null) : row.total,
  bytes: row.ended ? row.size : Number(row.bytes_done),
  totalBytes: row.size,
})

/** A message as received: its bytes, or for a large one their parts in order. */
export interface StoredMessage {
  readonly contentType: string
  readonly size: number
  readonly bytes: Buffer | AsyncIterable<Buffer>
}

/** A message by its identifier, or null; one whose bytes were erased is none. */
export async function readMessage(pool: Pool, id: string): Promise<StoredMessage | null> {
  const receivedAtMs = timeOf(id)
  const { rows } = await pool.query(
    // The bytes of a large one stand elsewhere, so that its own row does not tell that they are gone.
    `select coding, size, bytes, content_type, exists (select from erasures where subject = 'message ' || $1::text) as erased
       from messages where id = $1::uuid and received_at = to_timestamp($2::numeric / 1000)`,
    [id, receivedAtMs],
  )
  const row = rows[0]
  if (!row || row.erased) return null
  const { coding, size, content_type: contentType } = row
  const bytes =
    coding === 'parts'
      ? readParts(pool, { id, receivedAtMs })
      : await decodeBytes(pool, coding as Coding, row.bytes, messagePlace(id))
  return { contentType, size, bytes }
}

/** Keeps with a message which records of earlier messages it completed: a JSON list, on a line behind those that are there. */
export async function setCompleted(client: PoolClient, id: string, completed: string): Promise<void> {
  await client.query(
    `update messages set completed = concat_ws(E'\\n', completed, $3::text)
      where id = $1 and received_at = to_timestamp($2::numeric / 1000)`,
    [id, timeOf(id), sealQuotes(client, completed, completedPlace(id))],
  )
}

/** Adds lines to what is known of the mended rejections of messages. A message that was dropped by time is passed over. */
export async function addMended(
  client: PoolClient,
  lines: readonly { readonly id: string; readonly text: string }[],
): Promise<void> {
  if (lines.length === 0) return
  await client.query(
    `update messages m set mended = concat_ws(E'\\n', m.mended, l.text)
       from unnest($1::uuid[], $2::numeric[], $3::text[]) l (id, ms, text)
      where m.id = l.id and m.received_at = to_timestamp(l.ms / 1000)`,
    [
      lines.map(({ id }) => id),
      lines.map(({ id }) => timeOf(id)),
      lines.map(({ id, text }) => sealQuotes(client, text, mendedPlace(id))),
    ],
  )
}
