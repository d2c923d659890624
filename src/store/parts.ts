import type { Pool, PoolClient } from 'pg'
import { openTexts, sealText } from './personal/sealed-text.ts'

/** A base as it is kept for details of other messages. */
export interface BaseRow {
  readonly joinKey: string
  readonly key: string
  readonly place: string
  /** JSON text of its fields. */
  readonly fields: string
  readonly contentHash: string
  readonly past: readonly string[]
  readonly messageId: string
  /** Of the message that brought this content, hexadecimal. */
  readonly sha256: string
  readonly receivedAtMs: number
  readonly joined: boolean
}

export type DetailState = 'waiting' | 'joined' | 'refused'

/** One arrival of a detail whose base was not in its message. */
export interface DetailRow {
  readonly joinKey: string
  readonly key: string
  readonly place: string
  readonly fields: string
  readonly contentHash: string
  readonly messageId: string
  readonly index: number
  readonly receivedAtMs: number
  readonly rejectionId: string | null
  /** Content of the base that it was last joined with. */
  readonly baseHash: string | null
  readonly state: DetailState
}

/** Whose parts they are: parts of different records never meet. */
export interface PartsOf {
  readonly system: string
  readonly record: string
}

const LOCK_SPACE = 7_205_002

/** Two messages whose parts may belong together go one after the other; the lock is held until COMMIT. */
export async function lockParts(client: PoolClient, { system, record }: PartsOf): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK_SPACE, `${system}/${record}`])
}

/** Where the fields of a part stand; only there they open. */
const basePlace =
  ({ system, record }: PartsOf) =>
  ({ joinKey }: BaseRow): string =>
    `parked_bases ${system} ${record} ${joinKey}`
const detailPlace =
  ({ system, record }: PartsOf) =>
  ({ joinKey, messageId, index }: DetailRow): string =>
    `parked_details ${system} ${record} ${joinKey} ${messageId} ${index}`

const withSealed = <Row extends { readonly fields: string }>(
  client: PoolClient,
  rows: readonly Row[],
  placeOf: (row: Row) => string,
): Row[] => rows.map((row) => ({ ...row, fields: sealText(client, row.fields, placeOf(row)) }))

const MS = '(extract(epoch from received_at) * 1000)::bigint as ms'

/** The bases that are kept under the keys. */
export async function readBases(
  client: Pool | PoolClient,
  { system, record }: PartsOf,
  joinKeys: readonly string[],
): Promise<Map<string, BaseRow>> {
  const { rows } = await client.query(
    `select join_key as "joinKey", key, place, fields, content_hash as "contentHash", past, message_id as "messageId", sha256,
            ${MS}, joined
       from parked_bases where system = $1 and record = $2 and join_key = any($3)`,
    [system, record, joinKeys],
  )
  const bases = rows.map(({ ms, ...row }) => ({ ...row, receivedAtMs: Number(ms) }) as BaseRow)
  const opened = await openTexts(client, bases, 'fields', basePlace({ system, record }))
  return new Map(opened.map((row) => [row.joinKey, row]))
}

/** Details of the bases in the order of their arrival: those that wait, and those that were joined with another content of theirs. */
export async function readDetails(
  client: PoolClient,
  { system, record }: PartsOf,
  bases: readonly Pick<BaseRow, 'joinKey' | 'contentHash'>[],
  limit: number,
): Promise<DetailRow[]> {
  if (bases.length === 0) return []
  const { rows } = await client.query(
    `select d.join_key as "joinKey", key, place, fields, d.content_hash as "contentHash", message_id as "messageId", index,
            ${MS}, rejection_id as "rejectionId", base_hash as "baseHash", state
       from parked_details d join unnest($3::text[], $4::text[]) b (join_key, content_hash) on d.join_key = b.join_key
      where d.system = $1 and d.record = $2 and (d.state = 'waiting' or d.base_hash is distinct from b.content_hash)
      order by received_at, message_id, index limit $5`,
    [system, record, bases.map(({ joinKey }) => joinKey), bases.map(({ contentHash }) => contentHash), limit],
  )
  const details = rows.map(({ ms, ...row }) => ({ ...row, receivedAtMs: Number(ms) }) as DetailRow)
  return await openTexts(client, details, 'fields', detailPlace({ system, record }))
}

