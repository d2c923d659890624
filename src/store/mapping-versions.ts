import type { Pool, PoolClient } from 'pg'

export type MappingState = 'installed' | 'draft' | 'active' | 'former' | 'retired'

/** A version of a mapping without its text. `record` is empty for the system.yaml of a system. */
export interface MappingVersion {
  readonly system: string
  readonly record: string
  readonly version: number
  /** Whether it came from the folder of mappings or by the API. */
  readonly origin: 'folder' | 'api'
  readonly state: MappingState
  readonly replaced: number | null
  readonly createdAt: string
  readonly createdBy: string
  readonly activatedAt: string | null
}

/** The text of a mapping and the texts of the code tables that belong to it, by name. */
export interface MappingText {
  readonly text: string
  readonly tables: Readonly<Record<string, string>>
}

export type StoredMapping = MappingVersion & MappingText

const COLUMNS = `system, record, version, origin, state, replaced, created_at as "createdAt", created_by as "createdBy",
  activated_at as "activatedAt"`

/** What is active by the API, at one epoch. */
export interface ActiveMappings {
  readonly epoch: bigint
  readonly active: readonly {
    readonly system: string
    readonly record: string
    readonly version: number
    /** Digest of text and tables: what was compiled once need not be read again. */
    readonly digest: string
  }[]
}

/** Number that grows with every change of what is active. */
export async function readEpoch(pool: Pool): Promise<bigint> {
  const { rows } = await pool.query({ name: 'read-epoch', text: 'select epoch from mapping_epoch' })
  return BigInt(rows[0]?.epoch ?? 0)
}

/** All active versions, without their texts; of one moment. */
export async function readActive(pool: Pool): Promise<ActiveMappings> {
  const { rows } = await pool.query(
    `select e.epoch, v.system, v.record, v.version, md5(v.text || v.tables::text) as digest
       from mapping_epoch e left join mapping_versions v on v.state = 'active' order by v.system, v.record`,
  )
  const active = rows
    .filter(({ system }) => system !== null)
    .map(({ system, record, version, digest }) => ({ system, record, version, digest }))
  return { epoch: BigInt(rows[0]?.epoch ?? 0), active }
}

export async function readMapping(
  pool: Pool | PoolClient,
  system: string,
  record: string,
  version: number,
): Promise<StoredMapping | null> {
  const { rows } = await pool.query<StoredMapping>(
    `select ${COLUMNS}, text, tables from mapping_versions where system = $1 and record = $2 and version = $3`,
    [system, record, version],
  )
  return rows[0] ?? null
}

/** Versions of a system, by record and newest first; `after` is the last one of the page before. */
export async function listMappings(
  pool: Pool,
  query: {
    readonly system: string
    readonly record?: string
    readonly after?: { readonly record: string; readonly version: number }
    readonly limit: number
  },
): Promise<MappingVersion[]> {
  const { rows } = await pool.query<MappingVersion>(
    `select ${COLUMNS} from mapping_versions
      where system = $1 and ($2::text is null or record = $2)
        and ($3::text is null or record > $3 or (record = $3 and version < $4))
      order by record, version desc limit $5`,
    [query.system, query.record ?? null, query.after?.record ?? null, query.after?.version ?? 0, query.limit],
  )
  return rows
}

/** Greatest version number of a record that is known; 0 where there is none. */
export async function greatestVersion(
  client: Pool | PoolClient,
  system: string,
  record: string,
): Promise<number> {
  const { rows } = await client.query(
    'select coalesce(max(version), 0) as version from mapping_versions where system = $1 and record = $2',
    [system, record],
  )
  return rows[0].version
}

/** Keeps a new version; false where the number is taken. */
export async function insertMapping(
  client: PoolClient,
  version: MappingText & {
    readonly system: string
    readonly record: string
    readonly version: number
    readonly who: string
  },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into mapping_versions (system, record, version, origin, text, tables, state, created_by)
     values ($1, $2, $3, 'api', $4, $5, 'draft', $6) on conflict do nothing`,
    [
      version.system,
      version.record,
      version.version,
      version.text,
      JSON.stringify(version.tables),
      version.who,
    ],
  )
  return rowCount === 1
}

/** The versions of the folder, noted at start, so that they can be compared with and returned to when the folder has moved on. */
export async function noteInstalled(
  pool: Pool,
  versions: readonly (MappingText & {
    readonly system: string
    readonly record: string
    readonly version: number
  })[],
): Promise<void> {
  if (versions.length === 0) return
  await pool.query(
    `insert into mapping_versions (system, record, version, origin, text, tables, state, created_by)
     select v->>'system', v->>'record', (v->>'version')::integer, 'folder', v->>'text', v->'tables', 'installed', 'folder'
       from jsonb_array_elements($1::jsonb) v order by 1, 2, 3
     on conflict (system, record, version) do update set text = excluded.text, tables = excluded.tables
       where mapping_versions.state = 'installed'
         and (mapping_versions.text, mapping_versions.tables) is distinct from (excluded.text, excluded.tables)`,
    [JSON.stringify(versions)],
  )
}

/**
 * Takes the lock under which what is active changes, and grows the epoch. Held until COMMIT: two activations come one after the other.
 */
export async function growEpoch(client: PoolClient): Promise<void> {
  await client.query('update mapping_epoch set epoch = epoch + 1')
}

/** The version of a record that is active by the API. */
export async function readActiveVersion(
  client: PoolClient,
  system: string,
  record: string,
): Promise<{ version: number; replaced: number | null } | null> {
  const { rows } = await client.query(
    `select version, replaced from mapping_versions where system = $1 and record = $2 and state = 'active'`,
    [system, record],
  )
  return rows[0] ?? null
}

/** Puts a version into a state. `replaced` is kept where it is not given. */
export async function setMappingState(
  client: PoolClient,
  at: { readonly system: string; readonly record: string; readonly version: number },
  state: MappingState,
  replaced?: number | null,
): Promise<void> {
  await client.query(
    `update mapping_versions set state = $4, replaced = case when $5 then $6 else replaced end,
            activated_at = case when $4 = 'active' then clock_timestamp() else activated_at end
      where system = $1 and record = $2 and version = $3`,
    [at.system, at.record, at.version, state, replaced !== undefined, replaced ?? null],
  )
}
