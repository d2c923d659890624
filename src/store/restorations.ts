import type { Pool, PoolClient } from 'pg'
import { GROWING } from './growing-cases.ts'

/** That this database was filled from a backup, and what others may know that it does not. */
export interface Restoration {
  readonly atMs: number
  /** Versions up to this number may have been given out after the backup. */
  readonly versionsAfter: number
}

/** Behind the highest number of the backup. The seconds since it come on top: no record had a version in each of them, not even where the same backup was restored before. */
const VERSIONS_APART = 1000

/**
 * Notes, in the transaction that fills the database or behind it, that it was restored. Every case that may still hold goods is to be made anew: whoever heard
 * what the backup does not know is told what is in force.
 * @param madeAt when the backup was made, ISO text
 */
export async function noteRestoration(client: PoolClient, madeAt: string): Promise<void> {
  // Numbers of other hubs are theirs.
  await client.query(
    `insert into restorations (at, made_at, versions_after)
     select now(), $1, ${VERSIONS_APART} + greatest(0, ceil(extract(epoch from now() - $1::timestamptz)))
                         + greatest(1, (select max(version) from record_versions v where version > 1 and not exists (
                             select from peer_versions p where p.record_id = v.record_id and p.version = v.version)))`,
    [madeAt],
  )
  await client.query(`update cases set wanted = wanted + 1 where ${GROWING}`)
}

const known = new WeakMap<Pool, Promise<Restoration | null>>()

/** The last restoration; null where there was none. Read once, because a database is restored while it is empty and no hub runs on it. */
export async function restorationOf(
  pool: Pool,
  client: Pool | PoolClient = pool,
): Promise<Restoration | null> {
  const reading = known.get(pool) ?? readRestoration(client)
  known.set(pool, reading)
  try {
    return await reading
  } catch (error) {
    known.delete(pool)
    throw error
  }
}

async function readRestoration(client: Pool | PoolClient): Promise<Restoration | null> {
  const { rows } = await client.query<{ ms: string | null; after: number | null }>(
    `select (extract(epoch from max(at)) * 1000)::bigint as ms, max(versions_after) as after from restorations`,
  )
  const { ms, after } = rows[0] as NonNullable<(typeof rows)[0]>
  return ms === null || after === null ? null : { atMs: Number(ms), versionsAfter: after }
}
