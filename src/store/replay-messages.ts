import type { Pool } from 'pg'
import { openResults } from './message-bytes.ts'
import { timeOf } from './message-time.ts'
import type { ReplayScope } from './replays.ts'

/** A stored message as a replay needs it, without its bytes. */
export interface StoredMessage {
  readonly id: string
  readonly receivedAtMs: number
  readonly system: string
  readonly record: string
  /** What read it when it came. */
  readonly mapping: string
  readonly contentType: string
  readonly sha256: Buffer
  readonly state: 'done' | 'refused'
  readonly received: number
  /** Results as they are stored with the receipt. */
  readonly results: string
  /** It is a large message: its results lie in pieces. */
  readonly inPieces: boolean
}

/** The next messages of a scope, and where to go on; `cursor` null where none is left. */
export interface MessagePage {
  readonly messages: StoredMessage[]
  readonly cursor: string | null
}

/** Messages that are looked at in one statement; most may be of other systems. */
const WINDOW = 2000
/** Positions of the change log that are looked at in one statement. */
const POSITIONS = 20_000
/** Messages and source records of one page: enough for one transaction, few enough to keep it short. */
const PAGE_MESSAGES = 50
const PAGE_SOURCES = 500

/**
 * The next messages of a scope in the order in which they were received, after the cursor of the page before. A large message is alone in
 * its page. @param most messages of the page; fewer where several together are too many for a step
 */
export function nextMessages(
  pool: Pool,
  scope: ReplayScope,
  cursor: string | null,
  most = PAGE_MESSAGES,
): Promise<MessagePage> {
  if (scope.receipts) return byReceipts(pool, scope, scope.receipts, cursor, most)
  if (scope.rejectionGroup !== undefined) return byGroup(pool, scope, scope.rejectionGroup, cursor, most)
  if (scope.flag !== undefined) return byFlag(pool, scope, scope.flag, cursor, most)
  return byTime(pool, scope, cursor, most)
}

/** The newest messages of a scope, for a comparison of so many; at most `limit` of the last 100,000 of all systems. */
export async function newestMessages(pool: Pool, scope: ReplayScope, limit: number): Promise<string[]> {
  const { rows } = await pool.query<Omit<Narrow, 'inPieces'>>(
    `select id, system, record, mapping, state, received from messages
      where received_at >= $1::timestamptz and received_at < $2::timestamptz order by id desc limit $3`,
    [scope.from ?? '-infinity', scope.to ?? 'infinity', NEWEST_WINDOW],
  )
  return rows
    .filter((row) => isWanted(row, scope))
    .slice(0, limit)
    .map(({ id }) => id)
}
const NEWEST_WINDOW = 100_000

interface Narrow {
  readonly id: string
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly state: string
  readonly received: number
  readonly inPieces: boolean
}

const isWanted = (row: Omit<Narrow, 'inPieces'>, { system, record, mapping }: ReplayScope): boolean =>
  row.system === system &&
  (row.state === 'done' || row.state === 'refused') &&
  (record === undefined || row.record === record) &&
  (mapping === undefined || row.mapping === mapping)

async function byTime(
  pool: Pool,
  scope: ReplayScope,
  cursor: string | null,
  most: number,
): Promise<MessagePage> {
  const { rows } = await pool.query<Narrow>(
    `select id, system, record, mapping, state, received, coding = 'parts' as "inPieces" from messages
      where id > $1 and received_at >= $2::timestamptz and received_at < $3::timestamptz order by id limit $4`,
    [cursor ?? NIL, later(scope.from, cursor), scope.to ?? 'infinity', WINDOW],
  )
  const found = rows.filter((row) => isWanted(row, scope))
  const page = firstOf(found, most)
  const isWhole = page.length === found.length
  const last = isWhole ? rows.at(-1)?.id : page.at(-1)?.id
  return {
    messages: await readMessages(
      pool,
      page.map(({ id }) => id),
    ),
    cursor: isWhole && rows.length < WINDOW ? null : (last ?? null),
  }
}

const NIL = '00000000-0000-0000-0000-000000000000'

/** Identifiers hold their time, so what was received before the cursor need not be looked at. */
const later = (from: string | undefined, cursor: string | null): string => {
  if (cursor === null) return from ?? '-infinity'
  const at = new Date(timeOf(cursor)).toISOString()
  return from !== undefined && Date.parse(from) > timeOf(cursor) ? from : at
}

/** As many of the first messages as one page holds; at least one. */
function firstOf(found: readonly Narrow[], most: number): Narrow[] {
  const page: Narrow[] = []
  let sources = 0
  for (const one of found) {
    sources += one.received
    const isFull = page.length === most || sources > PAGE_SOURCES || one.inPieces
    if (page.length > 0 && isFull) break
    page.push(one)
    if (one.inPieces) break
  }
  return page
}

