import type { Pool } from 'pg'
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
}

/** Time in a UUID of version 7: it prunes the search to one monthly partition. */
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The receipt of a message by its identifier (a UUID of version 7), or null. */
export async function readReceipt(pool: Pool, id: string): Promise<StoredReceipt | null> {
  const { rows } = await pool.query(
    `select id, received_at, system, record, key_id, sha256, state, received, accepted, unchanged, rejected, results, problem
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
