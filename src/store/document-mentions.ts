import type { ClientBase } from 'pg'
import type { MentionedPaper } from '#core/documents/mentioned-paper.ts'
import { GOODS_FOLLOWER } from './goods-moves.ts'
import { openBodies, type StoredBody, versionPlace } from './personal/sealed-body.ts'
import type { Reader } from './sighted.ts'

/** Of its row in `followers`. */
export const PAPERS_FOLLOWER = 'papers'

/** What the newest version of a record says of a paper. */
export interface MentionRow extends MentionedPaper {
  readonly recordId: string
  readonly version: number
  readonly kind: string
  readonly system: string
  readonly status: string
}

/** The columns of `document_mentions` in the order of the table, as a record set of JSON has them. */
const COLUMNS = `code text, record_id text, version integer, kind text, system text, status text, role text, type text, site text,
  site_name text, from_province text, to_province text, used_on date, mass numeric, count numeric, count_unit text,
  product_class text, product_code text, vehicle text, giver text, taker text, bought_on boolean, site_role text, beside text[]`

/** The rows as JSON, by the names of the columns; written out, because names that are made anew for each row cost more than all the rest. */
export const rowsText = (rows: readonly MentionRow[]): string => JSON.stringify(rows.map(columnsOf))

const columnsOf = (row: MentionRow) => ({
  code: row.code,
  record_id: row.recordId,
  version: row.version,
  kind: row.kind,
  system: row.system,
  status: row.status,
  role: row.role,
  type: row.type,
  site: row.site,
  site_name: row.siteName,
  from_province: row.fromProvince,
  to_province: row.toProvince,
  used_on: row.usedOn,
  mass: row.mass,
  count: row.count,
  count_unit: row.countUnit,
  product_class: row.productClass,
  product_code: row.productCode,
  vehicle: row.vehicle,
  giver: row.giver,
  taker: row.taker,
  bought_on: row.boughtOn,
  site_role: row.siteRole,
  beside: row.beside,
})

