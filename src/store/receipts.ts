import type { Pool, PoolClient } from 'pg'
import { decodeBytes } from './message-bytes.ts'

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
}

/** Time in a UUID of version 7: it prunes the search to one monthly partition. */
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The receipt of a message by its identifier (a UUID of version 7), or null. */
export async function readReceipt(pool: Pool, id: string): Promise<StoredReceipt | null> {
  const { rows } = await pool.query(
    `select id, received_at, system, record, key_id, sha256, state, received, accepted, unchanged, rejected, results, problem,
            completed, mended
       from messages where id = $1 and received_at = to_timestamp($2::numeric / 1000)`,
    [id, timeOf(id)],
  )
  const row = rows[0]
  if (!row) return null
  const { received_at: receivedAt, key_id: keyId, ...rest } = row
  return { ...rest, receivedAt, keyId }
}

/** The bytes of a message as received, with their content type. */
export async function readMessageBytes(
  pool: Pool,
  id: string,
): Promise<{ bytes: Buffer; contentType: string } | null> {
  const { rows } = await pool.query(
    'select coding, bytes, content_type from messages where id = $1 and received_at = to_timestamp($2::numeric / 1000)',
    [id, timeOf(id)],
  )
  return rows[0]
    ? { bytes: decodeBytes(rows[0].coding, rows[0].bytes), contentType: rows[0].content_type }
    : null
}

/** Keeps with a message which records of earlier messages it completed. */
export async function setCompleted(client: PoolClient, id: string, completed: string): Promise<void> {
  await client.query(
    'update messages set completed = $3 where id = $1 and received_at = to_timestamp($2::numeric / 1000)',
    [id, timeOf(id), completed],
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
    [lines.map(({ id }) => id), lines.map(({ id }) => timeOf(id)), lines.map(({ text }) => text)],
  )
}
