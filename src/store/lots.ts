import type { Pool, PoolClient } from 'pg'
import { MATCH_SIDES, type MatchSide, MEETINGS, TRADER_DAYS } from '#core/lineage/matching.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'

type Reader = Pick<Pool | PoolClient, 'query'>

/** Which way goods are followed: back to where they came from, or forward to where they went. */
export type Way = 'back' | 'forward'

/** SQL that is true where `v` is a version that had arrived by the time in `$n`, and none that had arrived by then is newer. */
export const newest = (v: string, at: string): string =>
  `(${at}::timestamptz is null or ${v}.received_at <= ${at}) and not exists (
     select 1 from record_versions newer where newer.record_id = ${v}.record_id and newer.version > ${v}.version
       and (${at}::timestamptz is null or newer.received_at <= ${at}))`

/** An edge counts only while the version that made it is the newest of its record, and active. */
const live = (e: string, v: string, at: string): string =>
  `join record_versions ${v} on ${v}.record_id = ${e}.record_id and ${v}.version = ${e}.version and ${v}.status = 'active'
     and ${newest(v, at)}`

const COLUMNS = (from: string, e: string, v: string, rule: string, confidence: string): string =>
  `${from} as "from", ${e}.to_code as "to", ${e}.record_id as "recordId", ${e}.version, ${e}.kind, ${v}.system,
   ${rule} as rule, ${confidence} as confidence, ${e}.quantity, ${e}.unit, ${e}.occurred_at as "occurredAt", null as "withRecord"`

/**
 * A lot and the paper that it came in under are the same goods: what a transformation made of the paper, it made of the lot too.
 * Only inside one system, because a paper may pass through several places and one of them alone used it up.
 */
const entered = (end: 'back' | 'forward'): string => `
  select ${COLUMNS('i.to_code', 'e', 'v', "'entered'", 'least(e.confidence, 0.95::real)')}
    from lot_edges e ${live('e', 'v', '$2')}
    join lot_edges i on i.from_code = e.from_code and i.kind = 'entry' ${live('i', 'w', '$2')} and w.system = v.system
   where e.kind = 'transformation' and i.to_code <> e.to_code and ${end === 'back' ? 'e.to_code' : 'i.to_code'} = any($1)`

const SIDE = (side: MatchSide): number => MATCH_SIDES.indexOf(side)
const MEETING_ROWS = MEETINGS.map(
  ({ from, to, rule, confidence, mass }) =>
    `(${SIDE(from)}, ${SIDE(to)}, '${rule}', ${confidence}::real, ${mass})`,
).join(', ')

/** Who `n` is by what it says itself, and by what others said around its day of who has the stall. */
const whoOf = (n: string): string => `lateral (
    select ${n}.who
    union select t.trader from stall_traders t ${live('t', 'vt', '$2')} where t.stall = ${n}.who and ${near('t', n)}
    union select t.stall from stall_traders t ${live('t', 'vt', '$2')} where t.trader = ${n}.who and ${near('t', n)}
  ) w (who)`
const near = (t: string, n: string): string =>
  `${t}.day between ${n}.day - ${TRADER_DAYS} and ${n}.day + ${TRADER_DAYS}`

/**
 * Goods of two records that are likely the same. What an exact edge leads to needs no likely one: another record has said where it came
 * from. A lot that was written down twice is the same one whatever its papers.
 */
function matched(way: Way): string {
  const [here, there] = way === 'back' ? ['b', 'a'] : ['a', 'b']
  const [side, other] = way === 'back' ? ['to_side', 'from_side'] : ['from_side', 'to_side']
  return `
  select a.code as "from", b.code as "to", b.record_id as "recordId", b.version, vb.kind, vb.system, m.rule, m.confidence,
         null::numeric as quantity, null::text as unit, vb.occurred_at as "occurredAt", a.record_id as "withRecord"
    from match_points ${here}
    join (values ${MEETING_ROWS}) m (from_side, to_side, rule, confidence, mass) on m.${side} = ${here}.side
    cross join ${whoOf(here)}
    join match_points ${there} on ${there}.who = w.who and ${there}.what = ${here}.what and ${there}.side = m.${other}
     and ${there}.code is not null and ${there}.code <> ${here}.code
    ${live('a', 'va', '$2')} ${live('b', 'vb', '$2')}
   where ${here}.code = any($1)
     and (not m.mass or abs(a.kilograms - b.kilograms) <= 0.02 * greatest(a.kilograms, b.kilograms))
     and (m.rule = 'same' or not exists (
       select from lot_edges x ${live('x', 'vx', '$2')} where x.to_code = b.code))`
}

