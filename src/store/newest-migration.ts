import type { Pool } from 'pg'

/** Name of the newest migration that the database has. Fails where it cannot be asked, or was never migrated. */
export async function newestMigration(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from migrations order by number desc limit 1',
  )
  const name = rows[0]?.name
  if (name === undefined) throw new Error('The database has no migration.')
  return name
}