/** Writes what the newest versions say, in place of what earlier versions of `replaced` records said. */
export async function writeMentions(
  client: ClientBase,
  rows: readonly MentionRow[],
  replaced: readonly string[],
): Promise<void> {
  if (replaced.length > 0)
    await client.query('delete from document_mentions where record_id = any($1::text[])', [replaced])
  if (rows.length === 0) return
  const names = COLUMNS.split(/,\s+/).map((column) => column.split(' ')[0])
  await client.query(
    `insert into document_mentions select * from json_to_recordset($1::json) as r(${COLUMNS})
     on conflict (code, record_id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [rowsText(rows)],
  )
}

/** The papers under which records have goods together with one of these. */
export async function readPapersBeside(reader: Reader, codes: readonly string[]): Promise<string[]> {
  const { rows } = await reader.query<{ code: string }>({
    name: 'papers-beside',
    text: 'select distinct unnest(beside) as code from document_mentions where code = any($1::text[]) and beside is not null',
    values: [codes],
  })
  return rows.map(({ code }) => code)
}

/** What the log has beyond the position of the follower that makes the table. */
export interface Beyond {
  /** Newest versions that mention one of the codes: JSON of the body. */
  readonly versions: readonly BeyondRow[]
  /** Records whose rows in the table do not count. */
  readonly replaced: readonly string[]
  /** The follower is far behind: each row of the table must be compared with the log. */
  readonly isFar: boolean
}

export interface BeyondRow {
  readonly recordId: string
  readonly version: number
  readonly kind: string
  readonly system: string
  readonly status: string
  readonly body: string
}

/** Changes that are looked through one by one; beyond so many the index of codes is asked. */
const NEAR = 1000n

/**
 * `all`: every change counts. `near`: where the table is far behind, what it has counts; for those who are told again of whatever a change
 * touches when the followers come to it, and ask for so many papers that what lies beyond would not fit in memory.
 */
export type Counting = 'all' | 'near'

/**
 * The changes that the table does not know yet, as far as `reader` sees them. None of them in a hub at rest: then it costs the reading of two numbers.
 */
export async function readBeyond(
  hub: Reader,
  codes: readonly string[],
  reader: Reader = hub,
  counting: Counting = 'all',
): Promise<Beyond> {
  const { rows: places } = await hub.query<{ position: string; marked: string; head: string }>({
    name: 'papers-place',
    text: `select coalesce((select position from followers where name = $1), 0) as position,
                  coalesce((select position from followers where name = $2), 0) as marked,
                  coalesce((select max(position) from record_versions), 0) as head`,
    values: [PAPERS_FOLLOWER, GOODS_FOLLOWER],
  })
  const position = BigInt(places[0]?.position ?? 0)
  const head = BigInt(places[0]?.head ?? 0)
  if (head <= position) return NOTHING_BEYOND
  const isFar = head - position > NEAR
  // Where this follower alone fell behind, nobody is told again.
  if (isFar && counting === 'near' && BigInt(places[0]?.marked ?? 0) <= position) return NOTHING_BEYOND
  const among = isFar ? await reader.mentioning?.(codes) : undefined
  const { rows } = await reader.query<Omit<BeyondRow, 'body'> & { body: StoredBody | null }>(
    among ? `${FAR} and v.record_id = any($3::text[])` : isFar ? FAR : NEARBY,
    [codes, position, ...(among ? [among] : [])],
  )
  const newest = new Map<string, (typeof rows)[number]>()
  for (const row of rows)
    if ((newest.get(row.recordId)?.version ?? 0) < row.version) newest.set(row.recordId, row)
  const versions = [...newest.values()].flatMap(({ body, ...row }) =>
    body === null ? [] : [{ ...row, body }],
  )
  const opened = await openBodies(reader, versions, placeOfRow)
  return { versions: opened, replaced: [...newest.keys()], isFar }
}

const placeOfRow = ({ recordId, version }: Pick<BeyondRow, 'recordId' | 'version'>): string =>
  versionPlace(recordId, version)

/** By how many positions of the log the table is behind it. */
export async function readBehind(reader: Reader): Promise<bigint> {
  const { rows } = await reader.query<{ behind: string }>(
    `select coalesce((select max(position) from record_versions), 0) - coalesce((select position from followers where name = $1), 0) as behind`,
    [PAPERS_FOLLOWER],
  )
  return BigInt(rows[0]?.behind ?? 0)
}

const NOTHING_BEYOND: Beyond = { versions: [], replaced: [], isFar: false }

const BEYOND_COLUMNS = `v.record_id as "recordId", v.version, v.kind, v.system, v.status`
const NEARBY = `select ${BEYOND_COLUMNS}, case when v.codes && $1::text[] then v.body end as body
   from record_versions v where v.position > $2 order by v.position`
const FAR = `select ${BEYOND_COLUMNS}, v.body from record_versions v
  where v.codes && $1::text[] and v.position > $2 and v.kind not in ('payment', 'party', 'site', 'finding')
    and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)`

/** Rows of the table that count, and those beyond it: $2 the replaced, $3 whether each must be looked up, $4 rows beyond. */
export const mentions = (where: string): string => `
  select m.* from document_mentions m
   where ${where} and m.record_id <> all($2::text[])
     and (not $3::boolean or not exists (select from record_versions n where n.record_id = m.record_id and n.version > m.version))
  union all select m.* from beyond m where ${where}`
/** The rows of `$4`, before the text that asks `mentions`. */
export const BEYOND = `beyond as materialized (select * from jsonb_to_recordset($4::jsonb) as r(${COLUMNS}))`

/** The values of `$2` to `$4` in them. */
export const overlay = (beyond: Beyond, rows: readonly MentionRow[]): unknown[] => [
  beyond.replaced,
  beyond.isFar,
  rowsText(rows),
]

export interface OwnRow {
  readonly n: number
  readonly recordId: string
  readonly version: number
  readonly kind: string
  readonly system: string
  readonly status: string
  readonly receivedAt: string
  /** When the hub was told first that it is void, behind the last version that was not; null for one that is not. */
  readonly voidToldAt: string | null
  readonly flags: string[]
  readonly body: StoredBody
}

/** Records of the papers themselves with their bodies, those alive and new first, at most `most` of each paper. */
export async function readOwn(
  reader: Reader,
  codes: readonly string[],
  beyond: Beyond,
  rows: readonly MentionRow[],
  most: number,
): Promise<OwnRow[]> {
  const { rows: own } = await reader.query<OwnRow>({
    name: 'papers-own',
    text: `with ${BEYOND}
      select a.n::integer as n, v.record_id as "recordId", v.version, v.kind, v.system, v.status, v.received_at as "receivedAt",
             case when v.status = 'void' then (
               select min(o.received_at) from record_versions o
                where o.record_id = v.record_id and o.version <= v.version and o.version > coalesce((
                  select max(b.version) from record_versions b where b.record_id = v.record_id and b.version < v.version and b.status = 'active'), 0)) end as "voidToldAt",
             v.flags, v.body
        from unnest($1::text[]) with ordinality a(code, n)
        cross join lateral (
          select * from (${mentions(`m.code = a.code and m.role in ('self', 'output', 'voucher')`)}) m
           order by m.status, m.used_on desc nulls last, m.record_id limit $5) m
        join record_versions v on v.record_id = m.record_id and v.version = m.version
       order by a.n, m.status, m.used_on desc nulls last, m.record_id`,
    values: [codes, ...overlay(beyond, rows), most],
  })
  return own
}

/** A type under which records name a paper. */
export interface KnownType {
  readonly code: string
  readonly type: string
  readonly records: number
  /** Day of the last of them; null where none has one. */
  readonly lastOn: string | null
}

/** Types under which records name the codes, most named first. */
export async function readKnownTypes(
  reader: Reader,
  codes: readonly string[],
  beyond: Beyond,
  rows: readonly MentionRow[],
): Promise<KnownType[]> {
  const { rows: types } = await reader.query<KnownType>({
    name: 'papers-types',
    text: `with ${BEYOND}
      select m.code, m.type, count(*)::integer as records, max(m.used_on)::text as "lastOn"
        from unnest($1::text[]) a(code) cross join lateral (${mentions('m.code = a.code')}) m
       group by m.code, m.type order by m.code, records desc, m.type`,
    values: [codes, ...overlay(beyond, rows)],
  })
  return types
}
