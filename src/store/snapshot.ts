import type { Pool, PoolClient } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { noteAudit } from './audit-log.ts'
import { inTransaction } from './database.ts'
import { migrate } from './migrate.ts'
import { noteRestoration } from './restorations.ts'

/** A table of the hub as it is kept in a backup. A parted table is one table. */
export interface SnapshotTable {
  readonly name: string
  /** Without those that PostgreSQL makes from others. */
  readonly columns: readonly string[]
}

/** A part of a parted table, so that a restored row lies where it lay. */
export interface SnapshotPart {
  readonly table: string
  readonly name: string
  /** `FOR VALUES FROM (…) TO (…)`, as PostgreSQL writes it; parts for all other values come with the schema. */
  readonly bounds: string
}

export interface AppliedMigration {
  readonly number: number
  readonly name: string
  readonly sha256: string
}

/** What a snapshot holds beside the rows. */
export interface SnapshotFrame {
  /** Each after the tables that it refers to. */
  readonly tables: readonly SnapshotTable[]
  readonly parts: readonly SnapshotPart[]
  /** Last values given out, decimal text; null where none was. */
  readonly sequences: Readonly<Record<string, string | null>>
  readonly migrations: readonly AppliedMigration[]
}

/** The order of changes goes on so far behind the last one of a backup: no position that was given out after it comes again. */
const POSITIONS_APART = 1_000_000_000n

/** Bounds that a backup may name: a month of times, and nothing else that would be run as SQL. */
const BOUNDS = /^FOR VALUES FROM \('[0-9 :+.-]{10,40}'\) TO \('[0-9 :+.-]{10,40}'\)$/
export const SNAPSHOT_NAME = /^[a-z][a-z0-9_]{0,62}$/

/**
 * Runs `fn` on one state of the whole database, which writers do not wait for: what others commit meanwhile is not in it.
 * A backup may take hours, so no limit of the running hub holds.
 */
export async function inSnapshot<T>(pool: Pool, fn: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0')
    await client.query('begin isolation level repeatable read read only')
    const result = await fn(client)
    await client.query('commit')
    return result
  } finally {
    client.release(true)
  }
}

/** What there is to be copied, as this transaction sees it. Tables of other schemas, where jobs wait, are none of it. */
export async function readFrame(client: PoolClient): Promise<SnapshotFrame> {
  const tables = await client.query<SnapshotTable & { needs: string[] }>(
    `select c.relname as name,
            (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
            coalesce((select array_agg(distinct f.confrelid::regclass::text) from pg_constraint f
              where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid), '{}') as needs
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migrations'
      order by c.relname`,
  )
  const parts = await client.query<SnapshotPart>(
    `select p.relname as "table", c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds
       from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = current_schema() and c.relkind = 'r' and c.relispartition and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
      order by c.relname`,
  )
  const sequences = await client.query<{ name: string; value: string | null }>(
    `select sequencename as name, last_value::text as value from pg_sequences where schemaname = current_schema() order by 1`,
  )
  const migrations = await client.query<AppliedMigration>(
    'select number, name, sha256 from migrations order by number',
  )
  return {
    tables: inOrder(tables.rows),
    parts: parts.rows,
    sequences: Object.fromEntries(sequences.rows.map(({ name, value }) => [name, value])),
    migrations: migrations.rows,
  }
}

/** Each table behind those that it refers to. */
function inOrder(tables: readonly (SnapshotTable & { needs: readonly string[] })[]): SnapshotTable[] {
  const ordered: SnapshotTable[] = []
  const left = new Map(tables.map((table) => [table.name, table]))
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ needs }) => !needs.some((name) => left.has(name)))
    if (ready.length === 0) throw new Error(`tables refer to each other in a ring: ${[...left.keys()]}`)
    for (const { name, columns } of ready) {
      ordered.push({ name, columns })
      left.delete(name)
    }
  }
  return ordered
}

/** The rows of a table as PostgreSQL's own text for COPY; its `rowCount` is there at the end. */
export const copyRowsOut = (client: PoolClient, { name, columns }: SnapshotTable) =>
  client.query(copyTo(`copy (select ${columns.map(quoted)} from ${quoted(name)}) to stdout`))

/** Takes the same text. */
export const copyRowsIn = (client: PoolClient, { name, columns }: SnapshotTable) =>
  client.query(copyFrom(`copy ${quoted(name)} (${columns.map(quoted)}) from stdin`))

