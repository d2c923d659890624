import type { Pool, PoolClient } from 'pg'

/** What was done to the mappings of a system: when, by whom, to which version. */
export interface MappingStep {
  readonly id: string
  readonly at: string
  /** Identifier of the key; `administrator` for the one of the settings. */
  readonly who: string
  readonly action: 'created' | 'activated' | 'rolled back' | 'retired'
  /** Empty for system.yaml. */
  readonly record: string
  readonly version: number
}

/** Adds a step; the table refuses every change of what it holds. */
export async function logMappingStep(
  client: PoolClient,
  step: Omit<MappingStep, 'id' | 'at'> & { readonly system: string },
): Promise<void> {
  await client.query(
    'insert into mapping_log (system, who, action, record, version) values ($1, $2, $3, $4, $5)',
    [step.system, step.who, step.action, step.record, step.version],
  )
}

/** Steps of a system, newest first; `after` is the last one of the page before. */
export async function listMappingSteps(
  pool: Pool,
  query: { readonly system: string; readonly after?: string; readonly limit: number },
): Promise<MappingStep[]> {
  const { rows } = await pool.query<MappingStep>(
    `select id, at, who, action, record, version from mapping_log
      where system = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [query.system, query.after ?? null, query.limit],
  )
  return rows.map((row) => ({ ...row, id: String(row.id) }))
}
