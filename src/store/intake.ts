import type { PoolClient } from 'pg'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import { copyRows } from './copy-binary.ts'
import { encodeBytes } from './message-bytes.ts'
import { type WriteStep, writeTogether } from './write-together.ts'

/** The newest version of a record, as far as intake must know it. */
export interface Head {
  readonly version: number
  readonly status: Status
  readonly hash: Buffer
  readonly order: string | null
}

/** What is known of a set of records before a message is decided. */
export interface Heads {
  /** The newest version of each of the records that exist. */
  readonly heads: Map<string, Head>
  /** The records that a void waits for. */
  readonly awaited: string[]
}

/**
 * The newest versions of the records and the voids that wait for them, in one query. All versions of a record are read and the newest
 * kept here: one scan over sorted keys is several times cheaper than a search for the newest of each.
 */
export async function readHeads(client: PoolClient, ids: readonly string[]): Promise<Heads> {
  const { rows } = await client.query<[string, number, Status, Buffer, string | null]>({
    name: 'read-heads',
    text: `select record_id, version, status, content_hash, source_order from record_versions where record_id = any($1)
           union all select record_id, 0, null, null, null from waiting_voids where record_id = any($1)`,
    values: [ids],
    rowMode: 'array',
  })
  const heads = new Map<string, Head>()
  const awaited: string[] = []
  for (const [id, version, status, hash, order] of rows) {
    if (version === 0) awaited.push(id)
    else if ((heads.get(id)?.version ?? 0) < version) heads.set(id, { version, status, hash, order })
  }
  return { heads, awaited }
}

