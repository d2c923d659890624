import type { ClientBase, Pool } from 'pg'
import { boothKey } from '#core/lineage/match-keys.ts'
import { digestUuid } from './digest-uuid.ts'
import { RECORD_COLUMNS, type RecordRow, recordText } from './record-text.ts'
import type { Reader } from './sighted.ts'

type Client = ClientBase | Pool

/** Of its row in `followers`. */
export const INSPECTIONS_FOLLOWER = 'inspections'

/** What the list knows of the newest version of an inspection. Times are ISO text. */
export interface InspectionRow {
  readonly id: string
  readonly version: number
  readonly system: string
  readonly place: string
  /** Its name or number, which may be that of its keeper: stored as a digest. Null where none is told. */
  readonly stall: string | null
  readonly region: string
  readonly result: string
  readonly answers: readonly string[]
  readonly dueAt: string | null
  readonly occurredAt: string
}

/** Writes the newest versions; those that were made void are not listed any more. */
export async function writeInspections(
  client: ClientBase,
  rows: readonly InspectionRow[],
  voided: readonly string[],
): Promise<void> {
  if (voided.length > 0) await client.query('delete from inspections where id = any($1::text[])', [voided])
  if (rows.length === 0) return
  await client.query(
    `insert into inspections (id, version, system, place, stall, booth, region, result, answers, due_at, occurred_at)
     select id, version, system, place, stall, booth, region, result, answers, "dueAt", "occurredAt"
       from jsonb_to_recordset($1::jsonb) as r(id text, version integer, system text, place text, stall uuid, booth uuid, region text, result text,
              answers text[], "dueAt" timestamptz, "occurredAt" timestamptz)
     on conflict (id) do update set version = excluded.version, system = excluded.system, place = excluded.place, stall = excluded.stall,
       booth = excluded.booth, region = excluded.region, result = excluded.result, answers = excluded.answers, due_at = excluded.due_at,
       occurred_at = excluded.occurred_at`,
    [
      JSON.stringify(
        rows.map(({ stall, ...row }) => ({
          ...row,
          ...(stall === null ? { stall, booth: null } : { stall: markOf(stall), booth: boothOf(stall) }),
        })),
      ),
    ],
  )
}

/** By what stalls are compared; 0056-… makes the same of what was stored before. */
const markOf = (stall: string): string => digestUuid(`stall\n${stall}`)
/** The same of every way to write the number of a stall. */
const boothOf = (stall: string): string => digestUuid(`booth\n${boothKey(stall)}`)

/** The findings that an inspection answers, as far as it is listed. */
export async function readAnswers(reader: Reader, id: string): Promise<readonly string[]> {
  const { rows } = await reader.query<{ answers: string[] }>(
    'select answers from inspections where id = $1',
    [id],
  )
  return rows[0]?.answers ?? []
}

/** Whether every inspection that the reader sees is in the list, which follows the log. @param hub who may ask how far it has come */
export async function isListWhole(reader: Reader, hub: Reader): Promise<boolean> {
  const { rows: places } = await hub.query<{ position: string }>(
    'select position from followers where name = $1',
    [INSPECTIONS_FOLLOWER],
  )
  const { rows } = await reader.query<{ isWhole: boolean }>({
    name: 'inspections-whole',
    text: `select not exists (select from record_versions where kind = 'inspection' and position > $1) as "isWhole"`,
    values: [places[0]?.position ?? '0'],
  })
  return rows[0]?.isWhole ?? true
}

/** The market that a record means: a name that records give one code beside means the code. */
const MEANT = (place: string): string =>
  `coalesce((select min(n.code) from supervision_names n where n.name = ${place} having count(*) = 1), ${place})`

/**
 * Whether what had to be put right was seen to be right: a later inspection of the same market and stall passed, or of the whole market, or one
 * that answers the same findings. One stall proves nothing of the market, and one without a place nothing of another.
 */
const mended = (meant: (place: string) => string): string => `exists (
  select from inspections l
   where l.result = 'pass' and l.occurred_at > i.occurred_at
     and (l.answers && i.answers or i.place <> '' and (l.stall is null or l.stall = i.stall or l.booth = i.booth)
       and (l.place in (i.place, ${meant('i.place')}) or ${meant('l.place')} = ${meant('i.place')})))`