/** Keeps the bases as they are now; times are those of the message at hand. */
export async function writeBases(
  client: PoolClient,
  { system, record }: PartsOf,
  bases: readonly BaseRow[],
  seenAtMs: number,
): Promise<void> {
  if (bases.length === 0) return
  await client.query(
    `insert into parked_bases (system, record, join_key, key, place, fields, content_hash, past, message_id, sha256, received_at, last_seen, joined)
     select $1, $2, b->>'joinKey', b->>'key', b->>'place', b->>'fields', b->>'contentHash',
            array(select jsonb_array_elements_text(b->'past')), (b->>'messageId')::uuid, b->>'sha256',
            to_timestamp((b->>'receivedAtMs')::numeric / 1000), to_timestamp($4::numeric / 1000), (b->>'joined')::boolean
       from jsonb_array_elements($3::jsonb) b
     on conflict (system, record, join_key) do update set key = excluded.key, place = excluded.place, fields = excluded.fields,
       content_hash = excluded.content_hash, past = excluded.past, message_id = excluded.message_id, sha256 = excluded.sha256,
       received_at = excluded.received_at, last_seen = greatest(parked_bases.last_seen, excluded.last_seen), joined = excluded.joined`,
    [system, record, JSON.stringify(withSealed(client, bases, basePlace({ system, record }))), seenAtMs],
  )
}

/** Keeps details that came alone, or gives those that are kept their new state. */
export async function writeDetails(
  client: PoolClient,
  { system, record }: PartsOf,
  details: readonly DetailRow[],
  seenAtMs: number,
): Promise<void> {
  if (details.length === 0) return
  await client.query(
    `insert into parked_details (system, record, join_key, message_id, index, key, place, fields, content_hash, rejection_id, base_hash, received_at, last_seen, state)
     select $1, $2, d->>'joinKey', (d->>'messageId')::uuid, (d->>'index')::int, d->>'key', d->>'place', d->>'fields',
            d->>'contentHash', (d->>'rejectionId')::uuid, d->>'baseHash', to_timestamp((d->>'receivedAtMs')::numeric / 1000),
            to_timestamp($4::numeric / 1000), d->>'state'
       from jsonb_array_elements($3::jsonb) d
     on conflict (system, record, join_key, message_id, index) do update set state = excluded.state, base_hash = excluded.base_hash,
       last_seen = excluded.last_seen`,
    [system, record, JSON.stringify(withSealed(client, details, detailPlace({ system, record }))), seenAtMs],
  )
}

/** A detail that joined and came again, the same: the newest arrival stands for the older ones. */
export async function forgetJoined(
  client: PoolClient,
  { system, record }: PartsOf,
  details: readonly Pick<DetailRow, 'joinKey' | 'contentHash'>[],
): Promise<void> {
  if (details.length === 0) return
  await client.query(
    `delete from parked_details p using unnest($3::text[], $4::text[]) d (join_key, content_hash)
      where p.system = $1 and p.record = $2 and p.join_key = d.join_key and p.content_hash = d.content_hash and p.state = 'joined'`,
    [system, record, details.map(({ joinKey }) => joinKey), details.map(({ contentHash }) => contentHash)],
  )
}

/** Takes out parts that nothing has asked for since a time; some at once, so that no lock is held for long. Gives their number. */
export async function sweepParts(pool: Pool, lastSeenBeforeMs: number, limit: number): Promise<number> {
  let swept = 0
  for (const table of ['parked_bases', 'parked_details']) {
    const { rowCount } = await pool.query(
      `delete from ${table} where ctid = any(array(
         select ctid from ${table} where last_seen < to_timestamp($1::numeric / 1000) order by last_seen limit $2))`,
      [lastSeenBeforeMs, limit],
    )
    swept += rowCount ?? 0
  }
  return swept
}
