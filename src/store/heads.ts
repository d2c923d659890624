import type { ClientBase, PoolClient } from 'pg'
import type { Status } from '#core/model/record.ts'
import { openVersion, versionPlace } from './personal/sealed-body.ts'

/** The newest version of a record, as far as intake must know it. */
export interface Head {
  readonly version: number
  readonly status: Status
  /** SHA-256, one character for each byte. */
  readonly hash: string
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
export async function readHeads(client: ClientBase, ids: readonly string[]): Promise<Heads> {
  const { rows } = await client.query<[string, number, Status, Buffer, string | null]>({
    name: 'read-heads',
    text: 'select * from read_heads($1)',
    // Identifiers are percent-encoded, so none holds a line feed; one text costs less than an array on both sides.
    values: [ids.join('\n')],
    rowMode: 'array',
  })
  const heads = new Map<string, Head>()
  const awaited: string[] = []
  for (const [id, version, status, hash, order] of rows) {
    if (version === 0) awaited.push(id)
    else if ((heads.get(id)?.version ?? 0) < version)
      heads.set(id, { version, status, hash: hash.toString('latin1'), order })
  }
  return { heads, awaited }
}

/** Body text of the newest version of each record. */
export async function readBodies(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, NewestBody>> {
  const { rows } = await client.query(
    `select distinct on (record_id) record_id, version, body, flags, recorded, message_id
       from record_versions where record_id = any($1) order by record_id, version desc`,
    [ids],
  )
  const bodies = new Map<string, NewestBody>()
  for (const { record_id: id, version, flags, ...row } of rows) {
    const { body, recorded } = await openVersion(client, row, versionPlace(id, version))
    bodies.set(id, { text: body, flags, recorded })
  }
  return bodies
}
export interface NewestBody {
  readonly text: string
  readonly flags: string[]
  readonly recorded: string | null
}

/** All versions of the records without their content, each with the message that it came in. */
export async function readHistory(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, PastVersion[]>> {
  const { rows } = await client.query(
    `select v.record_id, v.content_hash, v.status, v.version, v.message_id, v.message_index, v.replay, m.sha256,
            (extract(epoch from v.received_at) * 1000)::bigint as ms
       from record_versions v
       left join messages m on m.id = v.message_id and m.received_at = v.received_at
      where v.record_id = any($1)`,
    [ids],
  )
  const history = new Map<string, PastVersion[]>()
  for (const row of rows) {
    const versions = history.get(row.record_id)
    const past: PastVersion = {
      hash: row.content_hash.toString('latin1'),
      status: row.status,
      version: row.version,
      message: row.sha256,
      messageId: row.message_id,
      messageIndex: row.message_index,
      replay: row.replay,
      receivedAtMs: Number(row.ms),
    }
    if (versions) versions.push(past)
    else history.set(row.record_id, [past])
  }
  return history
}
export interface PastVersion {
  /** SHA-256, one character for each byte. */
  readonly hash: string
  readonly status: Status
  readonly version: number
  /** Digest of the bytes of its message, where they are known. */
  readonly message: Buffer | null
  readonly messageId: string
  /** The place of its source record in it. */
  readonly messageIndex: number
  /** The replay that made it; null where intake did. */
  readonly replay: string | null
  readonly receivedAtMs: number
}

/** When the newest version of each record came, and in which message. */
export async function readArrivals(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, { readonly messageId: string; readonly receivedAtMs: number }>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query(
    `select distinct on (record_id) record_id, message_id, (extract(epoch from received_at) * 1000)::bigint as ms from record_versions
      where record_id = any($1) order by record_id, version desc`,
    [ids],
  )
  return new Map(
    rows.map(({ record_id, message_id, ms }) => [
      record_id,
      { messageId: message_id, receivedAtMs: Number(ms) },
    ]),
  )
}

/** Whether one of the records exists. */
export async function isKnown(client: PoolClient, ids: readonly string[]): Promise<boolean> {
  const { rows } = await client.query('select from record_versions where record_id = any($1) limit 1', [ids])
  return rows.length > 0
}