async function byReceipts(
  pool: Pool,
  scope: ReplayScope,
  receipts: readonly string[],
  cursor: string | null,
  most: number,
): Promise<MessagePage> {
  const left = [...new Set(receipts)].filter((id) => cursor === null || id > cursor).sort()
  const ids = left.slice(0, PAGE_MESSAGES)
  return pageOf(
    await narrow(pool, ids),
    scope,
    pool,
    most,
    left.length > ids.length ? (ids.at(-1) ?? null) : null,
  )
}

async function byGroup(
  pool: Pool,
  scope: ReplayScope,
  group: string,
  cursor: string | null,
  most: number,
): Promise<MessagePage> {
  const { rows } = await pool.query<{ id: string }>(
    `select distinct message_id as id from rejections
      where system = $1 and group_key = $2 and state = 'open' and message_id > $3 order by 1 limit $4`,
    [scope.system, group, cursor ?? NIL, PAGE_MESSAGES],
  )
  const ids = rows.map(({ id }) => id)
  return pageOf(
    await narrow(pool, ids),
    scope,
    pool,
    most,
    ids.length === PAGE_MESSAGES ? (ids.at(-1) ?? null) : null,
  )
}

/** One page of the messages that were found; where not all have a place in it, it goes on behind its last. */
async function pageOf(
  found: readonly Narrow[],
  scope: ReplayScope,
  pool: Pool,
  most: number,
  cursor: string | null,
): Promise<MessagePage> {
  const wanted = found.filter((row) => isWanted(row, scope) && isInTime(row.id, scope))
  const page = firstOf(wanted, most)
  const ids = page.map(({ id }) => id)
  const messages = await readMessages(pool, ids)
  return { messages, cursor: page.length < wanted.length ? (ids.at(-1) ?? null) : cursor }
}

const isInTime = (id: string, { from, to }: ReplayScope): boolean => {
  const atMs = timeOf(id)
  return (from === undefined || atMs >= Date.parse(from)) && (to === undefined || atMs < Date.parse(to))
}

/** By the place of the versions in the change log; a page ends before the first message that had no place in it. */
async function byFlag(
  pool: Pool,
  scope: ReplayScope,
  flag: string,
  cursor: string | null,
  most: number,
): Promise<MessagePage> {
  const from = BigInt(cursor ?? '0')
  const { rows: ends } = await pool.query('select coalesce(max(position), 0) as head from record_versions')
  const head = BigInt(ends[0].head)
  const bound = from + BigInt(POSITIONS) < head ? from + BigInt(POSITIONS) : head
  const { rows } = await pool.query<{ position: string; id: string }>(
    `select position, message_id as id from record_versions v
      where position > $1 and position <= $2 and system = $3 and $4 = any(flags)
        and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
      order by position`,
    [from, bound, scope.system, flag],
  )
  const ids = [...new Set(rows.map(({ id }) => id))]
  const found = await narrow(pool, ids)
  const wanted = found.filter((row) => isWanted(row, scope) && isInTime(row.id, scope))
  const order = new Map(ids.map((id, i) => [id, i]))
  wanted.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0))
  const page = firstOf(wanted, most)
  const left = new Set(wanted.slice(page.length).map(({ id }) => id))
  const first = rows.find(({ id }) => left.has(id))
  const messages = await readMessages(
    pool,
    page.map(({ id }) => id),
  )
  if (first) return { messages, cursor: String(BigInt(first.position) - 1n) }
  return { messages, cursor: bound === head ? null : String(bound) }
}

async function narrow(pool: Pool, ids: readonly string[]): Promise<Narrow[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query<Narrow>(
    `select m.id, m.system, m.record, m.mapping, m.state, m.received, m.coding = 'parts' as "inPieces"
       from unnest($1::uuid[], $2::bigint[]) as wanted(id, ms)
       join messages m on m.id = wanted.id and m.received_at = to_timestamp(wanted.ms::numeric / 1000) order by m.id`,
    [ids, ids.map(timeOf)],
  )
  return rows
}

/** Stored messages by their identifiers, in the order of receipt; those that are gone are left out. */
export async function readMessages(pool: Pool, ids: readonly string[]): Promise<StoredMessage[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query(
    `select m.id, m.system, m.record, m.mapping, m.content_type as "contentType", m.sha256, m.state, m.received, m.results,
            m.coding = 'parts' as "inPieces"
       from unnest($1::uuid[], $2::bigint[]) as wanted(id, ms)
       join messages m on m.id = wanted.id and m.received_at = to_timestamp(wanted.ms::numeric / 1000) order by m.id`,
    [ids, ids.map(timeOf)],
  )
  const messages: StoredMessage[] = []
  for (const row of rows)
    messages.push({
      ...row,
      results: await openResults(pool, row.id, row.results),
      receivedAtMs: timeOf(row.id),
    })
  return messages
}
