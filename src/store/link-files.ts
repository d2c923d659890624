import type { Pool, PoolClient } from 'pg'
import { inTransaction } from './database.ts'

/** One version of a record, and the file that it is to stand in. */
export interface FilePlace {
  readonly recordId: string
  readonly version: number
  readonly name: string
}

export type VersionRef = Omit<FilePlace, 'name'>

/**
 * Notes in which file each version is to stand, before the file is written. With `keep` what was noted before stays as it is. Gives the
 * names that count, in the order of the versions given.
 */
export async function noteFiles(
  pool: Pool,
  linkId: string,
  places: readonly FilePlace[],
  keep: boolean,
): Promise<readonly string[]> {
  const values = [
    linkId,
    places.map(({ recordId }) => recordId),
    places.map(({ version }) => version),
    places.map(({ name }) => name),
  ]
  await pool.query(
    `insert into link_files (link_id, record_id, version, name)
     select $1, * from unnest($2::text[], $3::integer[], $4::text[])
     on conflict (link_id, record_id, version) do ${keep ? 'nothing' : 'update set name = excluded.name, noted_at = clock_timestamp()'}`,
    values,
  )
  const { rows } = await pool.query<{ name: string }>(
    `select f.name from unnest($2::text[], $3::integer[]) with ordinality as asked (record_id, version, place)
       join link_files f on f.link_id = $1 and f.record_id = asked.record_id and f.version = asked.version
      order by place`,
    values.slice(0, 3),
  )
  return rows.map(({ name }) => name)
}

/** Files that earlier versions of these records stand in. */
export async function earlierFiles(
  pool: Pool,
  linkId: string,
  records: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select distinct name from link_files where link_id = $1 and record_id = any($2::text[]) order by name',
    [linkId, records],
  )
  return rows.map(({ name }) => name)
}

/**
 * Calls `write` with the versions that stand in a file, while no other worker writes the same file: what a worker writes is never older than
 * what was noted when it began. `newest` leaves out versions of records of which a later one is noted, in whatever file.
 */
export async function withFile<T>(
  pool: Pool,
  of: { readonly linkId: string; readonly name: string; readonly newest: boolean; readonly most: number },
  write: (versions: readonly VersionRef[], client: PoolClient) => Promise<T>,
): Promise<T> {
  return await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 7205003))', [
      `${of.linkId}\n${of.name}`,
    ])
    const { rows } = await client.query(
      `select record_id, version from link_files f where link_id = $1 and name = $2
          and (not $3 or not exists (select from link_files later
                where later.link_id = f.link_id and later.record_id = f.record_id and later.version > f.version))
        limit $4`,
      [of.linkId, of.name, of.newest, of.most],
    )
    return await write(
      rows.map((row) => ({ recordId: row.record_id, version: row.version })),
      client,
    )
  })
}

/** Forgets what was noted long ago, of links whose files are never completed: no crash is repeated that late. */
export async function forgetFiles(pool: Pool, linkId: string, olderThanDays: number): Promise<void> {
  await pool.query(
    `delete from link_files where link_id = $1 and noted_at < clock_timestamp() - $2 * interval '1 day'`,
    [linkId, olderThanDays],
  )
}
