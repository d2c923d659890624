import type { Pool, PoolClient } from 'pg'

/** Which records are compared with the keys of a source. */
export interface ScannedRecords {
  readonly system: string
  readonly record: string
  readonly kinds: readonly string[]
  /** Milliseconds since 1970; what was received since may be younger than the list of keys. */
  readonly receivedBeforeMs: number
}

/** The keys that a source has, beside the records that are active here. It holds one connection. */
export interface KeyScan {
  /** Adds keys as identifiers of records have them: `<system>:<record>:<key parts>`. */
  add(keys: readonly string[]): Promise<void>
  /** How many records are active, and how many of these the source does not have. */
  count(): Promise<{ readonly active: number; readonly missing: number }>
  /** The missing ones, in the order of their identifiers, behind the one that was given last. */
  missing(after: string, limit: number): Promise<{ id: string; kind: string; version: number }[]>
  close(): Promise<void>
}

const PREFIX = 'urn:cnft:'

/** Records that are active and were so before the list of keys was asked for. */
const ACTIVE = `from record_versions v left join scan_keys k on k.key = substr(v.record_id, ${PREFIX.length + 2} + length(v.kind))
  where v.kind = any($1) and v.system = $2 and v.record = $3 and v.status = 'active' and v.received_at < to_timestamp($4::numeric / 1000)
    and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)`

/**
 * Begins a comparison. The keys go into a table of the connection and not into memory; nothing is kept open between its statements, since a
 * list of keys may take as long as its source likes.
 */
export async function openKeyScan(pool: Pool, records: ScannedRecords): Promise<KeyScan> {
  const client = await pool.connect()
  const which = [records.kinds, records.system, records.record, records.receivedBeforeMs]
  try {
    await client.query('create temporary table scan_keys (key text primary key)')
  } catch (error) {
    client.release(true)
    throw error
  }
  let isOpen = true
  return {
    async add(keys) {
      await client.query('insert into scan_keys select unnest($1::text[]) on conflict do nothing', [keys])
    },
    async count() {
      await client.query('analyze scan_keys')
      const { rows } = await client.query(
        `select count(*)::float8 as active, (count(*) filter (where k.key is null))::float8 as missing ${ACTIVE}`,
        which,
      )
      return rows[0]
    },
    async missing(after, limit) {
      await keepMissing(client, which)
      const { rows } = await client.query(
        'select id, kind, version from scan_missing where id > $1 order by id limit $2',
        [after, limit],
      )
      return rows
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      await client.query('drop table if exists scan_keys, scan_missing').then(
        () => client.release(),
        () => client.release(true),
      )
    },
  }
}

/** Once: the first call finds them, the others go on in what was found. */
async function keepMissing(client: PoolClient, which: readonly unknown[]): Promise<void> {
  const { rows } = await client.query(`select to_regclass('pg_temp.scan_missing') is not null as found`)
  if (rows[0].found) return
  await client.query('create temporary table scan_missing (id text primary key, kind text, version integer)')
  await client.query(
    `insert into scan_missing select v.record_id, v.kind, v.version ${ACTIVE} and k.key is null`,
    [...which],
  )
}

/** Records of a kind that are void because a scan did not find them, by the hour of their event (milliseconds since 1970). */
export async function countScanned(
  pool: Pool,
  of: { readonly system: string; readonly kind: string; readonly fromMs: number; readonly toMs: number },
): Promise<{ readonly hourMs: number; readonly count: number }[]> {
  const { rows } = await pool.query(
    `select extract(epoch from date_trunc('hour', v.occurred_at))::float8 * 1000 as "hourMs", count(*)::float8 as count
       from record_versions v join messages m on m.id = v.message_id
      where v.kind = $1 and v.system = $2 and v.status = 'void' and m.record = 'key-scan'
        and v.occurred_at >= to_timestamp($3::numeric / 1000) and v.occurred_at < to_timestamp($4::numeric / 1000)
        and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
      group by 1`,
    [of.kind, of.system, of.fromMs, of.toMs],
  )
  return rows
}
