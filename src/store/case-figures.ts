import type { Pool } from 'pg'
import type { CaseRow } from './cases.ts'

/** What the metrics tell of cases. */
export interface CaseGauges {
  readonly states: readonly { readonly state: string; readonly count: number }[]
  readonly overdue: number
  readonly unsettled: number
  /** From the receipt of a test to the first hold of its case, the longest of the last day. */
  readonly holdSeconds: number
}

export async function readCaseGauges(pool: Pool, nowMs: number): Promise<CaseGauges> {
  const { rows } = await pool.query<{ state: string; count: number; overdue: number; unsettled: number }>(
    `select state, count(*)::int as count, count(*) filter (where due_at < to_timestamp($1::numeric / 1000))::int as overdue,
            count(*) filter (where wanted > settled)::int as unsettled
       from cases where state <> 'closed' group by state order by state`,
    [nowMs],
  )
  const { rows: spans } = await pool.query<{ seconds: number | null }>(
    `select max(extract(epoch from first.at - c.told_at))::float8 as seconds
       from cases c cross join lateral (
         select min(v.received_at) as at from case_holds h join record_versions v on v.record_id = h.record_id
          where h.case_id = c.id) first
      where c.opened_by = 'test' and c.opened_at > to_timestamp($1::numeric / 1000) - interval '1 day'`,
    [nowMs],
  )
  const sum = (of: 'overdue' | 'unsettled'): number => rows.reduce((total, row) => total + row[of], 0)
  return {
    states: rows.map(({ state, count }) => ({ state, count })),
    overdue: sum('overdue'),
    unsettled: sum('unsettled'),
    holdSeconds: spans[0]?.seconds ?? 0,
  }
}

/** Cases of which something is overdue, the longest first. */
export async function readOverdueCases(
  pool: Pool,
  nowMs: number,
  limit = 100,
): Promise<Pick<CaseRow, 'id' | 'state' | 'due' | 'dueAt'>[]> {
  const { rows } = await pool.query<Pick<CaseRow, 'id' | 'state' | 'due' | 'dueAt'>>(
    `select id, state, due, due_at as "dueAt" from cases where due_at < to_timestamp($1::numeric / 1000) order by due_at, id limit $2`,
    [nowMs, limit],
  )
  return rows
}
