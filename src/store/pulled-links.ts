import type { Pool } from 'pg'

/**
 * Notes that the receiver of a link that it reads itself has everything up to a position: it gave the cursor back that says so. Where nothing
 * moved, once a minute is enough. Nothing is noted of a link that the hub sends over: its place is the hub's own.
 */
export async function notePulled(pool: Pool, linkId: string, position: bigint): Promise<void> {
  await pool.query({
    name: 'note-pulled',
    text: `update link_lanes n set cursor = greatest(n.cursor, $2), replay_cursor = greatest(n.replay_cursor, $2), last_ok_at = clock_timestamp()
             from links l
            where l.id = $1 and l.url is null and n.link_id = l.id
              and (n.cursor < $2 or n.last_ok_at is null or n.last_ok_at < clock_timestamp() - interval '1 minute')`,
    values: [linkId, position],
  })
}
