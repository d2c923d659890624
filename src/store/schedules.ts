import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** The right to do what is scheduled; it runs out by itself. */
export interface ScheduleLease {
  readonly name: string
  readonly fence: string
}

/** Names that are due and that nobody works at; a name without a row is due. */
export async function findDueSchedules(
  client: Client,
  names: readonly string[],
  nowMs: number,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>({
    name: 'find-due-schedules',
    text: `select n.name from unnest($1::text[]) n(name) left join schedules s using (name)
            where s.name is null or s.leased_until <= clock_timestamp()
               or (s.leased_until is null and s.next_at <= to_timestamp($2::numeric / 1000))`,
    values: [names, nowMs],
  })
  return rows.map(({ name }) => name)
}

/**
 * Takes the lease of what is due, or of what a process took along with it; null where it is not due, or another process has it. While
 * it is worked at it is due at no time, so that what somebody asks for meanwhile is seen at the end.
 */
export async function leaseSchedule(
  client: Client,
  name: string,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): Promise<ScheduleLease | null> {
  const { rows } = await client.query(
    `insert into schedules as s (name, fence, next_at, leased_until)
     values ($1, 1, 'infinity', clock_timestamp() + $3 * interval '1 millisecond')
     on conflict (name) do update set fence = s.fence + 1, next_at = excluded.next_at, leased_until = excluded.leased_until
       where s.leased_until <= clock_timestamp() or (s.leased_until is null and s.next_at <= to_timestamp($2::numeric / 1000))
     returning name, fence`,
    [name, nowMs, leaseMs],
  )
  return rows[0] ?? null
}

/** Ends the work: the next is due at a time, unless somebody asked for it sooner meanwhile. Changes nothing where the lease was lost. */
export async function endSchedule(
  client: Client,
  { name, fence }: ScheduleLease,
  end: { readonly nextAtMs: number; readonly done: boolean },
): Promise<void> {
  await client.query(
    `update schedules set leased_until = null, next_at = least(next_at, to_timestamp($3::numeric / 1000)),
            done_at = case when $4 then clock_timestamp() else done_at end, failed_at = case when $4 then null else clock_timestamp() end
      where name = $1 and fence = $2`,
    [name, fence, end.nextAtMs, end.done],
  )
}

/** Notes that something that no row leases was done now, such as the sweep. */
export async function noteDone(client: Client, name: string): Promise<void> {
  await client.query(
    `insert into schedules (name, done_at) values ($1, clock_timestamp()) on conflict (name) do update set done_at = excluded.done_at`,
    [name],
  )
}

/** Lets a schedule be due at a time, unless it is sooner. */
export async function hastenSchedule(client: Client, name: string, atMs: number): Promise<void> {
  await client.query(
    'update schedules set next_at = least(next_at, to_timestamp($2::numeric / 1000)) where name = $1',
    [name, atMs],
  )
}

/** Seconds since each schedule was last done; null where it never was. */
export async function readScheduleAges(
  client: Client,
): Promise<{ readonly name: string; readonly seconds: number | null; readonly failing: boolean }[]> {
  const { rows } = await client.query(
    `select name, extract(epoch from clock_timestamp() - done_at)::float8 as seconds, failed_at is not null as failing
       from schedules order by name`,
  )
  return rows
}
