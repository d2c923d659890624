import type { Pool } from 'pg'

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
  pool: Pool,
  query: RejectionQuery & { readonly after?: string; readonly limit: number },
): Promise<Rejection[]> {
  const { rows } = await pool.query<Rejection>(
    `select ${COLUMNS} from rejections
      where ($1::text is null or system = $1) and ($2::text is null or group_key = $2) and ($3::text is null or state = $3)
        and ($4::uuid is null or id > $4)
      order by id limit $5`,
    [query.system ?? null, query.group ?? null, query.state ?? null, query.after ?? null, query.limit],
  )
  return rows
}

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
  pool: Pool,
  query: {
    readonly system?: string
    readonly after?: { readonly system: string; readonly group: string }
    readonly limit: number
  },
): Promise<RejectionGroup[]> {
  const { rows } = await pool.query<RejectionGroup>(
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
  return rows
}
