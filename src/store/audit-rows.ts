import type { ClientBase, Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { EntryFacts, ErasedFacts, MessageFacts, VersionFacts } from '#core/evidence/leaves.ts'
import { ENTRY_COLUMNS } from './audit-log.ts'
import { openVersion, type StoredBody, versionPlace } from './personal/sealed-body.ts'

type Client = ClientBase | Pool

/** Entries of the log behind a number, up to another and including it. */
export async function readEntries(
  client: Client,
  { after, upTo, limit }: { readonly after: string; readonly upTo: string; readonly limit: number },
): Promise<EntryFacts[]> {
  const { rows } = await client.query<EntryFacts>(
    `select ${ENTRY_COLUMNS} from audit_log where id > $1 and id <= $2 order by audit_log.id limit $3`,
    [after, upTo, limit],
  )
  return rows
}

const VERSION_COLUMNS = `v.record_id, v.version, v.position::text as position, v.kind, v.system, v.record, v.status, v.schema, v.mapping, v.message_id,
  v.message_index, v.received_at, v.recorded, v.occurred_at, v.region, v.product_class, v.source_order, encode(v.content_hash, 'hex') as hash,
  v.flags, v.codes, v.replay, v.body, p.origin, p.hops, p.via, e.was, e.now`
const VERSIONS = `record_versions v left join peer_versions p on p.record_id = v.record_id and p.version = v.version
   left join erasures e on e.subject = 'version ' || v.record_id || ' ' || v.version`

const erasedOf = ({ was, now }: Record<string, unknown>): ErasedFacts | null =>
  typeof was === 'string' && typeof now === 'string' ? { was, now } : null

interface VersionColumns extends Readonly<Record<string, unknown>> {
  readonly record_id: string
  readonly version: number
  readonly body: StoredBody
  readonly recorded: string | null
}

/** Whether what does not open is an error, or is taken as it is stored: who verifies wants to know of every such row. */
type Unreadable = 'fails' | 'stays'

async function versionsOf(
  client: Client,
  rows: readonly VersionColumns[],
  unreadable: Unreadable = 'fails',
): Promise<VersionFacts[]> {
  const versions: VersionFacts[] = []
  for (const row of rows) {
    const place = versionPlace(row.record_id, row.version)
    const texts = await openVersion(client, row, place).catch((error: unknown) => {
      if (unreadable === 'fails' || !(error instanceof HubError)) throw error
      return { body: String(row.body), recorded: row.recorded }
    })
    versions.push(versionOf(row, texts))
  }
  return versions
}

/** Every column of a version and of the road on which it came. */
const versionOf = (
  row: VersionColumns,
  { body, recorded }: { readonly body: string; readonly recorded: string | null },
): VersionFacts => ({
  recordId: row.record_id,
  version: row.version,
  position: row['position'] as string,
  kind: row['kind'] as string,
  system: row['system'] as string,
  record: row['record'] as string,
  status: row['status'] as string,
  messageId: row['message_id'] as string,
  messageIndex: row['message_index'] as number,
  receivedAt: row['received_at'] as string,
  rest: REST.map((name) => (name === 'recorded' ? recorded : row[name])),
  body,
  erased: erasedOf(row),
})

/** What the commitment of a version is made over, in this order, beside its body. */
const REST = [
  'schema',
  'mapping',
  'recorded',
  'occurred_at',
  'region',
  'product_class',
  'source_order',
  'hash',
  'flags',
  'codes',
  'replay',
  'origin',
  'hops',
  'via',
] as const

/**
 * Versions behind a position of the change log, up to another and including it. They are asked for in windows of positions: a server that
 * does not know yet how long the log is would sort all that comes behind for each page of it.
 */
export async function readVersionRows(
  client: Client,
  { after, upTo, limit }: { readonly after: string; readonly upTo: string; readonly limit: number },
  unreadable: Unreadable = 'fails',
): Promise<VersionFacts[]> {
  const found: VersionFacts[] = []
  const end = BigInt(upTo)
  for (let from = BigInt(after); from < end && found.length < limit; ) {
    const to = from + BigInt(2 * limit) < end ? from + BigInt(2 * limit) : end
    const { rows } = await client.query<VersionColumns>(
      `select ${VERSION_COLUMNS} from ${VERSIONS} where v.position > $1 and v.position <= $2 order by v.position, v.record_id, v.version limit $3`,
      [from, to, limit - found.length],
    )
    found.push(...(await versionsOf(client, rows, unreadable)))
    from = rows.length === 0 ? await beforeNext(client, to) : to
  }
  return found
}

/** The place before the next version behind a position: positions of what was taken back are missing, and may be many. */
async function beforeNext(client: Client, position: bigint): Promise<bigint> {
  const { rows } = await client.query<{ next: string | null }>(
    'select min(position) as next from record_versions where position > $1',
    [position],
  )
  const next = rows[0]?.next ?? null
  return next === null ? LAST_POSITION : BigInt(next) - 1n
}
const LAST_POSITION = 2n ** 63n - 1n

/** All versions of some records, of each the oldest first. */
export async function readVersionsOf(
  client: Client,
  records: readonly string[],
  limit: number,
): Promise<VersionFacts[]> {
  const { rows } = await client.query<VersionColumns>(
    `select ${VERSION_COLUMNS} from ${VERSIONS} where v.record_id = any($1) order by v.record_id, v.version limit $2`,
    [records, limit],
  )
  return await versionsOf(client, rows)
}

/** Named versions, in their order in the log; those that are not there are left out. */
export async function readVersionsNamed(
  client: Client,
  named: readonly { readonly id: string; readonly version: number }[],
): Promise<VersionFacts[]> {
  const { rows } = await client.query<VersionColumns>(
    `select ${VERSION_COLUMNS} from ${VERSIONS}
      where (v.record_id, v.version) in (select * from unnest($1::text[], $2::integer[])) order by v.position`,
    [named.map(({ id }) => id), named.map(({ version }) => version)],
  )
  return await versionsOf(client, rows)
}

/** Results of a large message lie in pieces; their digest is that of what is stored, piece by piece. */
const MESSAGE_COLUMNS = `m.id, m.received_at, m.system, m.record, m.mapping, m.content_type, m.encoding, m.state, m.size, m.received, m.accepted,
  m.unchanged, m.rejected, encode(m.sha256, 'hex') as sha256, m.problem, m.key_id, m.coding,
  encode(case when m.coding = 'parts' then sha256(coalesce(
    (select string_agg(int4send(r.first) || int4send(r.count) || convert_to(r.coding, 'UTF8') || sha256(r.results), ''::bytea order by r.first)
       from message_results r where r.message_id = m.id and r.received_at = m.received_at), ''))
    else sha256(convert_to(m.results, 'UTF8')) end, 'hex') as results, e.was, e.now`
const ERASURES = `left join erasures e on e.subject = 'message ' || m.id`

const messageOf = (row: Record<string, unknown>): MessageFacts => ({
  id: row['id'] as string,
  receivedAt: row['received_at'] as string,
  system: row['system'] as string,
  record: row['record'] as string,
  mapping: row['mapping'] as string,
  contentType: row['content_type'] as string,
  encoding: row['encoding'] as string,
  state: row['state'] as string,
  counts: [
    row['size'],
    row['received'],
    row['accepted'],
    row['unchanged'],
    row['rejected'],
  ] as MessageFacts['counts'] & unknown[],
  sha256: row['sha256'] as string,
  results: row['results'] as string,
  problem: row['problem'] as string | null,
  keyId: row['key_id'] as string | null,
  erased: erasedOf(row),
})

/** Messages by their identifiers, in that order; those that are not there are left out. */
export async function readMessageRows(client: Client, ids: readonly string[]): Promise<MessageFacts[]> {
  const { rows } = await client.query(
    `select ${MESSAGE_COLUMNS} from unnest($1::uuid[]) w (id)
       join messages m on m.id = w.id and m.received_at = ${timeOfId('w.id')} ${ERASURES} order by m.id`,
    [ids],
  )
  return rows.map(messageOf)
}

/** The time in a UUID of version 7, by which its partition is found. */
const timeOfId = (id: string): string =>
  `to_timestamp(('x' || translate(left(${id}::text, 13), '-', ''))::bit(48)::bigint::numeric / 1000)`

/** Messages that are done, since a time, and were not sealed; in the order of their identifiers. */
export async function readUnsealedMessages(
  client: Client,
  { since, firstId, limit }: { readonly since: string; readonly firstId: string; readonly limit: number },
): Promise<MessageFacts[]> {
  const { rows } = await client.query(
    `select ${MESSAGE_COLUMNS} from messages m ${ERASURES}
      where m.id >= $1 and m.received_at >= $2 and m.state in ('done', 'refused')
        and not exists (select from audit_recent_messages r where r.message_id = m.id)
      order by m.id limit $3`,
    [firstId, since, limit],
  )
  return rows.map(messageOf)
}
