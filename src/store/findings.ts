import type { ClientBase } from 'pg'
import type { Body } from '#core/model/body.ts'
import { openBodies, type StoredBody, versionPlace } from './personal/sealed-body.ts'
import type { Reader } from './sighted.ts'

/** Of its row in `followers`. */
export const FINDINGS_FOLLOWER = 'findings'

/** The newest version of a finding, as the list asks for it. Times are ISO text. */
export interface FindingRow {
  readonly id: string
  readonly version: number
  readonly system: string
  readonly kind: string
  readonly severity: string
  readonly state: string
  readonly subject: string | null
  readonly region: string | null
  readonly ownerRole: string | null
  readonly ownerRegion: string | null
  readonly site: string | null
  readonly aboutSystems: readonly string[]
  readonly productClass: string | null
  readonly occurredAt: string
  readonly dueAt: string | null
  readonly receivedAt: string
}

const COLUMNS = `id text, version integer, system text, kind text, severity text, state text, subject text, region text,
  "ownerRole" text, "ownerRegion" text, site text, "aboutSystems" text[], "productClass" text, "occurredAt" timestamptz,
  "dueAt" timestamptz, "receivedAt" timestamptz`

/** Writes the newest versions of findings; those that were made void are not listed any more. */
export async function writeFindings(
  client: ClientBase,
  rows: readonly FindingRow[],
  voided: readonly string[],
): Promise<void> {
  if (voided.length > 0) await client.query('delete from findings where id = any($1::text[])', [voided])
  if (rows.length === 0) return
  await client.query(
    `insert into findings as f (id, version, system, kind, severity, state, subject, region, owner_role, owner_region, site,
            about_systems, product_class, occurred_at, due_at, found_at, changed_at)
     select r.id, r.version, r.system, r.kind, r.severity, r.state, r.subject, r.region, r."ownerRole", r."ownerRegion", r.site,
            r."aboutSystems", r."productClass", r."occurredAt", r."dueAt",
            coalesce((select min(v.received_at) from record_versions v where v.record_id = r.id), r."receivedAt"), r."receivedAt"
       from jsonb_to_recordset($1::jsonb) as r(${COLUMNS})
     on conflict (id) do update set version = excluded.version, system = excluded.system, kind = excluded.kind,
       severity = excluded.severity, state = excluded.state, subject = excluded.subject, region = excluded.region,
       owner_role = excluded.owner_role, owner_region = excluded.owner_region, site = excluded.site,
       about_systems = excluded.about_systems, product_class = excluded.product_class, occurred_at = excluded.occurred_at,
       due_at = excluded.due_at, changed_at = excluded.changed_at
       where f.version < excluded.version`,
    [JSON.stringify(rows)],
  )
}

/** What a list of findings asks for; absent parts ask for nothing. */
export interface FindingsFilter {
  readonly kind?: string | undefined
  readonly severity?: string | undefined
  readonly state?: string | undefined
  /** Digits that the code of the region begins with. */
  readonly regionPrefix?: string | undefined
  /** Code or name of the place. */
  readonly site?: string | undefined
  /** System of one of the records that it rests on. */
  readonly system?: string | undefined
  /** Instants: from, and before. */
  readonly from?: string | undefined
  readonly before?: string | undefined
  /** Instant: pending findings whose deadline has passed by then. */
  readonly overdueAt?: string | undefined
  readonly after?: { readonly occurredAt: string; readonly id: string } | null
  readonly limit: number
}

export interface FindingRecord {
  readonly id: string
  readonly version: number
  /** To the microsecond, for the place in the list. */
  readonly place: string
  readonly foundAt: string
  readonly changedAt: string
  readonly flags: readonly string[]
  readonly body: string
}

type StoredFinding = Omit<FindingRecord, 'body'> & { readonly body: StoredBody }

const RECORD = `f.id, f.version, f.occurred_at::text as place, f.found_at as "foundAt", f.changed_at as "changedAt", v.flags, v.body
     from findings f join record_versions v on v.record_id = f.id and v.version = f.version`

