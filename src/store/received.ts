import type { Pool } from 'pg'

/** What the receipts of a system count on some days of receipt (`YYYY-MM-DD`, China): `received`, `accepted`, `unchanged`, `rejected`. */
export async function readReceived(
  pool: Pool,
  system: string,
  days: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ name: string; count: string }>(
    `select n.name, coalesce(sum(q.count), 0) as count
       from unnest(array['received', 'accepted', 'unchanged', 'rejected']) n (name)
       left join quality_counts q on q.name = n.name and q.system = $1 and q.day = any($2::date[]) group by n.name`,
    [system, days],
  )
  return new Map(rows.map(({ name, count }) => [name, Number(count)]))
}