/** `none`: nothing has to be put right; `mended`: a later inspection passed. */
export type Rectification = 'none' | 'pending' | 'overdue' | 'mended'
const rectification = (
  meant: (place: string) => string,
): string => `case when i.due_at is null then 'none' when ${mended(meant)} then 'mended'
  when i.due_at < $1::timestamptz then 'overdue' else 'pending' end`

export interface InspectionFilter {
  /** Whether the reader sees a part only: which names mean one market is told by records of others, so they are not joined. */
  readonly isLimited?: boolean
  readonly nowMs: number
  /** Digits that the code of the region begins with. */
  readonly regionPrefix?: string | undefined
  readonly place?: string | undefined
  readonly result?: string | undefined
  readonly due?: 'pending' | 'overdue' | 'mended' | undefined
  /** Instants: from, and before. */
  readonly from?: string | undefined
  readonly before?: string | undefined
  readonly after?: { readonly at: string; readonly id: string } | null
  readonly limit: number
}

export interface ListedInspection {
  readonly id: string
  readonly place: string
  readonly rectification: Rectification
  /** For the place in the list, to the microsecond. */
  readonly at: string
  /** JSON of the record. */
  readonly record: string
}

/** Inspections with their records, newest first, after a place in their order. */
export async function listInspections(client: Reader, filter: InspectionFilter): Promise<ListedInspection[]> {
  const { isLimited = false } = filter
  const judged = rectification(isLimited ? (place) => place : MEANT)
  const values: unknown[] = [new Date(filter.nowMs).toISOString()]
  const add = (value: unknown): string => `$${values.push(value)}`
  const where: string[] = []
  if (filter.regionPrefix !== undefined) where.push(`starts_with(i.region, ${add(filter.regionPrefix)})`)
  if (filter.place !== undefined) {
    const place = add(filter.place)
    where.push(
      isLimited
        ? `i.place = ${place}`
        : `(i.place = ${place} or i.place in (select n.name from supervision_names n where n.code = ${place}))`,
    )
  }
  if (filter.result !== undefined) where.push(`i.result = ${add(filter.result)}`)
  if (filter.from !== undefined) where.push(`i.occurred_at >= ${add(filter.from)}`)
  if (filter.before !== undefined) where.push(`i.occurred_at < ${add(filter.before)}`)
  if (filter.due !== undefined) where.push(`i.due_at is not null and ${judged} = ${add(filter.due)}`)
  if (filter.after)
    where.push(`(i.occurred_at, i.id) < (${add(filter.after.at)}::timestamptz, ${add(filter.after.id)})`)
  const { rows } = await client.query<RecordRow & Omit<ListedInspection, 'record'>>(
    `with page as (
       select i.id, i.version as newest, i.place, ${judged} as rectification, i.occurred_at
         from inspections i ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
        order by i.occurred_at desc, i.id desc limit ${add(filter.limit)})
     select page.id, page.place, page.rectification, page.occurred_at::text as at, r.*
       from page cross join lateral (
         select ${RECORD_COLUMNS} from record_versions v where v.record_id = page.id and v.version = page.newest) r
      order by page.occurred_at desc, page.id desc`,
    values,
  )
  const listed: ListedInspection[] = []
  for (const { id, place, rectification, at, ...row } of rows)
    listed.push({ id, place, rectification, at, record: await recordText(client, row) })
  return listed
}

/** What should have been put right by now and was not, oldest deadline first. */
export async function readOverdueInspections(
  client: Client,
  nowMs: number,
  most: number,
): Promise<{ readonly id: string; readonly place: string; readonly dueAt: string }[]> {
  const { rows } = await client.query(
    `select i.id, i.place, i.due_at as "dueAt" from inspections i
      where i.due_at < $1::timestamptz and not ${mended(MEANT)} order by i.due_at, i.id limit $2`,
    [new Date(nowMs).toISOString(), most],
  )
  return rows.map((row) => ({ ...row, dueAt: new Date(row.dueAt).toISOString() }))
}

/** Whether there is such a record. */
export async function hasInspection(client: Client, id: string): Promise<boolean> {
  const { rows } = await client.query(
    'select from record_versions where record_id = $1 and kind = $2 limit 1',
    [id, 'inspection'],
  )
  return rows.length > 0
}
