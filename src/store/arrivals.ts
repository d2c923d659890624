import type { ClientBase, Pool } from 'pg'
import { firstIdOf } from './message-time.ts'

type Client = ClientBase | Pool

/**
 * Notes when messages came, from those received since a time, at most so many of them in the order of their receipt. What was noted
 * before is the same afterwards, so a time may be looked at again. A message that was refused, or has no source record, is no arrival.
 * @returns the receipt time of the last of them, and whether there may be more
 */
export async function noteArrivals(
  client: Client,
  since: string,
  limit: number,
): Promise<{ readonly last: string | null; readonly isFull: boolean }> {
  const { rows } = await client.query(
    `with looked as (
       select system, record, state, received, received_at from messages where id >= $1 and received_at >= $2 order by id limit $3),
     noted as (
       insert into arrivals (system, record, hour, first_at, last_at)
       select system, record, date_trunc('hour', received_at), min(received_at), max(received_at) from looked
        where state in ('waiting', 'running') or (state = 'done' and received > 0)
        group by 1, 2, 3 order by 1, 2, 3
       on conflict (system, record, hour) do update
         set first_at = least(arrivals.first_at, excluded.first_at), last_at = greatest(arrivals.last_at, excluded.last_at)
         where excluded.first_at < arrivals.first_at or excluded.last_at > arrivals.last_at)
     select max(received_at) as last, count(*)::int as count from looked`,
    [firstIdOf(since), since, limit],
  )
  const { last, count } = rows[0] as { last: string | null; count: number }
  return { last, isFull: count === limit }
}

/** Notes that large messages are coming in or are worked on: what takes long to arrive is no silence. */
export async function noteLargeArrivals(client: Client, nowMs: number): Promise<void> {
  await client.query(
    `insert into arrivals (system, record, hour, first_at, last_at)
     select system, record, date_trunc('hour', t), t, t
       from (select distinct system, record, to_timestamp($1::numeric / 1000) as t from large_messages) l order by 1, 2
     on conflict (system, record, hour) do update set last_at = greatest(arrivals.last_at, excluded.last_at)`,
    [nowMs],
  )
}

export async function dropArrivalsBefore(client: Client, ms: number): Promise<void> {
  await client.query('delete from arrivals where hour < to_timestamp($1::numeric / 1000)', [ms])
}

/** The last arrival of each record of some systems. */
export async function readLastArrivals(
  client: Client,
  systems: readonly string[],
): Promise<{ readonly system: string; readonly record: string; readonly lastMs: number }[]> {
  const { rows } = await client.query(
    `select system, record, (extract(epoch from max(last_at)) * 1000)::float8 as "lastMs" from arrivals
      where system = any($1) group by system, record`,
    [systems],
  )
  return rows
}

/** The hours in which something of a system came, of one record or of whichever, oldest first. */
export async function readArrivalHours(
  client: Client,
  query: { readonly system: string; readonly record?: string; readonly sinceMs: number },
): Promise<{ readonly firstMs: number; readonly lastMs: number }[]> {
  const { rows } = await client.query(
    `select (extract(epoch from min(first_at)) * 1000)::float8 as "firstMs", (extract(epoch from max(last_at)) * 1000)::float8 as "lastMs"
       from arrivals where system = $1 and ($2::text is null or record = $2) and hour >= to_timestamp($3::numeric / 1000)
      group by hour order by hour`,
    [query.system, query.record ?? null, query.sinceMs],
  )
  return rows
}
