import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { type ChangeFilter, chosenSql, filterSql } from './change-filter.ts'
import { behindGap } from './changes.ts'
import { concernsLane, LANES, type Lane, laneSql, passedSql } from './lanes.ts'

type Client = ClientBase | Pool

/** What of the past is to go over a link. An absent or empty list means all; a change must fit everything that is given. */
export interface BackfillScope extends ChangeFilter {
  readonly records?: readonly string[]
  /** ISO times between which the hub got the change; the end is not included. */
  readonly from?: string
  readonly to?: string
}

/** What one backfill has done, over both lanes. */
export interface Backfill {
  readonly id: string
  readonly state: 'open' | 'done' | 'cancelled'
  readonly scope: BackfillScope
  /** Positions of the log that were looked through, and that are to be looked through. */
  readonly done: number
  readonly total: number
  readonly delivered: number
  readonly refused: number
  /** Put off by the receiver; they wait among the held changes of the link. */
  readonly putOff: number
  /** Versions that were left out because a newer one of their record goes, or waits already. */
  readonly superseded: number
  readonly createdAt: string
  readonly endedAt: string | null
}

/** A backfill as a lane works on it. */
export interface OpenBackfill {
  readonly id: string
  readonly scope: BackfillScope
  readonly from: bigint
  readonly until: bigint
  readonly position: bigint
}

/** Asks for a backfill of a link, as far as its lanes have come. Null where there is no such link. Wake the link after it. */
export async function createBackfill(
  client: Client,
  linkId: string,
  scope: BackfillScope,
): Promise<Backfill | null> {
  const id = randomUUID()
  const lanes = LANES.filter((lane) => concernsLane(scope, lane))
  const { rowCount } = await client.query(
    `with lanes as (update link_lanes set put_back = put_back + 1 where link_id = $1 and lane = any($4::text[]) returning lane, cursor)
     insert into backfills (id, lane, link_id, scope, from_position, until_position, position)
     select $2, lane, $1, $3, 0, cursor, 0 from lanes`,
    [linkId, id, JSON.stringify(scope), lanes],
  )
  return rowCount ? ((await listBackfills(client, { linkId, id, limit: 1 }))[0] ?? null) : null
}

/** How many records a backfill would send over a link now. Null where there is no such link. */
export async function countBackfill(
  client: Client,
  linkId: string,
  scope: BackfillScope,
): Promise<number | null> {
  const { rows: lanes } = await client.query<{ lane: Lane; cursor: string; filter: ChangeFilter }>(
    'select n.lane, n.cursor, l.filter from links l join link_lanes n on n.link_id = l.id where l.id = $1',
    [linkId],
  )
  if (lanes.length === 0) return null
  let count = 0
  for (const { lane, cursor, filter } of lanes) {
    const fits = fitting([filter, scope], scope, 3)
    const { rows } = await client.query(
      `select count(distinct record_id)::integer as count from record_versions
        where position <= $1${laneSql(lane)}${fits.text}${chosenSql('$2')}`,
      [cursor, linkId, ...fits.values],
    )
    count += rows[0].count
  }
  return count
}

/** Backfills of a link, newest first; `before` is the last one of the page before. */
export async function listBackfills(
  client: Client,
  query: {
    readonly linkId: string
    readonly id?: string
    readonly before?: { readonly createdAt: string; readonly id: string }
    readonly limit: number
  },
): Promise<Backfill[]> {
  const { rows } = await client.query(
    `select id, min(scope::text)::jsonb as scope, min(created_at) as created_at, max(ended_at) as ended_at,
            case when bool_or(state = 'open') then 'open' when bool_or(state = 'cancelled') then 'cancelled' else 'done' end as state,
            sum(position - from_position)::float8 as done, sum(until_position - from_position)::float8 as total,
            sum(delivered)::float8 as delivered, sum(refused)::float8 as refused, sum(put_off)::float8 as put_off,
            sum(superseded)::float8 as superseded
       from backfills where link_id = $1 and ($2::uuid is null or id = $2)
      group by id having $3::timestamptz is null or (min(created_at), id) < ($3, $4::uuid)
      order by min(created_at) desc, id desc limit $5`,
    [query.linkId, query.id ?? null, query.before?.createdAt ?? null, query.before?.id ?? null, query.limit],
  )
  return rows.map(({ put_off, created_at, ended_at, ...row }) => ({
    ...row,
    putOff: put_off,
    createdAt: created_at,
    endedAt: row.state === 'open' ? null : ended_at,
  }))
}

