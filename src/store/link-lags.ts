import type { Pool } from 'pg'

/** How far a link is behind the change log. */
export interface LinkLag {
  readonly link: string
  /** Changes behind its cursor, before its filter. */
  readonly changes: number
  /** Age of the oldest of them; 0 where there is none. */
  readonly seconds: number
}

/** The lag of every active link. */
export async function readLinkLags(pool: Pool): Promise<LinkLag[]> {
  const { rows } = await pool.query(
    `select l.id as link, greatest(0, coalesce((select max(position) from record_versions), 0) - l.cursor)::float8 as changes,
            coalesce((select extract(epoch from now() - v.received_at) from record_versions v
                       where v.position > l.cursor order by v.position limit 1), 0)::float8 as seconds
       from links l where l.state = 'active' order by l.id`,
  )
  return rows.map((row) => ({ ...row, seconds: Math.max(0, row.seconds) }))
}