/** Whether the schema that the connection uses has any table. */
export async function hasTables(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    'select exists (select from pg_tables where schemaname = current_schema()) as there',
  )
  return rows[0]?.there ?? false
}

/**
 * Fills a database that has no tables from a snapshot, all of it or nothing: brings its schema to where the snapshot was taken, hands the
 * connection to `fill`, which copies every table, and then to this program's version.
 * Versions go on behind the numbers that may have been given out since, and what is in force is told anew.
 * Links, channels and receivers of heads stand still afterwards unless `goesOn`: a copy that is tried out must not send to real receivers. Sessions are over.
 */
export async function restoreSnapshot(
  pool: Pool,
  frame: SnapshotFrame,
  {
    goesOn,
    madeAt,
    told,
    fill,
  }: {
    goesOn: boolean
    /** When the snapshot was taken, ISO text. */
    madeAt: string
    /** What the log of evidence says of the backup. */
    told: Readonly<Record<string, string>>
    fill: (client: PoolClient) => Promise<void>
  },
): Promise<void> {
  const newest = frame.migrations.at(-1)?.number ?? 0
  await migrate(pool, { upTo: newest })
  const client = await pool.connect()
  let isNoted = false
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0')
    await client.query('begin')
    const own = await readFrame(client)
    sameTables(own.tables, frame.tables)
    const names = own.tables.map(({ name }) => quoted(name))
    // What refuses to be changed is only filled; what the schema begins with is in the snapshot too.
    for (const name of names) await client.query(`alter table ${name} disable trigger user`)
    await client.query(`truncate ${names} cascade`)
    for (const part of frame.parts) await makePart(client, part)
    await fill(client)
    for (const [name, value] of Object.entries(frame.sequences)) await setSequence(client, name, value)
    for (const name of names) await client.query(`alter table ${name} enable trigger user`)
    // From here on the log of evidence takes notice again.
    await noteAudit(client, {
      kind: 'administration',
      who: 'hub backup',
      action: 'restore',
      subject: 'database',
      facts: { goesOn, ...told },
    })
    // Who was signed in then need not be one who may be now.
    await client.query('delete from operator_sessions')
    if (!goesOn) {
      await client.query(`update links set state = 'paused'`)
      await client.query('update channels set is_on = false')
      // Heads of a copy, beside those of the hub, look to a receiver like a log that was written anew.
      await client.query(
        `update audit_anchors set next_at = 'infinity', last_error = 'restored: heads go to it again when it is named anew'`,
      )
    }
    // A backup of before 0.4.0 has no table for it yet.
    isNoted = own.tables.some(({ name }) => name === 'restorations')
    if (isNoted) await noteRestoration(client, madeAt)
    await client.query('commit')
  } finally {
    client.release(true)
  }
  await migrate(pool)
  if (isNoted) return
  await inTransaction(pool, async (later) => {
    await later.query('set local statement_timeout = 0')
    await noteRestoration(later, madeAt)
  })
}

function sameTables(own: readonly SnapshotTable[], given: readonly SnapshotTable[]): void {
  const text = (tables: readonly SnapshotTable[]): string =>
    tables
      .map(({ name, columns }) => `${name}(${columns.toSorted()})`)
      .toSorted()
      .join(' ')
  if (text(own) !== text(given)) throw new Error('the tables of the backup are not those of its migrations')
}

async function makePart(client: PoolClient, { table, name, bounds }: SnapshotPart): Promise<void> {
  if (!SNAPSHOT_NAME.test(table) || !SNAPSHOT_NAME.test(name) || !BOUNDS.test(bounds))
    throw new Error(`no part of a table as the hub makes them: ${name}`)
  await client.query(`create table ${quoted(name)} partition of ${quoted(table)} ${bounds}`)
}

async function setSequence(client: PoolClient, name: string, value: string | null): Promise<void> {
  if (value === null) return
  const last = name === 'change_positions' ? BigInt(value) + POSITIONS_APART : BigInt(value)
  await client.query('select setval($1::regclass, $2)', [quoted(name), last.toString()])
}

const quoted = (name: string): string => {
  if (!SNAPSHOT_NAME.test(name)) throw new Error(`no name as the hub gives them: ${name}`)
  return `"${name}"`
}
