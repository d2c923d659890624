import type { ClientBase, Pool } from 'pg'
import type { UnknownProduct } from '#core/products/unknown.ts'
import type { Sight } from '#core/sight.ts'
import type { Reader } from './sighted.ts'

/** An unknown product of one system, with how many records write it. */
export interface UnknownProductRow extends UnknownProduct {
  readonly system: string
  readonly records: number
  /** ISO texts. */
  readonly firstSeen: string
  readonly lastSeen: string
  /** The newest of these records, newest first. */
  readonly newest: readonly string[]
}

type Key = UnknownProduct & { readonly system: string }

const COLUMNS = `name, code, own_code as "ownCode", system, records, first_seen as "firstSeen", last_seen as "lastSeen", newest`

const numbered = (row: UnknownProductRow): UnknownProductRow => ({ ...row, records: Number(row.records) })

/** What is stored of the given ones. */
export async function readUnknownProducts(
  client: ClientBase,
  keys: readonly Key[],
): Promise<UnknownProductRow[]> {
  const { rows } = await client.query<UnknownProductRow>(
    `select ${COLUMNS} from unknown_products
      where (name, code, own_code, system) in (select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]))`,
    [
      keys.map(({ name }) => name),
      keys.map(({ code }) => code),
      keys.map(({ ownCode }) => ownCode),
      keys.map(({ system }) => system),
    ],
  )
  return rows.map(numbered)
}

/** Writes unknown products with their new counts. The caller holds the follower's lock. */
export async function writeUnknownProducts(
  client: ClientBase,
  all: readonly UnknownProductRow[],
): Promise<void> {
  await client.query(
    `insert into unknown_products (name, code, own_code, system, records, first_seen, last_seen, newest)
     select r->>'name', r->>'code', r->>'ownCode', r->>'system', (r->>'records')::bigint, (r->>'firstSeen')::timestamptz,
            (r->>'lastSeen')::timestamptz, array(select jsonb_array_elements_text(r->'newest'))
       from jsonb_array_elements($1::jsonb) r
     on conflict (name, code, own_code, system) do update set records = excluded.records, newest = excluded.newest,
       first_seen = least(unknown_products.first_seen, excluded.first_seen),
       last_seen = greatest(unknown_products.last_seen, excluded.last_seen)`,
    [JSON.stringify(all)],
  )
}

/** An unknown product over all systems, or the one asked for. */
export interface UnknownProductGroup extends UnknownProduct {
  readonly systems: readonly string[]
  readonly records: number
  readonly firstSeen: string
  readonly lastSeen: string
  readonly newest: readonly string[]
  /** Alias in force that names it; its records wait for a replay. Null where a person has to decide. */
  readonly alias: string | null
}

interface Asked {
  readonly system?: string
  readonly after?: UnknownProduct
  readonly limit: number
}

const GROUPS = `select name, code, own_code as "ownCode", array_agg(system order by system) as systems, sum(records)::bigint as records,
            min(first_seen) as "firstSeen", max(last_seen) as "lastSeen",
            (array_agg(newest[1] order by last_seen desc))[1:5] as newest,
            (select a.id from product_aliases a
              where a.ended_at is null and (a.system is null or a.system = any(array_agg(u.system)))
                and ((a.scheme = 'name' and a.value = u.name) or a.scheme || ':' || a.value = u.own_code) limit 1) as alias`
const IN_ORDER = 'group by name, code, own_code order by name, code, own_code limit $5'
const AFTER = 'records > 0 and ($2::text is null or (name, code, own_code) > ($2, $3::text, $4::text))'

/** Unknown products by name, code and own code; `after` is the last one of the page before. */
export async function listUnknownProducts(pool: Pool, query: Asked): Promise<UnknownProductGroup[]> {
  const { rows } = await pool.query<UnknownProductGroup>(
    `${GROUPS} from unknown_products u where ${AFTER} and ($1::text is null or system = $1) ${IN_ORDER}`,
    valuesOf(query.system ?? null, query),
  )
  return rows.map((row) => ({ ...row, records: Number(row.records) }))
}

/** The same of the systems that a caller sees: each is read by its own index, as far as one page can need it. */
export async function listSeenUnknownProducts(
  reader: Reader,
  { systems }: Sight,
  query: Asked,
): Promise<UnknownProductGroup[]> {
  const { system } = query
  const asked = system === undefined ? systems : systems.filter((one) => one === system)
  const { rows } = await reader.query<UnknownProductGroup>(
    `${GROUPS} from unnest($1::text[]) s (id) cross join lateral (
       select * from unknown_products where system = s.id and ${AFTER} order by name, code, own_code limit $5) u ${IN_ORDER}`,
    valuesOf(asked, query),
  )
  return rows.map((row) => ({ ...row, records: Number(row.records) }))
}

const valuesOf = (of: unknown, { after, limit }: Asked): unknown[] => [
  of,
  after?.name ?? null,
  after?.code ?? null,
  after?.ownCode ?? null,
  limit,
]

/** Records that write a product so, and that a replay would give the class that was decided. */
export async function countWaiting(
  pool: Pool,
  alias: { readonly system: string | null; readonly scheme: string; readonly value: string },
): Promise<number> {
  const { rows } = await pool.query<{ records: string | null }>(
    `select sum(records) as records from unknown_products
      where ($1::text is null or system = $1) and (($2 = 'name' and name = $3) or ($2 <> 'name' and own_code = $2 || ':' || $3))`,
    [alias.system, alias.scheme, alias.value],
  )
  return Number(rows[0]?.records ?? 0)
}
