import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Pool, PoolClient } from 'pg'
import { type Migration, readMigrations } from './migration-files.ts'
import { prepareReader } from './reader-role.ts'
import { StartRefusal } from './refusal.ts'

/** Key of the advisory lock that one migrating process holds: 'hub' in ASCII. */
const lockKey = 0x687562
/** Who holds the lock goes from one statement to the next at once: one that stands between two for so long was stopped or lost its machine. */
const HOLDER_IDLE_MS = 60_000
const ASK_AGAIN_MS = 200

const ownFolder = fileURLToPath(new URL('./migrations/', import.meta.url))

interface Applied {
  readonly number: number
  readonly name: string
  readonly sha256: string
}

/**
 * Brings the schema to the newest migration of `folder`, or to that numbered `upTo`, and says which were applied. Each runs in a transaction of its
 * own in which its row of the table `migrations` is written first, so that it is applied whole or not at all. Processes
 * that start together wait for one another, however long a migration takes. Throws a `StartRefusal` where the database is newer than the
 * files, where an applied file was changed afterwards, or where the one that is waited for has done nothing for `holderIdleMs`.
 */
export async function migrate(
  pool: Pool,
  {
    folder = ownFolder,
    upTo = Number.POSITIVE_INFINITY,
    holderIdleMs = HOLDER_IDLE_MS,
  }: { folder?: string; upTo?: number; holderIdleMs?: number } = {},
): Promise<{ readonly applied: readonly string[] }> {
  const migrations = await readMigrations(folder)
  const client = await pool.connect()
  try {
    // A long migration, and the wait for another process's, may take longer than any query of the running hub.
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0')
    await takeLock(client, holderIdleMs)
    const applied = await applyMissing(client, migrations, upTo)
    // Each time, because somebody may have made the role since: it is of the server and not of this database.
    if (folder === ownFolder && upTo >= migrations.length) await prepareReader(client)
    return { applied }
  } finally {
    // Closing the connection gives back the lock and the two settings, whatever state it is in.
    client.release(true)
  }
}

async function takeLock(client: PoolClient, holderIdleMs: number): Promise<void> {
  for (;;) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS taken', [lockKey])
    if (rows[0]?.taken) return
    const holders = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1 AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND state LIKE 'idle%' AND state_change < clock_timestamp() - $2 * interval '1 ms'`,
      [lockKey, holderIdleMs],
    )
    if (holders.rows[0]) throw heldForNothing(holders.rows[0].pid)
    await pause(ASK_AGAIN_MS)
  }
}

function heldForNothing(pid: number): StartRefusal {
  return new StartRefusal(
    'migration-held',
    {
      zh: `另一个进程正在升级数据库却已停滞（PostgreSQL 会话 ${pid}）。`,
      en: `Another process has begun to bring the database up to date and does nothing (session ${pid} of PostgreSQL).`,
    },
    {
      zh: `请结束该进程，或执行 SELECT pg_terminate_backend(${pid})，然后重新启动。`,
      en: `End that process, or run SELECT pg_terminate_backend(${pid}), and start again.`,
    },
  )
}

async function applyMissing(
  client: PoolClient,
  migrations: readonly Migration[],
  upTo: number,
): Promise<string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`)
  const answer = await client.query<Applied>('SELECT number, name, sha256 FROM migrations ORDER BY number')
  for (const row of answer.rows) checkApplied(row, migrations)
  const done = new Set(answer.rows.map((row) => row.number))
  const applied: string[] = []
  for (const migration of migrations) {
    if (done.has(migration.number) || migration.number > upTo) continue
    await apply(client, migration)
    applied.push(migration.name)
  }
  return applied
}

function checkApplied(row: Applied, migrations: readonly Migration[]): void {
  const file = migrations[row.number - 1]
  if (!file) {
    throw new StartRefusal(
      'database-newer',
      {
        zh: `数据库已升级到 ${row.name}，而本程序没有这个版本。`,
        en: `The database has already been brought to ${row.name}, which this hub does not know.`,
      },
      {
        zh: '请使用更新的程序，或从备份恢复旧库。',
        en: 'Start a newer hub, or restore the database from a backup.',
      },
    )
  }
  if (file.sha256 === row.sha256) return
  throw new StartRefusal(
    'migration-changed',
    {
      zh: `迁移文件 ${file.name} 在执行之后被改动。`,
      en: `The migration ${file.name} was changed after it had been applied.`,
    },
    {
      zh: '请还原该文件；新的改动写进下一个编号。',
      en: 'Restore the file; a further change goes into the next number.',
    },
  )
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('INSERT INTO migrations (number, name, sha256) VALUES ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.sha256,
    ])
    await client.query(migration.sql)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw new Error(`The migration ${migration.name} failed; the database is as it was before it.`, {
      cause: error,
    })
  }
}