/** Findings with their bodies, newest first, after a place in their order. */
export async function listFindings(reader: Reader, filter: FindingsFilter): Promise<FindingRecord[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const where: string[] = []
  for (const name of ['kind', 'severity', 'state', 'site'] as const)
    if (filter[name] !== undefined) where.push(`f.${name} = ${add(filter[name])}`)
  if (filter.regionPrefix !== undefined) where.push(`f.region like ${add(`${filter.regionPrefix}%`)}`)
  if (filter.system !== undefined) where.push(`f.about_systems @> array[${add(filter.system)}]`)
  if (filter.from !== undefined) where.push(`f.occurred_at >= ${add(filter.from)}`)
  if (filter.before !== undefined) where.push(`f.occurred_at < ${add(filter.before)}`)
  if (filter.overdueAt !== undefined)
    where.push(`f.state in ('open', 'acknowledged') and f.due_at < ${add(filter.overdueAt)}`)
  if (filter.after)
    where.push(
      `(f.occurred_at, f.id) < (${add(filter.after.occurredAt)}::timestamptz, ${add(filter.after.id)})`,
    )
  const { rows } = await reader.query<StoredFinding>(
    `select ${RECORD} ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      order by f.occurred_at desc, f.id desc limit ${add(filter.limit)}`,
    values,
  )
  return await openBodies(reader, rows, placeOfFinding)
}

const placeOfFinding = ({ id, version }: Pick<FindingRecord, 'id' | 'version'>): string =>
  versionPlace(id, version)

/** Pending findings by kind and severity, with those of them that are overdue. */
export async function countFindings(
  reader: Reader,
  now: string,
): Promise<{ kind: string; severity: string; state: string; count: number; overdue: number }[]> {
  const { rows } = await reader.query(
    `select kind, severity, state, count(*)::integer as count, (count(*) filter (where due_at < $1))::integer as overdue
       from findings where state in ('open', 'acknowledged') group by kind, severity, state order by kind, severity, state`,
    [now],
  )
  return rows
}

/** Subjects of the pending findings of a kind. */
export async function readPendingSubjects(reader: Reader, kind: string): Promise<string[]> {
  const { rows } = await reader.query<{ subject: string }>(
    `select subject from findings where kind = $1 and state in ('open', 'acknowledged') and subject is not null order by subject`,
    [kind],
  )
  return rows.map(({ subject }) => subject)
}

/** Subjects of findings of some kinds that wait for somebody and were due after a time (ISO text), those that are due last first. */
export async function readWaitingSubjects(
  reader: Reader,
  kinds: readonly string[],
  dueAfter: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await reader.query<{ subject: string }>(
    `select subject from findings where kind = any($1::text[]) and state in ('open', 'acknowledged') and due_at > $2 and subject is not null
      order by due_at desc, id limit $3`,
    [kinds, dueAfter, limit],
  )
  return rows.map(({ subject }) => subject)
}

const CLOSED = `v.body like '%"decidedBy":"official"%' and (v.body like '%"state":"resolved"%' or v.body like '%"state":"dismissed"%')`
const REOPENED = `v.body like '%"decidedBy":"official"%' and v.body like '%"state":"open"%'`

/**
 * The records that officials closed with findings: of each finding those that the versions name which they resolved or dismissed and did not
 * open again.
 */
export async function readClosedRecords(
  reader: Reader,
  ids: readonly string[],
): Promise<Map<string, ReadonlySet<string>>> {
  if (ids.length === 0) return new Map()
  // A canonical text has no blanks, and what is of persons is none of these two: they stand in sealed bodies too.
  const { rows } = await reader.query<{ id: string; version: number; body: StoredBody }>({
    name: 'closed-records',
    text: `select id, version, body from (
             select v.record_id as id, v.version, v.body, ${CLOSED} as closed, lead(${REOPENED}) over (partition by v.record_id order by v.version) as reopened
               from record_versions v where v.record_id = any($1::text[])) f
            where closed and reopened is not true`,
    values: [ids],
  })
  const closed = new Map<string, Set<string>>()
  for (const { id, body } of await openBodies(reader, rows, placeOfFinding)) {
    const known = closed.get(id) ?? new Set()
    for (const record of (JSON.parse(body) as Body).evidence ?? []) known.add(record.id)
    closed.set(id, known)
  }
  return closed
}

/** One finding with its body, as its newest version says it; null where there is none. Read from the log, so that it is never behind. */
export async function readFinding(reader: Reader, id: string): Promise<FindingRecord | null> {
  const { rows } = await reader.query<StoredFinding>(
    `select v.record_id as id, v.version, '' as place, v.flags, v.body, v.received_at as "changedAt",
            (select min(f.received_at) from record_versions f where f.record_id = v.record_id) as "foundAt"
       from record_versions v where v.record_id = $1 and v.kind = 'finding' and v.status = 'active'
        and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)`,
    [id],
  )
  return (await openBodies(reader, rows, placeOfFinding))[0] ?? null
}

/** Which of these are findings, as far as the reader sees them; by the log, so that it is never behind. */
export async function knownFindings(reader: Reader, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await reader.query<{ id: string }>(
    `select distinct v.record_id as id from record_versions v
      where v.record_id = any($1::text[]) and v.kind = 'finding' and v.status = 'active'
        and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)`,
    [ids],
  )
  return new Set(rows.map(({ id }) => id))
}
