import type { Pool, PoolClient } from 'pg'
import { inTransaction } from './database.ts'

/** The tables that only grow with time, with the column by which each is parted into months (UTC). */
const MONTHLY = {
  messages: 'received_at',
  message_parts: 'received_at',
  message_results: 'received_at',
  deliveries: 'started_at',
  audit_log: 'at',
} as const
/** Partitions that are there beforehand: this month and the next two. */
const MONTHS_AHEAD = 2
const PARTITION_LOCK = 7_205_002
/** Making a partition waits no longer than this for writers, because everyone else would wait behind it. */
const LOCK_TIMEOUT = '3s'

interface Month {
  readonly table: keyof typeof MONTHLY
  readonly name: string
  readonly from: string
  readonly to: string
}

function monthsFrom(nowMs: number): Month[] {
  const now = new Date(nowMs)
  const first = (ahead: number): string =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10)
  const months: Month[] = []
  for (const table of Object.keys(MONTHLY) as (keyof typeof MONTHLY)[]) {
    for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
      const from = first(ahead)
      const name = `${table}_${from.slice(0, 7).replace('-', '_')}`
      months.push({ table, name, from, to: first(ahead + 1) })
    }
  }
  return months
}

/**
 * Makes the monthly partitions that are missing and returns their names. Rows that came before their partition lie in the default
 * partition and are moved. Safe to call from several processes at once and at any time; does nothing when all are there.
 */
export async function ensurePartitions(pool: Pool, nowMs: number): Promise<string[]> {
  const months = monthsFrom(nowMs)
  const { rows } = await pool.query<{ name: string }>(
    'select name from unnest($1::text[]) name where to_regclass(name) is null',
    [months.map(({ name }) => name)],
  )
  const missing = new Set(rows.map(({ name }) => name))
  const made: string[] = []
  for (const month of months) {
    if (missing.has(month.name) && (await inTransaction(pool, (client) => makePartition(client, month)))) {
      made.push(month.name)
    }
  }
  return made
}

async function makePartition(client: PoolClient, { table, name, from, to }: Month): Promise<boolean> {
  await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
  await client.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK])
  // Not to_regclass: its cache may not know yet what another process has just made.
  const there = 'select from pg_tables where schemaname = current_schema() and tablename = $1'
  if ((await client.query(there, [name])).rows.length > 0) return false
  // Writers wait before they choose a partition: one that has chosen the default partition would fail once the new one is there.
  await client.query(`lock table ${table} in share row exclusive mode`)
  await client.query(`create table ${name} (like ${table} including all)`)
  // Nothing is lost: what was in the default partition is moved.
  await client.query("select set_config('hub.rewriting', 'on', true)")
  await client.query(
    `with early as (delete from ${table}_default where ${MONTHLY[table]} >= '${from} 00:00:00+00' and ${MONTHLY[table]} < '${to} 00:00:00+00'
       returning *) insert into ${name} select * from early`,
  )
  await client.query(
    `alter table ${table} attach partition ${name} for values from ('${from} 00:00:00+00') to ('${to} 00:00:00+00')`,
  )
  return true
}
