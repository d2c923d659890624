import type { Pool, QueryResult } from 'pg'
import { inTransaction } from '#store/database.ts'

/** A statement that changes or empties tables which only grow, such as nothing but a test may do. */
export const rewrite = (pool: Pool, statement: string, values: unknown[] = []): Promise<QueryResult> =>
  inTransaction(pool, async (client) => {
    await client.query("select set_config('hub.rewriting', 'on', true)")
    return await client.query(statement, values)
  })
