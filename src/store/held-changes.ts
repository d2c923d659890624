import type { ClientBase, Pool } from 'pg'
import { chosenSql, filterSql } from './change-filter.ts'
import { type Lane, passedSql } from './lanes.ts'
import type { Lease } from './link-lease.ts'
import { openTexts } from './personal/sealed-text.ts'
import type { Reader } from './sighted.ts'

type Client = ClientBase | Pool

/** A change that a link's cursor has passed but that the receiver has not taken. */
export interface HeldChange {
  readonly recordId: string
  readonly version: number
  /** Null for who sees a part of the log: it tells how much others send. */
  readonly position: bigint | null
  readonly lane: Lane
  /** `waiting` for another try or behind an earlier version that waits; `refused` for good; `dropped` by a person, or by a newer version. */
  readonly state: HeldState
  readonly attempts: number
  /** ISO time of the next try; null for a refused change and for one that waits behind an earlier version. */
  readonly nextAt: string | null
  readonly code: string | null
  readonly detail: string | null
  /** What refused changes are grouped by; null for those that wait. */
  readonly cause: string | null
  /** Why it was dropped, by whose key, and when. */
  readonly reason: string | null
  readonly endedBy: string | null
  readonly endedAt: string | null
  readonly heldAt: string
}

export const HELD_STATES = ['waiting', 'refused', 'dropped'] as const
export type HeldState = (typeof HELD_STATES)[number]

/** A change to be held: the first of its record has a time, those behind it have none. */
export interface Hold {
  readonly recordId: string
  readonly version: number
  readonly position: bigint
  readonly state: 'waiting' | 'refused'
  readonly attempts: number
  readonly nextAtMs: number | null
  readonly code: string | null
  readonly detail: string | null
  readonly cause: string | null
  /** What was refused, as it was sent. */
  readonly sent: string | null
}

/** Records of a lane of which a version waits: later versions must not overtake it. */
export async function readHeldRecords(client: Client, linkId: string, lane: Lane): Promise<Set<string>> {
  const { rows } = await client.query<{ record_id: string }>(
    `select distinct record_id from held_changes where link_id = $1 and lane = $2 and state = 'waiting'`,
    [linkId, lane],
  )
  return new Set(rows.map((row) => row.record_id))
}

export interface DueChange {
  readonly recordId: string
  readonly version: number
  readonly attempts: number
  /** It had gone over the link, and was asked for again. */
  readonly again: boolean
  /** Versions of the record that wait and that this one stands for. Only where superseded versions are left out. */
  readonly earlier: readonly number[]
  /** A newer version has gone over the link since: this one must not follow it. */
  readonly stale: boolean
  /** The filter of the link was changed since, and leaves it out. */
  readonly outside: boolean
}

/**
 * The waiting changes whose time has come, oldest first: of each record the first that waits, or the newest where the link leaves out
 * superseded ones.
 */
export async function readDue(
  client: Client,
  at: Pick<Lease, 'linkId' | 'lane' | 'filter' | 'coalesces'> & {
    readonly nowMs: number
    readonly limit: number
    readonly cursor: bigint
    readonly replayed: bigint
  },
): Promise<DueChange[]> {
  const filter = filterSql(at.filter, 8)
  const { rows } = await client.query(
    `select d.record_id, d.attempts, d.again, w.versions,
            exists (select from record_versions v where v.record_id = d.record_id and v.version > w.versions[1] and ${passedSql('$5', '$7', 'v.')}${chosenSql('$1', 'v.')}${filter.text('v')}
                     and not exists (select from held_changes o where o.link_id = $1 and o.record_id = v.record_id and o.version = v.version
                                       and not o.again)
            ) as stale,
            not exists (select from record_versions v where v.record_id = d.record_id and v.version = w.versions[1]${filter.text('v')}) as outside
       from (select record_id, attempts, again, position from held_changes
              where link_id = $1 and lane = $2 and state = 'waiting' and next_at <= to_timestamp($3::numeric / 1000)
              order by position limit $4) d
       cross join lateral (select case when $6 then array_agg(o.version order by o.version desc) else array[min(o.version)] end as versions
                             from held_changes o where o.link_id = $1 and o.record_id = d.record_id and o.state = 'waiting') w
      order by d.position`,
    [at.linkId, at.lane, at.nowMs, at.limit, at.cursor, at.coalesces, at.replayed, ...filter.values],
  )
  const due = rows.map(
    ({ record_id: recordId, versions: [version, ...earlier], attempts, again, stale, outside }) => ({
      recordId,
      version,
      attempts,
      again,
      earlier,
      stale,
      outside,
    }),
  )
  // Where changes were put back, two versions of a record may have a time: the first that waits goes for both.
  return [...new Map(due.map((one) => [one.recordId, one])).values()]
}

