import type { Pool } from 'pg'

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
