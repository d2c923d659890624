import type { ClientBase, Pool } from 'pg'
import type { Sight } from '#core/sight.ts'
import type { Reader } from './sighted.ts'

type Client = ClientBase | Pool

export const EDITIONS = ['morning', 'final', 'asked'] as const
export type Edition = (typeof EDITIONS)[number]

export interface ReportName {
  readonly scope: string
  readonly day: string
  readonly edition: Edition
}

/** A report without its figures. */
export interface ReportHead extends ReportName {
  readonly id: string
  readonly version: number
  /** Null for who sees a part of the log: it tells how much others send. */
  readonly position: string | null
  readonly madeAt: string
  /** Hexadecimal SHA-256 of the figures. */
  readonly digest: string
}

export interface NewReport extends ReportName {
  readonly id: string
  readonly position: string
  readonly digest: string
  /** JSON text. */
  readonly body: string
}

const HEAD = `scope, day::text as day, edition, version, id, position::text as position, made_at as "madeAt", encode(digest, 'hex') as digest`
const SEEN_HEAD = HEAD.replace('position::text as position', 'null as position')

/**
 * Stores reports; one whose newest version has the same figures is not stored again. Gives those that are new. Two processes may do it at
 * once: of two reports of one version one is left.
 */
export async function insertReports(client: Client, reports: readonly NewReport[]): Promise<ReportHead[]> {
  if (reports.length === 0) return []
  const { rows } = await client.query(
    `insert into supervision_reports (scope, day, edition, version, id, position, made_at, digest, body)
     select r.scope, r.day, r.edition, coalesce(n.version, 0) + 1, r.id, r.position, clock_timestamp(), decode(r.digest, 'hex'), r.body::jsonb
       from jsonb_to_recordset($1::jsonb) as r(scope text, day date, edition text, id uuid, position bigint, digest text, body text)
       left join lateral (
         select version, digest from supervision_reports o where (o.scope, o.day, o.edition) = (r.scope, r.day, r.edition)
          order by version desc limit 1) n on true
      where n.digest is distinct from decode(r.digest, 'hex')
     on conflict do nothing returning ${HEAD}`,
    [JSON.stringify(reports)],
  )
  return rows
}

/** The newest version of a report; null where there is none. */
export async function readNewestReport(client: Client, name: ReportName): Promise<ReportHead | null> {
  const { rows } = await client.query(
    `select ${HEAD} from supervision_reports where (scope, day, edition) = ($1, $2, $3) order by version desc limit 1`,
    [name.scope, name.day, name.edition],
  )
  return rows[0] ?? null
}

/** A report with its figures; null where there is none. */
export async function readReport(
  client: Client,
  id: string,
): Promise<(ReportHead & { readonly body: unknown }) | null> {
  const { rows } = await client.query(`select ${HEAD}, body from supervision_reports where id = $1`, [id])
  return rows[0] ?? null
}

/** The same for who sees a part: with those of the silent systems that it sees; null where it does not see the region. */
export async function readSeenReport(
  reader: Reader,
  hub: Reader,
  id: string,
  { systems }: Sight,
): Promise<(ReportHead & { readonly body: object }) | null> {
  const seen = await reader.query({
    text: `select ${SEEN_HEAD}, seen_body as body from supervision_reports where id = $1`,
    values: [id],
  })
  const report = seen.rows[0]
  if (report === undefined) return null
  const { rows } = await hub.query<{ silent: object[] }>(
    `select array(select one from jsonb_array_elements(body->'silent') one where one->>'system' = any($2::text[])) as silent
       from supervision_reports where id = $1`,
    [id, systems],
  )
  const { asOf, ...body } = report.body
  return {
    ...report,
    body: { ...body, asOf: { position: null, head: null, ...asOf }, silent: rows[0]?.silent ?? [] },
  }
}

/** Reports, the newest day first, in one day by edition, scope and version, as far as they are seen. */
export async function listReports(
  reader: Reader,
  filter: {
    /** Whether the reader sees a part. */
    readonly isPart: boolean
    readonly scope?: string | undefined
    readonly day?: string | undefined
    readonly edition?: Edition | undefined
    readonly after: readonly [day: string, edition: string, scope: string, version: number] | null
    readonly limit: number
  },
): Promise<ReportHead[]> {
  const values: unknown[] = []
  const add = (value: unknown): string => `$${values.push(value)}`
  const where: string[] = []
  for (const name of ['scope', 'day', 'edition'] as const)
    if (filter[name] !== undefined) where.push(`${name} = ${add(filter[name])}`)
  if (filter.after) {
    const [day, edition, scope, version] = filter.after
    where.push(
      `(day < ${add(day)} or day = ${add(day)} and (edition, scope, version) > (${add(edition)}, ${add(scope)}, ${add(version)}))`,
    )
  }
  const { rows } = await reader.query(
    `select ${filter.isPart ? SEEN_HEAD : HEAD} from supervision_reports ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      order by day desc, edition, scope, version limit ${add(filter.limit)}`,
    values,
  )
  return rows
}

/** Regions, and everything, that have figures of a day. */
export async function readReportScopes(client: Client, day: string): Promise<string[]> {
  const { rows } = await client.query<{ scope: string }>(
    `with recursive leaf as (
       select min(scope) as scope from supervision_figures where scope >= 'r:' and scope < 'r;'
       union all
       select (select min(scope) from supervision_figures f where f.scope > leaf.scope and f.scope < 'r;') from leaf where scope is not null)
     select scope from (select scope from leaf union all select '*') s
      where scope is not null and exists (select from supervision_figures f where f.scope = s.scope and f.day = $1) order by scope desc`,
    [day],
  )
  return rows.map(({ scope }) => scope)
}

/** Days between two of which there are figures and no report of an edition of everything. */
export async function findUnreportedDays(
  client: Client,
  edition: Edition,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `select d::date::text as day from generate_series($2::date, $3::date, interval '1 day') d
      where exists (select from supervision_figures f where f.scope = '*' and f.day = d::date)
        and not exists (select from supervision_reports r where (r.scope, r.day, r.edition) = ('*', d::date, $1))
      order by 1`,
    [edition, from, to],
  )
  return rows.map(({ day }) => day)
}

/** Forgets reports of days before one. */
export async function dropReportsBefore(client: Client, day: string): Promise<void> {
  await client.query('delete from supervision_reports where day < $1', [day])
}

/**
 * Puts down that the targets which name the topic are told of something that is no trouble: an alert that is over as soon as it is told.
 */
export async function tellOnce(
  client: ClientBase,
  told: { readonly id: string; readonly topic: string; readonly subject: string; readonly facts: object },
  nowMs: number,
): Promise<void> {
  const values = [told.id, told.topic, told.subject, JSON.stringify(told.facts), nowMs]
  await client.query(
    `insert into alerts (id, topic, subject, facts, opened_at, told_at, ended_at)
     select $1, $2, $3, $4, t, t, t from (select to_timestamp($5::numeric / 1000) as t) at`,
    values,
  )
  await client.query(
    `insert into alert_notices (id, target_id, alert_id, moment, facts, at, next_at)
     select gen_random_uuid(), t.id, $1, 'opened', $3, to_timestamp($4::numeric / 1000), to_timestamp($4::numeric / 1000)
       from alert_targets t where $2 = any(t.topics)`,
    [told.id, told.topic, JSON.stringify(told.facts), nowMs],
  )
}
