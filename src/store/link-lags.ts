import type { Pool } from 'pg'
import { type Lane, LETS_HOLDS } from './lanes.ts'

/** How far a lane of a link is behind the change log. */
export interface LinkLag {
  readonly link: string
  readonly lane: Lane
  /** Changes behind its cursor, before its filter. */
  readonly changes: number
  /** Age of the oldest of them; 0 where there is none. */
  readonly seconds: number
}

const HEAD = (condition: string): string =>
  `(select coalesce(max(position), 0) from record_versions where ${condition})`
const OLDEST = (condition: string): string =>
  `(select extract(epoch from now() - received_at) from record_versions where position > n.cursor and ${condition} order by position limit 1)`

/** The lag of every lane of the active links. Of the recall lane only holds count. */
export async function readLinkLags(pool: Pool): Promise<LinkLag[]> {
  const { rows } = await pool.query(
    `select l.id as link, n.lane,
            case n.lane when 'live' then greatest(0, ${HEAD('true')} - n.cursor)
              else (select count(*) from record_versions where kind = 'hold' and position > n.cursor) end::float8 as changes,
            coalesce(case n.lane when 'live' then ${OLDEST('true')} else ${OLDEST("kind = 'hold'")} end, 0)::float8 as seconds
       from links l join link_lanes n on n.link_id = l.id where l.state = 'active'
        and (n.lane = 'live' or ${LETS_HOLDS('l.filter')}) order by l.id, n.lane`,
  )
  return rows.map((row) => ({ ...row, seconds: Math.max(0, row.seconds) }))
}
