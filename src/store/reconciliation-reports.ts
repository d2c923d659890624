import type { Pool } from 'pg'

/** What a daily report is to be made of. */
export interface UndoneDay {
  readonly day: string
  readonly linkId: string | null
  readonly system: string | null
}

/**
 * Days up to the last one for which a report is not there: of each link that delivers, since it was made; of each system with records of
 * that day.
 */
export async function findUndoneDays(
  pool: Pool,
  query: { readonly last: string; readonly days: number },
): Promise<UndoneDay[]> {
  const { rows } = await pool.query<UndoneDay>(
    `with days as (select (g::date)::text as day from generate_series($1::date - ($2::integer - 1), $1::date, interval '1 day') g)
     select d.day, l.id as "linkId", null as system from days d, links l
      where l.url like 'http%' and l.state = 'active' and l.created_at < (d.day::date + 1)::timestamp at time zone 'Asia/Shanghai'
        and not exists (select from reconciliations r where r.link_id = l.id and r.daily = d.day::date)
     union all
     select d.day, null, s.id from days d, systems s
      where exists (select from record_buckets b where b.system = s.id and b.hour >= d.day || 'T' and b.hour < d.day || 'U' and b.count > 0 and b.via = '')
        and not exists (select from reconciliations r where r.link_id is null and r.system = s.id and r.daily = d.day::date)
     order by 1, 2, 3 limit 500`,
    [query.last, query.days],
  )
  return rows
}

/** A link whose last reconciliation found that the sides differ. */
export interface DifferingLink {
  readonly link: string
  readonly name: string
  readonly reconciliation: string
  /** First hour that was compared. */
  readonly from: string
  readonly missing: number
  readonly outdated: number
  readonly different: number
  readonly surplus: number
}

/** Links whose last finished reconciliation found a difference after a time. */
export async function readDifferingLinks(pool: Pool, sinceMs: number): Promise<DifferingLink[]> {
  const { rows } = await pool.query<DifferingLink>(
    `select l.id as link, l.name, r.id as reconciliation, r.from_hour as "from", (r.counts ->> 'missing')::float8 as missing,
            (r.counts ->> 'outdated')::float8 as outdated, (r.counts ->> 'different')::float8 as different,
            (r.counts ->> 'surplus')::float8 as surplus
       from links l cross join lateral (
         select * from reconciliations r where r.link_id = l.id and r.state = 'done' and r.outcome in ('equal', 'different')
          order by r.finished_at desc limit 1) r
      where r.outcome = 'different' and r.finished_at > to_timestamp($1::numeric / 1000) order by l.id`,
    [sinceMs],
  )
  return rows
}

/** Takes out reconciliations that are older than a time; at most so many. */
export async function dropOldReconciliations(pool: Pool, beforeMs: number, limit: number): Promise<void> {
  await pool.query(
    `delete from reconciliations where id in (
       select id from reconciliations where created_at < to_timestamp($1::numeric / 1000) order by id limit $2)`,
    [beforeMs, limit],
  )
}

/** Reconciliations that are open, by state, and those that ended within a day, by outcome. */
export async function countReconciliations(
  pool: Pool,
): Promise<{ readonly name: string; readonly isOpen: boolean; readonly count: number }[]> {
  const { rows } = await pool.query(
    `select state as name, true as "isOpen", count(*)::int as count from reconciliations where state in ('waiting', 'running') group by state
     union all
     select coalesce(outcome, 'failed'), false, count(*)::int from reconciliations
      where state in ('done', 'failed') and finished_at > clock_timestamp() - interval '1 day' group by 1`,
  )
  return rows
}

/** The last reconciliation that came to an end of a link, or of a system without one. */
export interface LastReconciliation {
  readonly link: string | null
  readonly system: string | null
  /** Since its end. */
  readonly seconds: number
  readonly counts: Readonly<Record<string, number | string>>
}

/** Of every link that delivers, and of every system; those that could not be compared at all say nothing. */
export async function readLastReconciliations(pool: Pool): Promise<LastReconciliation[]> {
  const { rows } = await pool.query<LastReconciliation>(
    `select of.link, of.system, r.counts, extract(epoch from clock_timestamp() - r.finished_at)::float8 as seconds
       from (select id as link, null as system from links where state = 'active' union all select null, id from systems) of
      cross join lateral (
        select counts, finished_at from reconciliations r
         where (r.link_id = of.link or r.link_id is null and r.system = of.system)
           and r.state = 'done' and r.outcome in ('equal', 'different') order by r.id desc limit 1) r
      order by 1, 2`,
  )
  return rows
}
