import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { UNTRACED } from '#core/lineage/untraced.ts'
import { LINK_COLUMNS, type LinkColumns, linksOf } from './link-columns.ts'
import { openVersion, openVersionAtOnce, type StoredBody, versionPlace } from './personal/sealed-body.ts'
import type { Reader } from './sighted.ts'

/** Which way goods are followed: back to where they came from, or forward to where they went. */
export type Way = 'back' | 'forward'

/** SQL that is true where `v` is a version that had arrived by the time in `$n`, and none that had arrived by then is newer. */
export const newest = (v: string, at: string): string =>
  `(${at}::timestamptz is null or ${v}.received_at <= ${at}) and not exists (
     select 1 from record_versions newer where newer.record_id = ${v}.record_id and newer.version > ${v}.version
       and (${at}::timestamptz is null or newer.received_at <= ${at}))`

/** What counts as a link: as of a time (ISO text) where `at` is given, else as known now; links that are less sure than `confidence` are none. */
export interface LinkBounds {
  readonly way: Way
  readonly at: string | null
  readonly confidence?: number
}

/**
 * The links that lead from the codes one step back or forward, in the order of the codes that they lead to (by code unit of UTF-8),
 * beginning after the code `after`.
 */
export async function readLinks(
  reader: Reader,
  codes: readonly string[],
  bounds: LinkBounds & { readonly after: string | null; readonly limit: number },
): Promise<Link[]> {
  const { way, at, after, limit, confidence = 0 } = bounds
  const { rows } = await reader.query<LinkColumns>({
    name: 'read-links',
    text: `select ${LINK_COLUMNS} from trace_step($1, $2, $3, $4, $5, $6)`,
    values: [codes, way, at, confidence, after, limit],
  })
  return rows.flatMap(linksOf)
}

/** Where a walk one way is: the codes that were reached last, those that were reached before them, and how many steps were read. */
export interface WalkPlace {
  readonly way: Way
  readonly from: readonly string[]
  readonly before: readonly string[]
  readonly done: number
}

/**
 * The steps of a walk from a place on, as `readLinks` would give them one after the other, in one round trip. Ends behind a step with `limit` links, of
 * which there may be more, where more than `nodes` codes are reached, and behind a step by which more than `restBehind` are. Of that with more than `nodes`,
 * where `cut` is true, there are the links to so many codes and to the next one: enough for who asks for no more, and none of the rest is read.
 * @param bounds `steps`, `nodes` and `restBehind` are those of the whole walk
 */
