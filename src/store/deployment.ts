import type { Pool } from 'pg'
import { readMigrations } from './migration-files.ts'
import { canLimit, readerStatements } from './reader-role.ts'

/** How the database of a hub is set up and how it is doing, as far as its own role may know. */
export interface Deployment {
  readonly version: string
  readonly isSuperuser: boolean
  readonly hasChecksums: boolean
  /** Whether the connection leaves this machine, and then whether it is encrypted. */
  readonly isRemote: boolean
  readonly isEncrypted: boolean
  /** Connections that others may still open. */
  readonly freeConnections: number
  /** Of the database less of this process, in milliseconds. */
  readonly clockMs: number
  /** Of the oldest transaction in this database, in seconds: what it may still see cannot be cleaned up. */
  readonly oldestTransactionSeconds: number
  /** Indexes that are not used because making them was broken off. */
  readonly brokenIndexes: readonly string[]
  /** Whether callers can be limited to systems and regions, and what an administrator of the server runs so that they can; null for an empty database. */
  readonly limiting: { readonly can: boolean; readonly statements: string } | null
  /** Bytes. */
  readonly size: number
  /** Names of migrations that are not applied yet; null where the database was never migrated. */
  readonly missingMigrations: readonly string[] | null
  /** Migrations that this program does not know. */
  readonly unknownMigrations: readonly string[]
  /** Parted tables whose rows of no month lie in the part for all the rest. */
  readonly strayed: readonly string[]
}

/**
 * Reads the set-up in a few small statements; nothing of a record is read.
 * @param now milliseconds since 1970
 */
export async function readDeployment(
  pool: Pool,
  migrationsFolder: string,
  now: () => number,
): Promise<Deployment> {
  const askedMs = now()
  const { rows } = await pool.query(
    `select current_setting('server_version') as version,
            (select rolsuper from pg_roles where rolname = current_user) as "isSuperuser",
            current_setting('data_checksums') = 'on' as "hasChecksums",
            coalesce(not (inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1'), false) as "isRemote",
            coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as "isEncrypted",
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
              - (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as "freeConnections",
            (extract(epoch from clock_timestamp()) * 1000)::float8 as "atMs",
            coalesce((select max(extract(epoch from clock_timestamp() - xact_start)) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()), 0)::float8 as "oldestTransactionSeconds",
            coalesce((select array_agg(c.relname::text) from pg_index i join pg_class c on c.oid = i.indexrelid
              join pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and n.nspname = current_schema()), '{}') as "brokenIndexes",
            pg_database_size(current_database())::float8 as size,
            to_regclass('migrations') is not null as "isMigrated", current_user as account`,
  )
  const { atMs, isMigrated, account, ...facts } = rows[0]
  // Asked and answered: the clock was read somewhere between, so the middle is at most half of the way wrong.
  const clockMs = Math.round(atMs - (askedMs + now()) / 2)
  if (!isMigrated)
    return { ...facts, clockMs, limiting: null, missingMigrations: null, unknownMigrations: [], strayed: [] }
  const known = (await readMigrations(migrationsFolder)).map(({ name }) => name)
  const applied = await pool.query<{ name: string }>('select name from migrations order by number')
  const done = applied.rows.map(({ name }) => name)
  return {
    ...facts,
    clockMs,
    limiting: { can: await canLimit(pool), statements: readerStatements(account) },
    missingMigrations: known.filter((name) => !done.includes(name)),
    unknownMigrations: done.filter((name) => !known.includes(name)),
    strayed: await strayedTables(pool),
  }
}

async function strayedTables(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = current_schema() and c.relispartition and c.relkind = 'r' and pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'
      order by 1`,
  )
  const strayed: string[] = []
  for (const { name } of rows) {
    const found = await pool.query(`select from "${name}" limit 1`)
    if (found.rows.length > 0) strayed.push(name)
  }
  return strayed
}