/** Body text of the newest version of each record. */
export async function readBodies(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, NewestBody>> {
  const { rows } = await client.query(
    `select distinct on (record_id) record_id, body, flags, recorded, message_id
       from record_versions where record_id = any($1) order by record_id, version desc`,
    [ids],
  )
  return new Map(
    rows.map((row) => [row.record_id, { text: row.body, flags: row.flags, recorded: row.recorded }]),
  )
}
export interface NewestBody {
  readonly text: string
  readonly flags: string[]
  readonly recorded: string | null
}

/** Content digests of all versions of the records, each with the digest of the message that it came in. */
export async function readHistory(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, PastVersion[]>> {
  const { rows } = await client.query(
    `select v.record_id, v.content_hash, m.sha256
       from record_versions v
       left join messages m on m.id = v.message_id and m.received_at = v.received_at
      where v.record_id = any($1)`,
    [ids],
  )
  const history = new Map<string, PastVersion[]>()
  for (const row of rows) {
    const versions = history.get(row.record_id)
    const past = { hash: row.content_hash, message: row.sha256 }
    if (versions) versions.push(past)
    else history.set(row.record_id, [past])
  }
  return history
}
export interface PastVersion {
  readonly hash: Buffer
  readonly message: Buffer | null
}

/** A message with its receipt, ready to be stored. */
export interface MessageRow {
  readonly id: string
  readonly receivedAtMs: number
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly keyId: string | null
  readonly contentType: string
  readonly encoding: string
  readonly sha256: Uint8Array
  readonly bytes: Uint8Array
  readonly state: 'done' | 'refused'
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly results: string
  readonly problem: string | null
}

/** A version of a record: also its entry in the change log. */
export interface VersionRow {
  readonly id: string
  readonly version: number
  readonly kind: Kind
  readonly system: string
  readonly record: string
  readonly status: Status
  readonly mapping: string
  readonly messageId: string
  readonly messageIndex: number
  readonly receivedAtMs: number
  readonly recorded: string | null
  readonly occurredAtMs: number | null
  readonly region: string | null
  readonly productClass: string | null
  readonly order: string | null
  readonly hash: Uint8Array
  readonly flags: readonly string[]
  readonly codes: readonly string[]
  readonly body: string
  readonly schema: number
}

export interface EdgeRow {
  readonly from: string
  readonly to: string
  readonly recordId: string
  readonly version: number
  readonly kind: Kind
  readonly rule: string
  readonly confidence: number
  readonly quantity: string | null
  readonly unit: string | null
  readonly occurredAtMs: number | null
}

export const uuidBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')

/** The rows of messages, as a step of `writeTogether`. */
export function copyMessages(messages: readonly MessageRow[]): WriteStep {
  let size = 1024
  for (const message of messages) size += message.bytes.length + message.results.length * 2 + 400
  const rows = copyRows(size)
  for (const message of messages) {
    const { coding, bytes } = encodeBytes(message.bytes)
    rows.row(18)
    rows.uuid(uuidBytes(message.id))
    rows.timestamp(message.receivedAtMs)
    rows.text(message.system)
    rows.text(message.record)
    rows.text(message.mapping)
    rows.uuid(message.keyId ? uuidBytes(message.keyId) : null)
    rows.text(message.contentType)
    rows.text(message.encoding)
    rows.bytes(message.sha256)
    rows.int4(message.bytes.length)
    rows.ascii(coding)
    rows.bytes(bytes)
    rows.text(message.state)
    rows.int4(message.received)
    rows.int4(message.accepted)
    rows.int4(message.unchanged)
    rows.int4(message.rejected)
    rows.text(message.results)
  }
  return {
    copy: `copy messages (id, received_at, system, record, mapping, key_id, content_type, encoding, sha256, size, coding, bytes, state,
       received, accepted, unchanged, rejected, results) from stdin (format binary)`,
    rows,
  }
}

/** Sets the problem of a refused message; refused messages are rare, so the column is not part of the fast way in. */
export async function setMessageProblem(
  client: PoolClient,
  id: string,
  receivedAtMs: number,
  problem: string,
): Promise<void> {
  await client.query(
    'update messages set problem = $3 where id = $1 and received_at = to_timestamp($2::numeric / 1000)',
    [id, receivedAtMs, problem],
  )
}

/** Takes the lock under which positions are given out; it is held until COMMIT, so nothing but the rows of versions should follow. */
export const LOCK_POSITIONS = 'select lock_positions()'
/** Fails with a serialization failure where a void waits for a record that was just written: the two crossed. Comes after the versions. */
export const REFUSE_CROSSED_VOIDS = 'select refuse_crossed_voids()'

/** Takes the position lock early, for a transaction that must know what is committed. */
export async function lockPositions(client: PoolClient): Promise<void> {
  await client.query(LOCK_POSITIONS)
}

/** Whether one of the records exists. */
export async function isKnown(client: PoolClient, ids: readonly string[]): Promise<boolean> {
  const { rows } = await client.query('select from record_versions where record_id = any($1) limit 1', [ids])
  return rows.length > 0
}

/** The rows of versions. They get their positions on arrival: only after `LOCK_POSITIONS`. */
export function copyVersions(versions: readonly VersionRow[]): WriteStep {
  let size = 1024
  for (const version of versions) size += version.body.length * 2 + 700
  const rows = copyRows(size)
  for (const version of versions) {
    rows.row(20)
    rows.text(version.id)
    rows.int4(version.version)
    rows.ascii(version.kind)
    rows.text(version.system)
    rows.text(version.record)
    rows.ascii(version.status)
    rows.int2(version.schema)
    rows.text(version.mapping)
    rows.uuid(uuidBytes(version.messageId))
    rows.int4(version.messageIndex)
    rows.timestamp(version.receivedAtMs)
    rows.text(version.recorded)
    rows.timestamp(version.occurredAtMs)
    rows.text(version.region)
    rows.text(version.productClass)
    rows.text(version.order)
    rows.bytes(version.hash)
    rows.textArray(version.flags)
    rows.textArray(version.codes)
    rows.text(version.body)
  }
  return { copy: VERSIONS_COPY, rows }
}
const VERSIONS_COPY = `copy record_versions (record_id, version, kind, system, record, status, schema, mapping, message_id, message_index,
  received_at, recorded, occurred_at, region, product_class, source_order, content_hash, flags, codes, body) from stdin (format binary)`

/** The rows of edges. */
export function copyEdges(edges: readonly EdgeRow[]): WriteStep {
  const rows = copyRows(edges.length * 300)
  for (const edge of edges) {
    rows.row(10)
    rows.text(edge.from)
    rows.text(edge.to)
    rows.text(edge.recordId)
    rows.int4(edge.version)
    rows.ascii(edge.kind)
    rows.ascii(edge.rule)
    rows.real(edge.confidence)
    rows.numeric(edge.quantity)
    rows.text(edge.unit)
    rows.timestamp(edge.occurredAtMs)
  }
  return {
    copy: `copy lot_edges (from_code, to_code, record_id, version, kind, rule, confidence, quantity, unit, occurred_at)
       from stdin (format binary)`,
    rows,
  }
}

/** Remembers which body each key was used for; fails with a unique violation where one was used before. */
export async function insertIdempotencyKeys(
  client: PoolClient,
  uses: readonly {
    system: string
    idempotencyKey: string | undefined
    sha256: Uint8Array
    id: string
    receivedAtMs: number
  }[],
): Promise<void> {
  if (uses.length === 0) return
  const rows = uses.map(({ system, idempotencyKey: key, sha256, id, receivedAtMs }) => ({
    system,
    key,
    sha256: Buffer.from(sha256).toString('hex'),
    id,
    receivedAtMs,
  }))
  await client.query(
    `insert into idempotency_keys (system, key, sha256, message_id, received_at)
     select u->>'system', u->>'key', decode(u->>'sha256', 'hex'), (u->>'id')::uuid, to_timestamp((u->>'receivedAtMs')::numeric / 1000)
       from jsonb_array_elements($1::jsonb) u order by 1, 2`,
    [JSON.stringify(rows)],
  )
}

export interface WaitingVoid {
  readonly recordId: string
  readonly messageId: string
  readonly receivedAtMs: number
  readonly mapping: string
  readonly reason: string | null
  readonly voidedAt: string | null
}

/** The voids that wait for one of the records. */
export async function readWaitingVoids(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, WaitingVoid>> {
  const { rows } = await client.query(
    `select record_id, message_id, (extract(epoch from received_at) * 1000)::bigint as ms, mapping, reason, voided_at
       from waiting_voids where record_id = any($1)`,
    [ids],
  )
  return new Map(
    rows.map((row) => [
      row.record_id,
      {
        recordId: row.record_id,
        messageId: row.message_id,
        receivedAtMs: Number(row.ms),
        mapping: row.mapping,
        reason: row.reason,
        voidedAt: row.voided_at,
      },
    ]),
  )
}

/** Voids that have been applied wait no more. */
export async function deleteWaitingVoids(client: PoolClient, ids: readonly string[]): Promise<void> {
  await client.query('delete from waiting_voids where record_id = any($1)', [ids])
}

export async function insertWaitingVoids(client: PoolClient, voids: readonly WaitingVoid[]): Promise<void> {
  for (const waiting of voids) {
    await client.query(
      `insert into waiting_voids (record_id, message_id, received_at, mapping, reason, voided_at)
       values ($1, $2, to_timestamp($3::numeric / 1000), $4, $5, $6) on conflict (record_id) do nothing`,
      [
        waiting.recordId,
        waiting.messageId,
        waiting.receivedAtMs,
        waiting.mapping,
        waiting.reason,
        waiting.voidedAt,
      ],
    )
  }
}

export interface RejectionRow {
  readonly id: string
  readonly messageId: string
  readonly receivedAtMs: number
  readonly index: number
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly key: readonly string[] | null
  readonly code: string
  readonly place: string
  readonly groupKey: string
  readonly issues: string
  readonly source: string
}

/** Keeps the source records that were rejected; the same broken record sent again is counted. */
export async function insertRejections(
  client: PoolClient,
  rejections: readonly RejectionRow[],
): Promise<void> {
  if (rejections.length === 0) return
  await client.query(
    `insert into rejections (id, message_id, received_at, index, system, record, mapping, key, code, place, group_key, issues, source, last_seen)
     select (r->>'id')::uuid, (r->>'messageId')::uuid, to_timestamp((r->>'receivedAtMs')::numeric / 1000), (r->>'index')::int,
            r->>'system', r->>'record', r->>'mapping',
            case when jsonb_typeof(r->'key') = 'array' then array(select jsonb_array_elements_text(r->'key')) end,
            r->>'code', r->>'place', r->>'groupKey', r->>'issues', r->>'source', to_timestamp((r->>'receivedAtMs')::numeric / 1000)
       from jsonb_array_elements($1::jsonb) r
     on conflict (id) do update set seen = rejections.seen + 1, last_seen = excluded.last_seen, message_id = excluded.message_id,
       received_at = excluded.received_at, index = excluded.index, mapping = excluded.mapping, state = 'open'`,
    [JSON.stringify(rejections)],
  )
}

/** Counts source fields that the mapping neither maps nor ignores. */
export async function countDrift(
  client: PoolClient,
  drift: readonly {
    system: string
    record: string
    field: string
    count: number
    sample: string | null
    atMs: number
  }[],
): Promise<void> {
  if (drift.length === 0) return
  await client.query(
    `insert into drift (system, record, field, count, sample, first_seen, last_seen)
     select d->>'system', d->>'record', d->>'field', (d->>'count')::bigint, d->>'sample', to_timestamp((d->>'atMs')::numeric / 1000),
            to_timestamp((d->>'atMs')::numeric / 1000)
       from jsonb_array_elements($1::jsonb) d
     on conflict (system, record, field) do update set count = drift.count + excluded.count, last_seen = excluded.last_seen`,
    [JSON.stringify(drift)],
  )
}

/** Inserts versions in a transaction of the caller's, which holds the position lock. */
export const insertVersions = (client: PoolClient, versions: readonly VersionRow[]): Promise<void> =>
  writeTogether(client, [copyVersions(versions)])

/** Inserts edges in a transaction of the caller's. */
export const insertEdges = (client: PoolClient, edges: readonly EdgeRow[]): Promise<void> =>
  writeTogether(client, [copyEdges(edges)])

/** Inserts messages in a transaction of the caller's. */
export const insertMessages = (client: PoolClient, messages: readonly MessageRow[]): Promise<void> =>
  writeTogether(client, [copyMessages(messages)])
