import type { Pool, PoolClient } from 'pg'
import { openTexts, sealText } from './personal/sealed-text.ts'
import type { Reader } from './sighted.ts'

export type RejectionState = 'open' | 'mended' | 'dropped'

/** A source record that could not become a record and waits to be mended. */
export interface Rejection {
  readonly id: string
  readonly system: string
  readonly record: string
  readonly mapping: string
  /** Message of its last arrival, and its place there. */
  readonly message: string
  readonly index: number
  readonly key: string[] | null
  readonly code: string
  readonly place: string
  readonly group: string
  /** JSON text of the list of issues. */
  readonly issues: string
  /** JSON text of the source record. */
  readonly source: string
  /** How often it was sent. */
  readonly seen: number
  readonly receivedAt: string
  readonly lastSeen: string
  readonly state: RejectionState
}

const COLUMNS = `id, system, record, mapping, message_id as message, index, key, code, place, group_key as "group", issues, source,
  seen, received_at as "receivedAt", last_seen as "lastSeen", state`

export interface RejectionQuery {
  readonly system?: string
  readonly group?: string
  readonly state?: RejectionState
}

/** Rejections by identifier; `after` is the last one of the page before. */
export async function listRejections(
  reader: Reader,
  query: RejectionQuery & { readonly after?: string; readonly limit: number },
): Promise<Rejection[]> {
  const { rows } = await reader.query<Rejection>(
    `select ${COLUMNS} from rejections
      where ($1::text is null or system = $1) and ($2::text is null or group_key = $2) and ($3::text is null or state = $3)
        and ($4::uuid is null or id > $4)
      order by id limit $5`,
    [query.system ?? null, query.group ?? null, query.state ?? null, query.after ?? null, query.limit],
  )
  const opened = await openTexts(reader, rows, 'source', sourcePlace)
  return await openTexts(reader, opened, 'issues', issuesPlace)
}

const sourcePlace = ({ id }: { readonly id: string }): string => `rejections ${id} source`
const issuesPlace = ({ id }: { readonly id: string }): string => `rejections ${id} issues`

/** Open rejections with one cause: the same record, code, field and mapping version. */
export interface RejectionGroup {
  readonly system: string
  readonly group: string
  readonly record: string
  readonly mapping: string
  readonly code: string
  /** Source records, and how often they were sent in all. */
  readonly count: number
  readonly seen: number
  readonly firstReceived: string
  readonly lastSeen: string
  /** Identifier of one of them. */
  readonly sample: string
  /** JSON text of the issues of that one. */
  readonly issues: string
}

/** Groups by system and name; `after` is the last one of the page before. */
export async function groupRejections(
  reader: Reader,
  query: {
    readonly system?: string
    readonly after?: { readonly system: string; readonly group: string }
    readonly limit: number
  },
): Promise<RejectionGroup[]> {
  const { rows } = await reader.query<RejectionGroup>(
    `select g.*, r.issues from (
       select system, group_key as "group", min(record) as record, min(mapping) as mapping, min(code) as code, count(*)::integer as count,
              sum(seen)::integer as seen, min(received_at) as "firstReceived", max(last_seen) as "lastSeen", min(id::text)::uuid as sample
         from rejections
        where state = 'open' and ($1::text is null or system = $1)
          and ($2::text is null or (system, group_key) > ($2, $3::text))
        group by system, group_key order by system, group_key limit $4) g
       join rejections r on r.id = g.sample order by g.system, g."group"`,
    [query.system ?? null, query.after?.system ?? null, query.after?.group ?? null, query.limit],
  )
  return await openTexts(reader, rows, 'issues', ({ sample }) => issuesPlace({ id: sample }))
}

/** A source record that was rejected, as it is kept. */
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
    [
      JSON.stringify(
        rejections.map((one) => ({
          ...one,
          source: sealText(client, one.source, sourcePlace(one)),
          issues: sealText(client, one.issues, issuesPlace(one)),
        })),
      ),
    ],
  )
}

/** Which of the rejections are open. */
export async function findOpenRejections(
  client: Pool | PoolClient,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await client.query<{ id: string }>(
    `select id from rejections where id = any($1::uuid[]) and state = 'open'`,
    [ids],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Whether a system has open rejections. */
export async function hasOpenRejections(pool: Pool, system: string): Promise<boolean> {
  const { rows } = await pool.query({
    name: 'has-open-rejections',
    text: `select from rejections where system = $1 and state = 'open' limit 1`,
    values: [system],
  })
  return rows.length > 0
}

/** Rejections whose source record became a record. */
export async function mendRejections(client: Pool | PoolClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await client.query(`update rejections set state = 'mended' where id = any($1::uuid[]) and state = 'open'`, [
    [...ids].sort(),
  ])
}

/** Gives rejections the reasons that they have by now. */
export async function restateRejections(
  client: PoolClient,
  rejections: readonly Pick<
    RejectionRow,
    'id' | 'key' | 'code' | 'place' | 'groupKey' | 'issues' | 'mapping'
  >[],
): Promise<void> {
  if (rejections.length === 0) return
  await client.query(
    `update rejections set code = r->>'code', place = r->>'place', group_key = r->>'groupKey', issues = r->>'issues', mapping = r->>'mapping',
            key = case when jsonb_typeof(r->'key') = 'array' then array(select jsonb_array_elements_text(r->'key')) end
       from jsonb_array_elements($1::jsonb) r where id = (r->>'id')::uuid and state = 'open'`,
    [
      JSON.stringify(
        rejections.map((one) => ({
          ...one,
          issues: sealText(client, one.issues, issuesPlace(one)),
        })),
      ),
    ],
  )
}
