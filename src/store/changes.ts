import type { ClientBase, Pool } from 'pg'
import { type ChangeFilter, chosenSql, filterSql } from './change-filter.ts'
import { type Lane, laneSql, REPLAYED_SQL } from './lanes.ts'
import { RECORD_COLUMNS, type RecordRow, recordText } from './record-text.ts'
import type { Reader } from './sighted.ts'

/** One entry of the change log: a version of a record. */
export interface Change {
  readonly position: bigint
  readonly recordId: string
  readonly version: number
  readonly kind: string
  readonly status: string
  readonly system: string
  /** The source's record name. */
  readonly record: string
  /** Place of the source record in its message. */
  readonly messageIndex: number
  /** ISO time in UTC at which the hub got it. */
  readonly receivedAt: string
  /** The replay that made it; null where intake did. */
  readonly replay: string | null
  /** JSON text of the whole canonical record. */
  readonly text: string
  /** Set where the record left the sight of who reads: `text` is the version that he saw last, as void. */
  readonly outOfSight?: true
}

export interface ChangePage {
  readonly rows: Change[]
  /** Position to read on from. It moves on also where the filter let nothing through. */
  readonly next: bigint
  /** Of a page for the live lane: the last place of what replays made in what was looked at, or its end where that is not known; 0 where there is nothing. */
  readonly lastReplayed: bigint
  /** True where nothing newer was committed when the page was read. */
  readonly atHead: boolean
}

export interface ChangeQuery {
  readonly after: bigint
  /** Most changes of a page. */
  readonly limit: number
  readonly filter?: ChangeFilter
  /** Only what is meant for this link: replays may choose theirs. */
  readonly link?: string | undefined
  /** Only what goes over this lane of a link; what replays made goes over the live one by a way of its own (`readReplayed`). */
  readonly lane?: Lane
  /** Last position that may be in the page. */
  readonly upTo?: bigint | undefined
}

/** A page looks at no more positions than this, so that a narrow filter cannot make one query read the whole log. */
const SCAN = 10_000n
/**
 * Where nothing is left out, a page looks at so many times its changes: a server that does not know yet how long the log is reads and sorts
 * all that it may look at.
 */
const SCAN_PAGES = 2n

/** Of one snapshot with the page: a replay that was committed since is behind its end. */
const LAST_REPLAYED = `, (select max(position) from record_versions where ${REPLAYED_SQL} and position > $1 and position <= $2) as last_replayed`

interface ChangeRow extends RecordRow {
  readonly position: string
  readonly last_replayed?: string | null
  readonly message_index: number
}

/** The newest committed position; 0 for an empty log. */
export async function headPosition(client: Reader): Promise<bigint> {
  const { rows } = await client.query<{ head: string | null }>({
    name: 'head-position',
    text: 'select max(position) as head from record_versions',
  })
  return BigInt(rows[0]?.head ?? 0)
}

/** The newest committed position of what goes over a lane; of the live lane that of the whole log, which it reads to its end. */
export async function laneHead(client: ClientBase | Pool, lane: Lane): Promise<bigint> {
  if (lane === 'live') return await headPosition(client)
  const { rows } = await client.query<{ head: string | null }>({
    name: 'recall-head',
    text: `select max(position) as head from record_versions where kind = 'hold'`,
  })
  return BigInt(rows[0]?.head ?? 0)
}

/** The position after which come all changes that the hub got at a time (ISO) or later; the head where there are none. */
export async function positionBefore(client: ClientBase | Pool, time: string): Promise<bigint> {
  const head = await headPosition(client)
  const { rows } = await client.query<{ position: string | null }>(
    'select position - 1 as position from record_versions where received_at >= $1 order by position limit 1',
    [time],
  )
  return rows[0]?.position == null ? head : BigInt(rows[0].position)
}

/**
 * The next changes after a position, in commit order. Positions are given out under a lock that is held until COMMIT
 * (`lockPositions`), so once the head is seen everything below it is seen, now and by every later statement: the page is bounded by the
 * head that was read before it, and no cursor can pass a change that commits late.
 * @param hub sees the whole log, where `client` sees a part: what places there are in it is of nobody
 */
