import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { readMigrations } from '#store/migration-files.ts'

const migrationsFolder = fileURLToPath(new URL('../../src/store/migrations/', import.meta.url))

/** The address of another database on the same server. */
export function onServer(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Runs statements outside of any pool, on the server's own database. */
export async function onceOn(server: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Makes the database that each test file copies, once for each state of the migrations; returns its name. */
export async function makeTemplate(server: string): Promise<string> {
  const migrations = await readMigrations(migrationsFolder)
  const state = createHash('sha256').update(migrations.map(({ sha256 }) => sha256).join())
  const name = `hub_template_${state.digest('hex').slice(0, 16)}`
  await onceOn(server, `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`).catch(
    (error: unknown) => {
      const isThere =
        error instanceof Error && 'code' in error && (error.code === '42P04' || error.code === '23505')
      if (!isThere) throw error
    },
  )
  const pool = createPool({ url: onServer(server, name), max: 1 })
  try {
    await migrate(pool)
  } finally {
    await pool.end()
  }
  return name
}
