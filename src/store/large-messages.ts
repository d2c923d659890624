import type { ClientBase, Pool, PoolClient } from 'pg'
import { type MessageName, UPLOAD_SILENCE_MS } from './message-parts.ts'

type Client = ClientBase | Pool

/** A large message whose bytes have all come. */
export interface LargeMessageRow extends MessageName {
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly keyId: string | null
  readonly contentType: string
  readonly sha256: Uint8Array
  readonly size: number
  readonly parts: number
}

/** Notes that a large message is being received, so that what a broken upload leaves is found. */
export async function insertUpload(
  client: Client,
  { id, receivedAtMs, system, record }: Pick<LargeMessageRow, 'id' | 'receivedAtMs' | 'system' | 'record'>,
): Promise<void> {
  await client.query(
    `insert into large_messages (message_id, received_at, system, record, state, leased_until)
     values ($1, to_timestamp($2::numeric / 1000), $3, $4, 'receiving', clock_timestamp() + $5 * interval '1 millisecond')`,
    [id, receivedAtMs, system, record, UPLOAD_SILENCE_MS],
  )
}

/**
 * Makes an upload a message that waits. Its parts are counted: a server that crashed meanwhile may have lost one whose COMMIT did not
 * wait for the disk. False where anything is missing.
 */
export async function insertLargeMessage(client: PoolClient, row: LargeMessageRow): Promise<boolean> {
  const { rows } = await client.query(
    `with upload as (update large_messages set state = 'waiting', leased_until = null where message_id = $1 and state = 'receiving'
       returning message_id)
     select count(*)::int as parts, coalesce(sum(size), 0)::bigint as size, (select count(*)::int from upload) as uploads
       from message_parts where message_id = $1 and received_at = to_timestamp($2::numeric / 1000)`,
    [row.id, row.receivedAtMs],
  )
  const stored = rows[0]
  if (stored.uploads !== 1 || stored.parts !== row.parts || Number(stored.size) !== row.size) return false
  await client.query(
    `insert into messages (id, received_at, system, record, mapping, key_id, content_type, encoding, sha256, size, coding, bytes, state,
       received, accepted, unchanged, rejected, results)
     values ($1, to_timestamp($2::numeric / 1000), $3, $4, $5, $6, $7, 'unknown', $8, $9, 'parts', '', 'waiting', 0, 0, 0, 0, '[]')`,
    [
      row.id,
      row.receivedAtMs,
      row.system,
      row.record,
      row.mapping,
      row.keyId,
      row.contentType,
      row.sha256,
      row.size,
    ],
  )
  return true
}

/** The right to work on a large message; like that of a link it runs out by itself, and its fence refuses a worker that lost it. */
export interface LargeLease extends MessageName {
  readonly fence: bigint
  readonly system: string
  readonly record: string
  readonly contentType: string
  readonly sha256: Buffer
  readonly size: number
  /** Source records in the message; null before it was read once. */
  readonly total: number | null
  /** Source records that are done, in the order in which decoding gives them. */
  readonly done: number
  /** Attempts since the message last got on, this one counted. */
  readonly attempts: number
}

const FIRST_OF_ITS_KIND = `not exists (select from large_messages e where e.system = l.system and e.record = l.record
    and e.state <> 'receiving' and e.message_id < l.message_id)`
const IS_DUE = `l.state <> 'receiving' and (l.next_at is null or l.next_at <= clock_timestamp())
    and (l.leased_until is null or l.leased_until <= clock_timestamp()) and ${FIRST_OF_ITS_KIND}`

/**
 * Takes the lease of a large message for some milliseconds by the database's clock; null where another worker has it, where it is done,
 * or where an earlier one of the same record is not done: messages of one record are worked on in the order of their arrival.
 */