export async function readChanges(
  client: Reader,
  query: ChangeQuery,
  hub: Reader = client,
): Promise<ChangePage> {
  const head = await headPosition(hub)
  if (head <= query.after) return { rows: [], next: query.after, lastReplayed: 0n, atHead: true }
  const { lane } = query
  const last = query.upTo !== undefined && query.upTo < head ? query.upTo : head
  const isLive = lane === 'live'
  // What a replay made is no part of it, whichever link it was meant for.
  const link = isLive ? undefined : query.link
  const filter = filterSql(query.filter ?? {}, link === undefined ? 4 : 5)
  const isWhole = filter.text() === '' && hub === client
  // Holds have an index of their own, so there is nothing to read in between.
  const boundOf = (scan: bigint): bigint =>
    lane !== 'recall' && query.after + scan < last ? query.after + scan : last
  const mine = isLive ? ' and replay is null' : link === undefined ? '' : chosenSql('$4')
  const read = async (upTo: bigint) => {
    const { rows } = await client.query<ChangeRow>(
      `select position, message_index, ${RECORD_COLUMNS}${isLive ? LAST_REPLAYED : ''} from record_versions
        where position > $1 and position <= $2${lane ? laneSql(lane) : ''}${mine}${filter.text()} order by position limit $3`,
      [query.after, upTo, query.limit, ...(link === undefined ? [] : [link]), ...filter.values],
    )
    return rows
  }
  let bound = boundOf(isWhole ? SCAN_PAGES * BigInt(query.limit) : SCAN)
  let rows = await read(bound)
  // Positions that were taken back are missing, and may be many.
  if (rows.length === 0 && isWhole && bound < last) {
    bound = boundOf(SCAN)
    rows = await read(bound)
  }
  if (rows.length === 0) bound = await behindGap(hub, bound, last)
  const changes = await changesOf(client, rows)
  const newest = changes.at(-1)
  const next = newest && changes.length === query.limit ? newest.position : bound
  const lastReplayed = !isLive ? 0n : rows[0] ? BigInt(rows[0].last_replayed ?? 0) : next
  return { rows: changes, next, lastReplayed, atHead: next === head }
}

/**
 * The last place from one on, and at most another, up to which the log has nothing at all. A hub that was restored goes on a thousand million places further, and whoever reads
 * the log page by page would look at a hundred thousand empty ones.
 */
export async function behindGap(hub: Reader, from: bigint, last: bigint): Promise<bigint> {
  if (from >= last) return from
  const { rows } = await hub.query<{ position: string | null }>({
    name: 'next-position',
    text: 'select min(position) as position from record_versions where position > $1',
    values: [from],
  })
  const next = rows[0]?.position
  return next == null || BigInt(next) > last ? last : BigInt(next) - 1n
}

/** The next tests after a position and up to another, in commit order, and up to which position there are none but these. */
export async function readTestChanges(
  client: Reader,
  { after, upTo, limit }: { readonly after: bigint; readonly upTo: bigint; readonly limit: number },
): Promise<Pick<ChangePage, 'rows' | 'next'>> {
  const { rows } = await client.query<ChangeRow>(
    `select position, message_index, ${RECORD_COLUMNS} from record_versions
      where kind = 'test' and position > $1 and position <= $2 order by position limit $3`,
    [after, upTo, limit],
  )
  const changes = await changesOf(client, rows)
  const newest = changes.at(-1)
  return { rows: changes, next: newest && changes.length === limit ? newest.position : upTo }
}

/** Named versions of records, oldest position first. What does not exist is left out. */
export async function readVersions(
  client: Reader,
  versions: readonly { readonly recordId: string; readonly version: number }[],
): Promise<Change[]> {
  const { rows } = await client.query<ChangeRow>(
    `select position, message_index, ${RECORD_COLUMNS} from record_versions
      where (record_id, version) in (select * from unnest($1::text[], $2::integer[])) order by position`,
    [versions.map(({ recordId }) => recordId), versions.map(({ version }) => version)],
  )
  return await changesOf(client, rows)
}

/** Of each of the versions the one before it that is stored, by `<version> <record>` of the later one. */
export async function readPreviousVersions(
  client: ClientBase | Pool,
  versions: readonly { readonly recordId: string; readonly version: number }[],
): Promise<Map<string, Change>> {
  const { rows } = await client.query<ChangeRow & { later: number }>(
    `select w.later, v.* from unnest($1::text[], $2::integer[]) w (id, later)
       cross join lateral (
         select position, ${RECORD_COLUMNS} from record_versions r
          where r.record_id = w.id and r.version < w.later order by r.version desc limit 1) v`,
    [versions.map(({ recordId }) => recordId), versions.map(({ version }) => version)],
  )
  const changes = await changesOf(client, rows)
  return new Map(rows.map((row, i) => [`${row.later} ${row.record_id}`, changes[i] as Change]))
}

async function changesOf(client: Reader, rows: readonly ChangeRow[]): Promise<Change[]> {
  const changes: Change[] = []
  for (const row of rows) changes.push(changeOf(row, await recordText(client, row)))
  return changes
}

const changeOf = (row: ChangeRow, text: string): Change => ({
  position: BigInt(row.position),
  recordId: row.record_id,
  version: row.version,
  kind: row.kind,
  status: row.status,
  system: row.system,
  record: row.record,
  messageIndex: row.message_index,
  receivedAt: row.received_at,
  replay: row.replay,
  text,
})