const linksText = (way: Way): string => {
  const [near, far] = way === 'back' ? ['to', 'from'] : ['from', 'to']
  return `select * from (
    select ${COLUMNS('e.from_code', 'e', 'v', 'e.rule', 'e.confidence')}
      from lot_edges e ${live('e', 'v', '$2')} where e.${near}_code = any($1)
    union ${entered(way)}
    union ${matched(way)}
  ) l where ($3::text is null or "${far}" collate "C" > $3) and confidence >= $5::real
  order by "${far}" collate "C", "${near}" collate "C", rule collate "C", "recordId" collate "C" limit $4`
}
const LINKS = { back: linksText('back'), forward: linksText('forward') }

/**
 * The links that lead from the codes one step back or forward, in the order of the codes that they lead to (by code unit of UTF-8),
 * beginning after the code `after`; as of a time (ISO text) where `at` is given, else as known now.
 */
export async function readLinks(
  reader: Reader,
  codes: readonly string[],
  bounds: {
    readonly way: Way
    readonly at: string | null
    readonly after: string | null
    readonly limit: number
    /** Links that are less sure are none. */
    readonly confidence?: number
  },
): Promise<Link[]> {
  const { way, at, after, limit, confidence = 0 } = bounds
  const { rows } = await reader.query<Link>({
    name: `read-links-${way}`,
    text: LINKS[way],
    values: [codes, at, after, limit, confidence],
  })
  return rows
}

/** Those of the codes that a record mentions, in the order given. */
export async function readKnownCodes(
  reader: Reader,
  codes: readonly string[],
  at: string | null,
): Promise<string[]> {
  const { rows } = await reader.query<{ code: string }>({
    name: 'read-known-codes',
    text: `select code from unnest($1::text[]) with ordinality wanted (code, place)
            where exists (select 1 from record_versions v where v.codes @> array[code] and v.kind <> all($3) and ${newest('v', '$2')})
            order by place`,
    values: [codes, at, UNTRACED],
  })
  return rows.map((row) => row.code)
}

/** Kinds that say nothing of goods: how a sale was paid, who and where in general, and what was found of other records. */
const UNTRACED = ['payment', 'party', 'site', 'finding']

interface MentionRow {
  readonly code: string
  readonly record_id: string
  readonly version: number
}

/**
 * The records that mention each code, and the tests of what is at the stall where its goods are: at most `perCode` of them, papers,
 * holds and tests before trades.
 */
export async function readMentions(
  reader: Reader,
  codes: readonly string[],
  bounds: { readonly at: string | null; readonly perCode: number },
): Promise<{ records: Map<string, TracedRecord[]>; more: Set<string> }> {
  const { rows } = await reader.query<MentionRow>({
    name: 'read-mentions',
    text: `select wanted.code, m.record_id, m.version from unnest($1::text[]) wanted (code)
            cross join lateral (
              select v.record_id, v.version from (
                select v.record_id, v.version, v.kind, v.occurred_at from record_versions v
                 where v.codes @> array[wanted.code] and v.kind <> all($4) and ${newest('v', '$2')}
                union
                select v.record_id, v.version, v.kind, v.occurred_at from match_points h cross join ${whoOf('h')}
                  join match_points t on t.who = w.who and t.what = h.what and t.side = ${SIDE('tested')}
                  join record_versions v on v.record_id = t.record_id and v.version = t.version and v.status = 'active' and ${newest('v', '$2')}
                 where h.code = wanted.code and h.side = ${SIDE('here')} and exists (
                   select from record_versions told where told.record_id = h.record_id and told.version = h.version and told.status = 'active' and ${newest('told', '$2')})
              ) v
               order by case v.kind when 'hold' then 0 when 'document' then 1 when 'test' then 2 when 'disposal' then 3
                 when 'production' then 4 when 'transformation' then 5 when 'entry' then 6 when 'dispatch' then 7 else 8 end,
                 v.occurred_at, v.record_id
               limit $3) m`,
    values: [codes, bounds.at, bounds.perCode + 1, UNTRACED],
  })
  const versions = await readTracedVersions(
    reader,
    rows.map(({ record_id, version }) => ({ recordId: record_id, version })),
  )
  const records = new Map<string, TracedRecord[]>()
  const more = new Set<string>()
  for (const { code, record_id } of rows) {
    const list = records.get(code) ?? []
    const record = versions.get(record_id)
    if (list.length === bounds.perCode) more.add(code)
    else if (record) records.set(code, [...list, record])
  }
  return { records, more }
}

interface VersionRow extends Omit<TracedRecord, 'body'> {
  readonly flags: string[]
  readonly body: string
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
  return new Map(rows.map((row) => [row.id, tracedRecord(row)]))
}

/** A stored version as the graph needs it, its body read. */
export function tracedRecord({ body, flags, ...rest }: VersionRow): TracedRecord {
  return { ...rest, body: { ...JSON.parse(body), flags } }
}