export async function leaseLarge(pool: Pool, id: string, leaseMs: number): Promise<LargeLease | null> {
  const { rows } = await pool.query(
    `with taken as (
       update large_messages set fence = fence + 1, attempts = attempts + 1, state = 'running',
              leased_until = clock_timestamp() + $2 * interval '1 millisecond'
        where message_id = (select message_id from large_messages l where message_id = $1 and ${IS_DUE} for update skip locked)
       returning *)
     select t.fence, t.system, t.record, t.total, t.done, t.attempts, m.content_type, m.sha256, m.size,
            (extract(epoch from t.received_at) * 1000)::float8 as ms
       from taken t join messages m on m.id = t.message_id and m.received_at = t.received_at`,
    [id, leaseMs],
  )
  const row = rows[0]
  if (!row) return null
  const { system, record, total, done, attempts, sha256, size } = row
  return {
    id,
    receivedAtMs: Math.round(row.ms),
    fence: BigInt(row.fence),
    contentType: row.content_type,
    ...{ system, record, total, done, attempts, sha256, size },
  }
}

/** Keeps the lease; false where it was lost. */
export async function extendLargeLease(
  pool: Pool,
  { id, fence }: LargeLease,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update large_messages set leased_until = clock_timestamp() + $3 * interval '1 millisecond'
      where message_id = $1 and fence = $2`,
    [id, fence, leaseMs],
  )
  return rowCount === 1
}

/** Gives the lease back; the message is due again after some time. Changes nothing where the lease was lost. */
export async function releaseLargeLease(
  pool: Pool,
  { id, fence }: LargeLease,
  { afterMs, attempts }: { readonly afterMs: number; readonly attempts: number },
): Promise<void> {
  await pool.query(
    `update large_messages set leased_until = null, attempts = $4, next_at = clock_timestamp() + $3 * interval '1 millisecond'
      where message_id = $1 and fence = $2`,
    [id, fence, afterMs, attempts],
  )
}

/** Notes how many source records there are: the message was read as a whole, and can be read. False where the lease was lost. */
export async function setLargeTotal(pool: Pool, { id, fence }: LargeLease, total: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update large_messages set total = $3, attempts = 0 where message_id = $1 and fence = $2',
    [id, fence, total],
  )
  return rowCount === 1
}

/** What a transaction did for a large message. */
export interface Advance {
  /** Source records that were done before it. */
  readonly before: number
  /** Bytes of the message that are read. */
  readonly bytes: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
}

/** Notes how far the message is, as a step of the transaction that writes its records; fails it where the lease was lost. */
export const advanceLarge = (
  { id, fence }: LargeLease,
  { before, bytes, accepted, unchanged, rejected }: Advance,
): string =>
  `select advance_large_message('${id}', ${fence}, ${before}, ${bytes}, ${accepted}, ${unchanged}, ${rejected})`

/** How a large message ends. */
export interface LargeEnding {
  readonly state: 'done' | 'refused'
  readonly mapping: string | null
  readonly encoding: string | null
  /** JSON text of the issue for which it was refused. */
  readonly problem: string | null
}

/** Ends the work on a message: its receipt gets the counts, and the row of its work goes. Changes nothing where the lease was lost. */
export async function endLarge(pool: Pool, { id, fence }: LargeLease, ending: LargeEnding): Promise<void> {
  await pool.query(
    `with ended as (delete from large_messages where message_id = $1 and fence = $2 returning *)
     update messages m set state = $3, mapping = coalesce($4, m.mapping), encoding = coalesce($5, m.encoding), problem = $6,
            received = e.done, accepted = e.accepted, unchanged = e.unchanged, rejected = e.rejected
       from ended e where m.id = e.message_id and m.received_at = e.received_at`,
    [id, fence, ending.state, ending.mapping, ending.encoding, ending.problem],
  )
}

/** The large messages that can be worked on now and that nobody works on, with the place by which progress shows. */
export async function findLargeWithWork(
  pool: Pool,
): Promise<{ readonly id: string; readonly place: string }[]> {
  const { rows } = await pool.query(
    `select l.message_id as id, l.done || '/' || l.fence as place from large_messages l where ${IS_DUE} order by l.message_id limit 100`,
  )
  return rows
}

/** How many large messages are being received, wait, or are worked on. */
export async function countLarge(pool: Pool): Promise<{ readonly state: string; readonly count: number }[]> {
  const { rows } = await pool.query(
    'select state, count(*)::int as count from large_messages group by state order by state',
  )
  return rows
}

/** Whether an error says that another worker has taken over. */
export const isLeaseLost = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'HB001'
