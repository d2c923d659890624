import type { Pool, PoolClient } from 'pg'

/** A source field that the mapping neither maps nor ignores. */
export interface DriftedField {
  readonly record: string
  readonly field: string
  readonly count: number
  readonly sample: string | null
  readonly firstSeen: string
  readonly lastSeen: string
}

/** Drifted fields of a system, the newest first. */
export async function listDrift(pool: Pool, system: string, limit: number): Promise<DriftedField[]> {
  const { rows } = await pool.query(
    `select record, field, count, sample, first_seen as "firstSeen", last_seen as "lastSeen" from drift
      where system = $1 order by first_seen desc, record, field limit $2`,
    [system, limit],
  )
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Counts source fields that the mapping neither maps nor ignores. */
export async function countDrift(
  client: PoolClient,
  drift: readonly {
    system: string
    record: string
    field: string
    count: number
    sample: string | null
    atMs: number
  }[],
): Promise<void> {
  if (drift.length === 0) return
  await client.query(
    `insert into drift (system, record, field, count, sample, first_seen, last_seen)
     select d->>'system', d->>'record', d->>'field', (d->>'count')::bigint, d->>'sample', to_timestamp((d->>'atMs')::numeric / 1000),
            to_timestamp((d->>'atMs')::numeric / 1000)
       from jsonb_array_elements($1::jsonb) d
     on conflict (system, record, field) do update set count = drift.count + excluded.count, last_seen = excluded.last_seen`,
    [JSON.stringify(drift)],
  )
}