/** When the next waiting change is due; null where none waits. */
export async function nextDueMs(client: Client, linkId: string, lane: Lane): Promise<number | null> {
  const { rows } = await client.query(
    `select (extract(epoch from min(next_at)) * 1000)::bigint as ms from held_changes
      where link_id = $1 and lane = $2 and state = 'waiting'`,
    [linkId, lane],
  )
  return rows[0]?.ms == null ? null : Number(rows[0].ms)
}

/** Which held changes of a link are read. */
export interface HeldQuery {
  readonly linkId: string
  /**
   * Whether the reader sees a part: it is told what became of its records, with the receiver's code as the cause. Words of a receiver may quote what it knows of others,
   * and who gave a change up and why is of those who run the hub.
   */
  readonly isPart?: boolean
}

/** Held changes of a link that the reader sees, by record and version; `after` is the last one of the page before. */
export async function listHeldChanges(
  reader: Reader,
  query: HeldQuery & {
    readonly state?: HeldState
    readonly cause?: string
    readonly after?: { readonly recordId: string; readonly version: number }
    readonly limit: number
  },
): Promise<HeldChange[]> {
  const { rows } = await reader.query<HeldRow>(
    `select ${heldColumns(query)} from held_changes
      where link_id = $1 and ($2::text is null or state = $2) and ($3::text is null or (record_id, version) > ($3, $4::integer))
        and ($6::text is null or ${causeSql(query)} = $6)
      order by record_id, version limit $5`,
    [
      query.linkId,
      query.state ?? null,
      query.after?.recordId ?? null,
      query.after?.version ?? null,
      query.limit,
      query.cause ?? null,
    ],
  )
  return (await openHeld(reader, query.linkId, rows)).map(heldOf)
}

/** Columns of a `HeldRow`. */
export const heldColumns = ({ isPart = false }: Pick<HeldQuery, 'isPart'>): string =>
  `record_id, version, lane, state, attempts, next_at, code, ${causeSql({ isPart })} as cause, ended_at, held_at, ${
    isPart
      ? 'null as position, null as detail, null as reason, null as ended_by'
      : 'position, detail, reason, ended_by'
  }`

/** What refused changes are grouped by, and null of those that wait, as the reader is told. */
export const causeSql = ({ isPart = false }: Pick<HeldQuery, 'isPart'>, table = ''): string =>
  isPart ? `case when ${table}state <> 'waiting' then coalesce(${table}code, 'refused') end` : `${table}cause`

/** Where what a receiver said of a change, what it was sent, and why a person gave it up are sealed. */
export const heldPlace =
  (linkId: string, column: 'detail' | 'sent' | 'reason') =>
  ({ record_id: id, version }: { readonly record_id: string; readonly version: number }): string =>
    `held_changes ${linkId} ${id} ${version} ${column}`

/** Rows with what the receiver said and why they were given up opened. */
export async function openHeld<Row extends HeldRow>(
  reader: Reader,
  linkId: string,
  rows: readonly Row[],
): Promise<Row[]> {
  const said = await openTexts(reader, rows, 'detail', heldPlace(linkId, 'detail'))
  return await openTexts(reader, said, 'reason', heldPlace(linkId, 'reason'))
}

/** A row of `select ${heldColumns(…)} from held_changes`. */
export interface HeldRow {
  readonly record_id: string
  readonly version: number
  readonly position: string | null
  readonly lane: Lane
  readonly state: HeldState
  readonly attempts: number
  readonly next_at: string | null
  readonly code: string | null
  readonly detail: string | null
  readonly cause: string | null
  readonly reason: string | null
  readonly ended_by: string | null
  readonly ended_at: string | null
  readonly held_at: string
}

export const heldOf = (row: HeldRow): HeldChange => ({
  recordId: row.record_id,
  version: row.version,
  position: row.position === null ? null : BigInt(row.position),
  lane: row.lane,
  state: row.state,
  attempts: row.attempts,
  nextAt: row.next_at,
  code: row.code,
  detail: row.detail,
  cause: row.cause,
  reason: row.reason,
  endedBy: row.ended_by,
  endedAt: row.ended_at,
  heldAt: row.held_at,
})
