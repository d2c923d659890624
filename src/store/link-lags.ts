import type { ClientBase, Pool } from 'pg'
import { type Lane, LETS_HOLDS, laneSql } from './lanes.ts'

/** How a lane of a link stands towards the change log. */
export interface LaneLag {
  readonly link: string
  readonly name: string
  readonly state: 'active' | 'paused'
  readonly lane: Lane
  /** Positions of the log behind its cursor, before its filter; of the recall lane the holds behind it, counted up to 10,001. */
  readonly changes: number
  /** Changes that replays made and that go when live ones let them, counted up to 10,001; 0 of the recall lane. */
  readonly replayed: number
  /** For how long the oldest change waits that the receiver has not taken, held ones included; 0 where there is none. */
  readonly seconds: number
  /** That change: its position, and since when it waits; null where there is none. */
  readonly oldest: { readonly position: string; readonly at: string } | null
  /** Held changes that wait for another try, and those that were refused; counted up to 10,001. */
  readonly waiting: number
  readonly refused: number
  readonly attempts: number
  /** When it tries again, in milliseconds since 1970; null where it does not back off. */
  readonly nextAtMs: number | null
  readonly errorClass: 'retry' | 'auth' | 'config' | null
}

/** Counting goes no further: beyond it the number says nothing more. */
const COUNTED_MAX = 10_001

/** What came before the link was made is owed since then, and what a replay made of a message since the replay: neither is late for being old. */
const OWED_AT =
  'greatest(v.received_at, l.created_at, (select r.created_at from replays r where r.id = v.replay)) as owed_at'
const NEXT = (lane: Lane): string => `select v.position, ${OWED_AT} from record_versions v
  where n.lane = '${lane}' and v.position > n.cursor${laneSql(lane, 'v.')} order by v.position limit 1`
const HELD = (state: string): string => `(select count(*)::int from (select from held_changes h
  where h.link_id = l.id and h.lane = n.lane and h.state = '${state}' limit ${COUNTED_MAX}) h)`

/**
 * The lanes of the links that the hub delivers over, and of those whose receiver pulls and has begun to. A recall lane is left out where the filter
 * lets no hold through. Costs an index entry for each lane and one for each held change, up to a bound.
 * @param ids of the links; absent: all
 */
export async function readLaneLags(client: ClientBase | Pool, ids?: readonly string[]): Promise<LaneLag[]> {
  const { rows } = await client.query(
    `select l.id as link, l.name, l.state, n.lane, n.attempts, (extract(epoch from n.next_at) * 1000)::float8 as "nextAtMs",
            case when n.attempts > 0 then n.last_error ->> 'class' end as "errorClass",
            case n.lane when 'live' then greatest(0, coalesce((select max(position) from record_versions), 0) - n.cursor)
              else (select count(*) from (select from record_versions v where v.position > n.cursor${laneSql('recall', 'v.')}
                                           limit ${COUNTED_MAX}) v) end::float8 as changes,
            (select count(*)::int from (select from record_versions v where n.lane = 'live' and v.replay is not null${laneSql('live', 'v.')}
               and v.position > n.replay_cursor and v.position <= n.cursor limit ${COUNTED_MAX}) v) as replayed,
            o.position, o.owed_at as at, greatest(0, extract(epoch from clock_timestamp() - o.owed_at))::float8 as seconds,
            ${HELD('waiting')} as waiting, ${HELD('refused')} as refused
       from links l join link_lanes n on n.link_id = l.id
       left join lateral (
         select * from (
           (${NEXT('live')}) union all (${NEXT('recall')}) union all
           (select v.position, ${OWED_AT}
              from (select h.record_id, h.version from (select h.record_id, h.version, h.position from held_changes h
                     where h.link_id = l.id and h.lane = n.lane and h.state = 'waiting' limit ${COUNTED_MAX}) h order by h.position limit 1) h
              join record_versions v on v.record_id = h.record_id and v.version = h.version)) c
         order by c.owed_at limit 1) o on true
      where (l.url is not null or n.last_ok_at is not null) and (n.lane = 'live' or ${LETS_HOLDS('l.filter')}) and ($1::uuid[] is null or l.id = any($1))
      order by l.id, n.lane`,
    [ids ?? null],
  )
  return rows.map(({ position, at, ...row }) => ({
    ...row,
    seconds: row.seconds ?? 0,
    oldest: at === null ? null : { position, at },
  }))
}