/** Ends a backfill where it is; what it sent stays sent. False where there is none that is open. */
export async function cancelBackfill(client: Client, linkId: string, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update backfills set state = 'cancelled', ended_at = clock_timestamp() where link_id = $1 and id = $2 and state = 'open'`,
    [linkId, id],
  )
  return (rowCount ?? 0) > 0
}

/** The oldest open backfill of a lane; null where there is none. */
export async function openBackfill(client: Client, linkId: string, lane: Lane): Promise<OpenBackfill | null> {
  const { rows } = await client.query({
    name: 'open-backfill',
    text: `select id, scope, from_position, until_position, position from backfills
            where link_id = $1 and lane = $2 and state = 'open' order by created_at, id limit 1`,
    values: [linkId, lane],
  })
  const row = rows[0]
  if (!row) return null
  return {
    id: row.id,
    scope: row.scope,
    from: BigInt(row.from_position),
    until: BigInt(row.until_position),
    position: BigInt(row.position),
  }
}

/** A change that a backfill comes to. */
export interface PastChange {
  readonly position: bigint
  readonly recordId: string
  /** The version to send for it: the newest that the lane has passed. Null where that one comes later in the backfill, or waits. */
  readonly version: number | null
}

export interface PastPage {
  readonly rows: readonly PastChange[]
  /** Position to go on from. */
  readonly next: bigint
}

/** A page looks at no more positions than this, as one of the log does. */
const SCAN = 10_000n

/**
 * The next changes of a backfill. Each record is sent once, at the last of its versions that fits, and as it was when the lane was at
 * `cursor`: a version that is older than what has gone over the link never goes after it.
 */
export async function readPast(
  client: Client,
  { id: _, ...fill }: OpenBackfill,
  lane: {
    readonly linkId: string
    readonly lane: Lane
    readonly filter: ChangeFilter
    readonly cursor: bigint
    readonly replayed: bigint
    readonly limit: number
  },
): Promise<PastPage> {
  const named = fill.scope.records !== undefined && fill.scope.records.length > 0
  const bound = !named && fill.position + SCAN < fill.until ? fill.position + SCAN : fill.until
  const fits = fitting([lane.filter, fill.scope], fill.scope, 9)
  const passes = filterSql(lane.filter, 9)
  const chosen = chosenSql('$6')
  const { rows } = await client.query(
    `with page as materialized (select record_id, version, position from record_versions
            where position > $1 and position <= $2${laneSql(lane.lane)}${fits.text}${chosen} order by position limit $3)
     select p.record_id, p.position,
            case when exists (select from record_versions where record_id = p.record_id and version > p.version
                                and position > $4 and position <= $5${fits.text}${chosen}) then null
                 when exists (select from held_changes h where h.link_id = $6 and h.record_id = p.record_id and h.state = 'waiting') then null
                 else (select max(version) from record_versions where record_id = p.record_id and ${passedSql('$7', '$8')}${passes.text()}${chosen})
            end as version
       from page p order by p.position`,
    [
      fill.position,
      bound,
      lane.limit,
      fill.from,
      fill.until,
      lane.linkId,
      lane.cursor,
      lane.replayed,
      ...fits.values,
    ],
  )
  const past = rows.map((row) => ({
    position: BigInt(row.position),
    recordId: row.record_id,
    version: row.version,
  }))
  const last = past.at(-1)
  if (last === undefined) return { rows: past, next: await behindGap(client, bound, fill.until) }
  return { rows: past, next: past.length === lane.limit ? last.position : bound }
}

/** All filters and the scope's own conditions as SQL. The parameters of the first filter come first. */
function fitting(
  filters: readonly ChangeFilter[],
  { records = [], from, to }: BackfillScope,
  first: number,
): { readonly text: string; readonly values: unknown[] } {
  const values: unknown[] = []
  let text = ''
  for (const filter of filters) {
    const sql = filterSql(filter, first + values.length)
    text += sql.text()
    values.push(...sql.values)
  }
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    text += ` and ${condition(`$${first + values.length}`)}`
    values.push(value)
  }
  if (records.length > 0) add((p) => `record_id = any(${p}::text[])`, records)
  if (from !== undefined) add((p) => `received_at >= ${p}`, from)
  if (to !== undefined) add((p) => `received_at < ${p}`, to)
  return { text, values }
}