export async function readWalk(
  reader: Reader,
  { way, from, before, done }: WalkPlace,
  bounds: Omit<LinkBounds, 'way'> & {
    readonly steps: number
    readonly limit: number
    readonly nodes: number
    readonly restBehind?: number
    readonly cut: boolean
  },
): Promise<Link[][]> {
  const { at, confidence = 0, limit, cut } = bounds
  const steps = bounds.steps - done
  const reachedBefore = done === 0 ? 0 : before.length + from.length
  const nodes = Math.max(0, bounds.nodes - reachedBefore)
  const rest = Math.min(nodes, Math.max(0, (bounds.restBehind ?? bounds.nodes) - reachedBefore))
  const { rows } = await reader.query<LinkColumns>({
    name: 'read-walk',
    text: `select ${LINK_COLUMNS} from trace_walk($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [from, way, steps, at, confidence, limit, nodes, cut, rest, before],
  })
  const read: Link[][] = []
  const reached = new Set([...before, ...from])
  for (const columns of rows)
    for (const [i, link] of linksOf(columns).entries()) {
      const step = (columns.steps?.[i] ?? 1) - 1
      const links = read[step]
      if (links) links.push(link)
      else read[step] = [link]
      reached.add(way === 'back' ? link.from : link.to)
    }
  // Behind the last step there is nothing where the walk did not end for another reason.
  const isWhole =
    read.length < steps &&
    (read.at(-1)?.length ?? 0) < limit &&
    reached.size - before.length - from.length <= rest
  return isWhole ? [...read, []] : read
}

/** Those of the codes that a record mentions, in the order given. */
export async function readKnownCodes(
  reader: Reader,
  codes: readonly string[],
  at: string | null,
): Promise<string[]> {
  const among = await reader.mentioning?.(codes)
  const { rows } = await reader.query<{ code: string }>({
    name: among ? 'read-known-codes-among' : 'read-known-codes',
    text: `select code from unnest($1::text[]) with ordinality wanted (code, place)
            where exists (select 1 from record_versions v where ${among ? 'v.record_id = any($4::text[]) and ' : ''}v.codes @> array[code] and v.kind <> all($3) and ${newest('v', '$2')})
            order by place`,
    values: [codes, at, UNTRACED, ...(among ? [among] : [])],
  })
  return rows.map((row) => row.code)
}

interface MentionRow extends Omit<VersionRow, 'body'> {
  /** Null where it is one too many for all of its codes. */
  readonly body: StoredBody | null
  /** Of each code by its number from 1: `3 1,7 21`. */
  readonly places: string
}

export interface Mentions {
  /** Records by the code that they mention. */
  readonly records: ReadonlyMap<string, readonly TracedRecord[]>
  /** Codes that more records mention than were read. */
  readonly more: ReadonlySet<string>
}

/**
 * The records that mention each code, and the tests without a lot that are of its goods (as `readTestedCodes` finds them from the test): at most `perCode` of them, papers,
 * holds and tests before trades.
 * @param bounds `opened`: records that were read before, by their identifier; those that are read are added, and none of them is opened again
 */
export async function readMentions(
  reader: Reader,
  codes: readonly string[],
  bounds: {
    readonly at: string | null
    readonly perCode: number
    readonly opened?: Map<string, TracedRecord>
  },
): Promise<Mentions> {
  const wanted = [...new Set(codes)]
  const among = (await reader.mentioning?.(wanted)) ?? null
  const { rows } = await reader.query<MentionRow>({
    name: 'read-mentions',
    text: `select places, id, version, kind, system, status, received_at as "receivedAt", flags, body from trace_mentions($1, $2, $3, $4, $5)`,
    values: [wanted, bounds.at, bounds.perCode, UNTRACED, among],
  })
  const found = new Map<string, TracedRecord[]>()
  const more = new Set<string>()
  const { opened } = bounds
  const known = rows.map((row) => opened?.get(row.id))
  const isFresh = (row: MentionRow, i: number): row is MentionRow & VersionRow =>
    hasBody(row) && known[i]?.version !== row.version
  const fresh = await tracedRecords(reader, rows.filter(isFresh))
  let next = 0
  for (const [i, row] of rows.entries()) {
    const record = isFresh(row, i) ? fresh[next++] : hasBody(row) ? known[i] : undefined
    if (record) opened?.set(row.id, record)
    for (const one of row.places.split(',')) {
      const between = one.indexOf(' ')
      const place = Number(one.slice(between + 1))
      const code = wanted[Number(one.slice(0, between)) - 1] as string
      if (place > bounds.perCode) more.add(code)
      else if (record) {
        const list = found.get(code)
        if (list) list[place - 1] = record
        else found.set(code, listFrom(record, place))
      }
    }
  }
  return { records: found, more }
}

const hasBody = (row: MentionRow): row is MentionRow & VersionRow => row.body !== null

/** A list with a record at its place, counted from 1. */
function listFrom(record: TracedRecord, place: number): TracedRecord[] {
  const list: TracedRecord[] = []
  list[place - 1] = record
  return list
}

export interface VersionRow extends Omit<TracedRecord, 'body'> {
  readonly flags: string[]
  readonly body: StoredBody
}

/** The named versions of records with their bodies, by record. */
export async function readTracedVersions(
  reader: Reader,
  wanted: readonly { readonly recordId: string; readonly version: number }[],
): Promise<Map<string, TracedRecord>> {
  const versions = new Map(wanted.map(({ recordId, version }) => [recordId, version]))
  const { rows } = await reader.query<VersionRow>({
    name: 'read-traced-versions',
    text: `select v.record_id as id, v.version, v.kind, v.system, v.status, v.received_at as "receivedAt", v.flags, v.body
             from unnest($1::text[], $2::int[]) wanted (id, version)
             join record_versions v on v.record_id = wanted.id and v.version = wanted.version`,
    values: [[...versions.keys()], [...versions.values()]],
  })
  return await tracedById(reader, rows)
}

/** Stored versions as the graph needs them, their bodies opened and read, in their order and without a wait for each. @param db what they were read with */
export async function tracedRecords(db: object, rows: readonly VersionRow[]): Promise<TracedRecord[]> {
  const records: TracedRecord[] = []
  for (const row of rows) {
    const place = versionPlace(row.id, row.version)
    const { body } = openVersionAtOnce(db, row, place) ?? (await openVersion(db, row, place))
    records.push(tracedOf(row, body))
  }
  return records
}

function tracedOf(
  { id, version, kind, system, status, receivedAt, flags }: VersionRow,
  text: string,
): TracedRecord {
  const body = JSON.parse(text)
  body.flags = flags
  return { id, version, kind, system, status, receivedAt, body }
}

/** The same of several records, by record. */
export const tracedById = async (
  db: object,
  rows: readonly VersionRow[],
): Promise<Map<string, TracedRecord>> =>
  new Map((await tracedRecords(db, rows)).map((record) => [record.id, record]))
