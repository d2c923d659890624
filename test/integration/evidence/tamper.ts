import type { ClientBase } from 'pg'

/** Columns of a table that the log covers, with the type of each. */
export interface Covered {
  readonly table: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** Of what the log does not cover: what is known of a message later, and what only helps to work. */
const NOT_COVERED: Readonly<Record<string, readonly string[]>> = {
  messages: ['completed', 'mended'],
  systems: ['created_at', 'updated_at', 'expect_since'],
  keys: ['last_used_at'],
  links: ['created_at', 'updated_at', 'receiver'],
  mapping_versions: ['replaced', 'created_at', 'created_by', 'activated_at'],
  alert_targets: ['created_at', 'last_ok_at', 'last_error'],
  system_secrets: ['updated_at'],
}
const TABLES = [
  'record_versions',
  'peer_versions',
  'messages',
  'message_parts',
  'message_results',
  'deliveries',
  'audit_log',
  'audit_heads',
  'audit_leaves',
  'audit_keys',
  'systems',
  'keys',
  'secrets',
  'system_secrets',
  'links',
  'mapping_versions',
  'alert_targets',
] as const

export async function coveredTables(client: ClientBase): Promise<Covered[]> {
  const { rows } = await client.query<{ table: string; name: string; type: string }>(
    `select table_name as table, column_name as name, udt_name as type from information_schema.columns
      where table_name = any($1) and table_schema = 'public' order by table_name, ordinal_position`,
    [TABLES],
  )
  return TABLES.map((table) => ({
    table,
    columns: rows.filter((row) => row.table === table && !NOT_COVERED[table]?.includes(row.name)),
  }))
}

/** Takes away what guards the tables, as their owner can, until the end of the transaction: triggers, references and checks. */
export async function disarm(client: ClientBase, tables: readonly Covered[]): Promise<void> {
  const names = tables.map(({ table }) => table)
  for (const name of names) await client.query(`alter table ${name} disable trigger user`)
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as statement from pg_constraint
      where contype in ('f', 'c') and coninhcount = 0 and conparentid = 0
        and (conrelid::regclass::text = any($1) or confrelid::regclass::text = any($1))`,
    [names],
  )
  for (const { statement } of rows) await client.query(statement)
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** An expression for another value of a column. */
export function changed(name: string, type: string, random: () => number): string {
  const at = Math.floor(random() * 1e6)
  switch (type) {
    case 'bytea':
      return `case when length(coalesce(${name}, '')) = 0 then '\\x00'::bytea
        else set_byte(${name}, ${at} % length(${name}), get_byte(${name}, ${at} % length(${name})) # ${1 + (at % 255)}) end`
    case 'text':
      return random() < 0.5
        ? `coalesce(${name}, '') || 'x'`
        : `case when coalesce(${name}, '') = '' then 'x'
            else overlay(${name} placing chr(ascii(substr(${name}, 1 + ${at} % length(${name}), 1)) # 1) from 1 + ${at} % length(${name}) for 1) end`
    case 'int2':
    case 'int4':
    case 'int8':
      return `coalesce(${name}, 0) + ${random() < 0.5 ? 1 : -1}`
    case 'timestamptz':
      return `coalesce(${name}, now()) + interval '1 microsecond'`
    case 'bool':
      return `not ${name}`
    case 'uuid':
      return 'gen_random_uuid()'
    case '_text':
      return `coalesce(${name}, '{}') || 'x'::text`
    case '_uuid':
      return `coalesce(${name}, '{}') || gen_random_uuid()`
    case 'jsonb':
      return `jsonb_build_array(${name}, 1)`
    default:
      throw new Error(`no value of type ${type} is known`)
  }
}
