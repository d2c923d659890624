import type { ClientBase, Pool } from 'pg'
import { LETS_HOLDS } from './lanes.ts'

/** How a link stands. */
export interface LinkState {
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'paused'
  /** Positions of the log behind its cursor, before its filter. */
  readonly changes: number
  /** Age of the oldest change that the receiver has not taken, held ones included; 0 where there is none. */
  readonly seconds: number
  /** Held changes that wait for another try, and those that were refused; counted up to 10,001. */
  readonly waiting: number
  readonly refused: number
  readonly attempts: number
  readonly errorClass: 'retry' | 'auth' | 'config' | null
}

/** Counting goes no further: beyond it the number says nothing more. */
const COUNTED_MAX = 10_001

/** The state of every link, over both lanes: the worst of them. Costs an index entry for each link and one for each held change, up to a bound. */
export async function readLinkStates(client: ClientBase | Pool): Promise<LinkState[]> {
  const held = (state: string) =>
    `(select count(*)::int from (select from held_changes h where h.link_id = l.id and h.state = '${state}' limit ${COUNTED_MAX}) h)`
  const { rows } = await client.query(
    `select l.id, l.name, l.state, n.attempts, n.error as "errorClass",
            greatest(0, coalesce((select max(position) from record_versions), 0) - n.live)::float8 as changes,
            greatest(0, extract(epoch from clock_timestamp() - least(
              (select v.received_at from record_versions v where v.position > n.live order by v.position limit 1),
              (select v.received_at from record_versions v where v.kind = 'hold' and v.position > n.recall and ${LETS_HOLDS('l.filter')}
                order by v.position limit 1),
              (select min(h.held_at) from (select h.held_at from held_changes h
                                            where h.link_id = l.id and h.state = 'waiting' limit ${COUNTED_MAX}) h))))::float8 as seconds,
            ${held('waiting')} as waiting, ${held('refused')} as refused
       from links l
       cross join lateral (select max(attempts) as attempts, max(last_error ->> 'class') filter (where attempts > 0) as error,
                                  max(cursor) filter (where lane = 'live') as live, max(cursor) filter (where lane = 'recall') as recall
                             from link_lanes where link_id = l.id) n
      order by l.id`,
  )
  return rows.map((row) => ({ ...row, seconds: row.seconds ?? 0 }))
}
