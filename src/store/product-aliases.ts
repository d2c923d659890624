import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import type { ProductAlias } from '#core/products/aliases.ts'
import { inTransaction } from './database.ts'
import type { Reader } from './sighted.ts'

/** An alias as it is kept: with who decided it, when and why. */
export interface StoredAlias extends ProductAlias {
  readonly id: string
  readonly reason: string | null
  /** Key of the person; null for the administrator key of the settings. */
  readonly key: string | null
  readonly decidedAt: string
}

const COLUMNS = `id, system, scheme, value, class, code, reason, key_id as key, decided_at as "decidedAt"`
/** Who decided it and why may tell of others: it is for who sees everything. */
const SEEN_COLUMNS = COLUMNS.replace('reason, key_id as key', 'null as reason, null as key')

/** The aliases in force and the newest revision; null where nothing changed since the revision that is known. */
export async function readAliasesSince(
  pool: Pool,
  known: number,
): Promise<{ aliases: ProductAlias[]; revision: number } | null> {
  const newest = await pool.query<{ revision: string | null }>({
    name: 'alias-revision',
    text: 'select max(revision) as revision from product_aliases',
  })
  const revision = Number(newest.rows[0]?.revision ?? 0)
  if (revision === known) return null
  // What is read now may be newer than the revision; then it is read once more, which does no harm.
  const { rows } = await pool.query<ProductAlias>(
    'select system, scheme, value, class, code from product_aliases where ended_at is null',
  )
  return { aliases: rows, revision }
}

/** Aliases in force, newest first, as far as they are seen; `after` is the last one of the page before. */
export async function listAliases(
  reader: Reader,
  query: {
    /** Whether the reader sees a part. */
    readonly isPart: boolean
    readonly system?: string
    readonly after?: { decidedAt: string; id: string }
    readonly limit: number
  },
): Promise<StoredAlias[]> {
  const { rows } = await reader.query<StoredAlias>(
    `select ${query.isPart ? SEEN_COLUMNS : COLUMNS} from product_aliases
      where ended_at is null and ($1::text is null or system = $1)
        and ($2::timestamptz is null or (decided_at, id) < ($2, $3::uuid))
      order by decided_at desc, id desc limit $4`,
    [query.system ?? null, query.after?.decidedAt ?? null, query.after?.id ?? null, query.limit],
  )
  return rows
}

/** Keeps an alias; null where one is in force for the same name and system. */
export async function insertAlias(
  pool: Pool,
  alias: Omit<StoredAlias, 'id' | 'decidedAt'>,
): Promise<StoredAlias | null> {
  const { system, scheme, value, class: productClass, code, reason, key } = alias
  return await changing(pool, async (client) => {
    const { rows } = await client.query<StoredAlias>(
      `insert into product_aliases (id, system, scheme, value, class, code, reason, key_id, decided_at, revision)
       values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), nextval('product_alias_revisions'))
       on conflict do nothing returning ${COLUMNS}`,
      [randomUUID(), system, scheme, value, productClass, code, reason, key],
    )
    return rows[0] ?? null
  })
}

/** Ends an alias, which stays as history; false where none is in force under this number. */
export async function endAlias(pool: Pool, id: string, key: string | null): Promise<boolean> {
  return await changing(pool, async (client) => {
    const { rowCount } = await client.query(
      `update product_aliases set ended_at = clock_timestamp(), ended_by = $2, revision = nextval('product_alias_revisions')
        where id = $1 and ended_at is null`,
      [id, key],
    )
    return rowCount === 1
  })
}

/** Revisions are drawn under a lock that is held until COMMIT, so that whoever sees the newest one sees all changes before it. */
const changing = <T>(pool: Pool, change: (client: ClientBase) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query('lock table product_aliases in share row exclusive mode')
    return await change(client)
  })
