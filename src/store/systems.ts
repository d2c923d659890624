import type { Pool, PoolClient } from 'pg'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import type { Expectation } from '#core/silence/expectation.ts'
import type { Reader } from './sighted.ts'

export interface Words {
  readonly zh: string
  readonly en: string
}

/** A registered system. Its mappings are files; what an operator sets is here. */
export interface System {
  readonly id: string
  readonly title: Words
  readonly description: Partial<Words>
  readonly region: string | null
  readonly settings: Readonly<Record<string, unknown>>
  /** When something is expected of it; null where nothing is. */
  readonly expect: Expectation | null
  readonly createdAt: string
  readonly updatedAt: string
}

export interface NewSystem {
  readonly id: string
  readonly title: Words
  readonly description?: Partial<Words>
  readonly region?: string
  readonly settings?: Readonly<Record<string, unknown>>
}

const COLUMNS = `id, title, description, region, settings, expect, created_at as "createdAt", updated_at as "updatedAt"`

/** Registers the systems that are installed as folders; what their files say wins, what an operator set stays. */
export async function registerSystems(
  pool: Pool,
  systems: readonly {
    readonly id: string
    readonly title: Words
    readonly department?: Words
    readonly region?: string
  }[],
): Promise<void> {
  const rows = systems.map(({ id, title, department, region }) => ({ id, title, department, region }))
  await pool.query(
    `insert into systems (id, title, description, region)
     select s->>'id', s->'title', coalesce(s->'department', '{}'), s->>'region' from jsonb_array_elements($1::jsonb) s
     on conflict (id) do update set title = excluded.title, description = excluded.description, region = excluded.region,
       updated_at = now()
     where (systems.title, systems.description, systems.region)
       is distinct from (excluded.title, excluded.description, excluded.region)`,
    [JSON.stringify(rows)],
  )
}

/** Systems by identifier; `after` is the last one of the page before. */
export async function listSystems(
  reader: Reader,
  page: { readonly after?: string; readonly limit: number },
): Promise<System[]> {
  const { rows } = await reader.query<System>(
    `select ${COLUMNS} from systems where $1::text is null or id > $1 order by id limit $2`,
    [page.after ?? null, page.limit],
  )
  return rows
}

export async function readSystem(reader: Reader, id: string): Promise<System | null> {
  const { rows } = await reader.query<System>(`select ${COLUMNS} from systems where id = $1`, [id])
  return rows[0] ?? null
}

/** Identifiers of all systems. */
export async function readSystemIds(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from systems order by id')
  return rows.map(({ id }) => id)
}

/** Registers a system; null where the identifier is taken, as that of the hub itself is. */
export async function createSystem(pool: Pool | PoolClient, system: NewSystem): Promise<System | null> {
  if (system.id === OWN_SYSTEM) return null
  const { rows } = await pool.query<System>(
    `insert into systems (id, title, description, region, settings) values ($1, $2, $3, $4, $5)
     on conflict (id) do nothing returning ${COLUMNS}`,
    [
      system.id,
      JSON.stringify(system.title),
      JSON.stringify(system.description ?? {}),
      system.region ?? null,
      JSON.stringify(system.settings ?? {}),
    ],
  )
  return rows[0] ?? null
}

/** Changes what is given; null where there is no such system. */
export async function patchSystem(
  pool: Pool | PoolClient,
  id: string,
  patch: Partial<Omit<NewSystem, 'id'>>,
): Promise<System | null> {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))
  const { rows } = await pool.query<System>(
    `update systems set title = coalesce($2, title), description = coalesce($3, description), region = coalesce($4, region),
       settings = coalesce($5, settings), updated_at = clock_timestamp()
     where id = $1 returning ${COLUMNS}`,
    [id, json(patch.title), json(patch.description), patch.region ?? null, json(patch.settings)],
  )
  return rows[0] ?? null
}

/** Sets what is expected of a system, from now on; null where there is no such system. */
export async function setExpectation(
  pool: Pool | PoolClient,
  id: string,
  expect: Expectation | null,
): Promise<System | null> {
  const { rows } = await pool.query<System>(
    `update systems set expect = $2, expect_since = clock_timestamp(), updated_at = clock_timestamp() where id = $1 returning ${COLUMNS}`,
    [id, expect && JSON.stringify(expect)],
  )
  return rows[0] ?? null
}

/** A system of which something is expected. */
export interface ExpectedSystem {
  readonly id: string
  readonly title: Words
  readonly expect: Expectation
  readonly expectSince: string
}

export async function readExpectedSystems(pool: Pool): Promise<ExpectedSystem[]> {
  const { rows } = await pool.query<ExpectedSystem>(
    `select id, title, expect, expect_since as "expectSince" from systems where expect is not null order by id`,
  )
  return rows
}
