import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** Where a follower stands. */
export interface FollowerPlace {
  readonly position: bigint
  /** Of a follower of messages: all that was received before this is counted; ISO text, null at the beginning. */
  readonly floor: string | null
}

/**
 * Locks the row of a follower until the end of the transaction and tells where it stands; null where another process has it, so that two
 * processes never do the same step. With `wait` the other one is waited for.
 */
export async function lockFollower(
  client: ClientBase,
  name: string,
  { wait = false } = {},
): Promise<FollowerPlace | null> {
  const locked = async () => {
    const { rows } = await client.query<{ position: string; floor: string | null }>(
      `select position, floor from followers where name = $1 for update${wait ? '' : ' skip locked'}`,
      [name],
    )
    return rows[0] ?? null
  }
  let row = await locked()
  if (!row) {
    await client.query('insert into followers (name) values ($1) on conflict (name) do nothing', [name])
    row = await locked()
  }
  return row && { position: BigInt(row.position), floor: row.floor }
}

/** Where a follower stands, without a lock; null where it never ran. */
export async function readFollowerPlace(client: Client, name: string): Promise<FollowerPlace | null> {
  const { rows } = await client.query<{ position: string; floor: string | null }>(
    'select position, floor from followers where name = $1',
    [name],
  )
  return rows[0] ? { position: BigInt(rows[0].position), floor: rows[0].floor } : null
}

/**
 * Locks the rows of several followers until the end of the transaction and tells where they stand; those that another process has are
 * left out.
 */
export async function lockFollowers(
  client: ClientBase,
  names: readonly string[],
): Promise<{ readonly name: string; readonly position: bigint }[]> {
  const locked = async () => {
    const { rows } = await client.query<{ name: string; position: string }>(
      'select name, position from followers where name = any($1::text[]) order by name for update skip locked',
      [names],
    )
    return rows
  }
  let rows = await locked()
  if (rows.length < names.length) {
    await client.query(
      'insert into followers (name) select unnest($1::text[]) order by 1 on conflict (name) do nothing',
      [names],
    )
    rows = await locked()
  }
  return rows.map(({ name, position }) => ({ name, position: BigInt(position) }))
}

/** Moves followers of the log that this transaction has locked. */
export async function moveFollowers(
  client: ClientBase,
  names: readonly string[],
  position: bigint,
): Promise<void> {
  await client.query(
    'update followers set position = $2, updated_at = clock_timestamp() where name = any($1::text[])',
    [names, position],
  )
}

/** Moves a follower that this transaction has locked. */
export async function moveFollower(
  client: ClientBase,
  name: string,
  place: { readonly position?: bigint; readonly floor?: string },
): Promise<void> {
  await client.query(
    `update followers set position = coalesce($2, position), floor = coalesce($3, floor), updated_at = clock_timestamp()
      where name = $1`,
    [name, place.position ?? null, place.floor ?? null],
  )
}

/** A follower, where it stands, and when it last moved. */
export interface FollowerState {
  readonly name: string
  readonly position: bigint
  /** ISO text; null where it never moved. */
  readonly updatedAt: string | null
}

/** The state of each of the named followers, also of those that never ran. */
export async function readFollowers(client: Client, names: readonly string[]): Promise<FollowerState[]> {
  const { rows } = await client.query<{ name: string; position: string; updatedAt: string | null }>(
    `select n.name, coalesce(f.position, 0) as position, f.updated_at as "updatedAt"
       from unnest($1::text[]) with ordinality n(name, place) left join followers f using (name) order by n.place`,
    [names],
  )
  return rows.map((row) => ({ ...row, position: BigInt(row.position) }))
}

/** How far a follower of the log is behind it. */
export interface FollowerLag {
  readonly follower: string
  readonly changes: number
  /** Age of the oldest change that it has not come to; 0 where there is none. */
  readonly seconds: number
}

/** The lag of every follower of the change log that ever moved. */
export async function readFollowerLags(pool: Pool): Promise<FollowerLag[]> {
  const { rows } = await pool.query<FollowerLag>(
    `select f.name as follower, greatest(0, coalesce((select max(position) from record_versions), 0) - f.position)::float8 as changes,
            greatest(0, coalesce((select extract(epoch from now() - greatest(v.received_at, (select r.created_at from replays r where r.id = v.replay)))
                                   from record_versions v where v.position > f.position order by v.position limit 1), 0))::float8 as seconds
       from followers f where f.floor is null order by f.name`,
  )
  return rows
}
