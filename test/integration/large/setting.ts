import { runLarge } from '#flow/large/run.ts'
import type { TestApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

/** Works on a message in this process, with the mappings of the test's API. */
export const workOn = (api: TestApi, id: string): ReturnType<typeof runLarge> =>
  runLarge(
    { pool: api.pool, registry: api.registry, onCommitted: () => {}, signal: new AbortController().signal },
    id,
  )

/** A JSON list of trades; one in a hundred has no key and is rejected. */
export const tradesJson = (prefix: string, count: number): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) =>
      i % 100 === 99 ? trade('', { goodsName: `${prefix}${i}` }) : trade(`${prefix}${i}`),
    ),
  )

/** Versions that the store has of records whose key begins so. */
export async function versionsOf(api: TestApi, prefix: string): Promise<number> {
  const { rows } = await api.pool.query(
    'select count(*)::int as count from record_versions where record_id like $1',
    [`%:${prefix}%`],
  )
  return rows[0].count
}

/** Rows that large messages have, by table. */
export async function leftovers(api: TestApi): Promise<Record<string, number>> {
  const { rows } = await api.pool.query(
    `select (select count(*)::int from large_messages) as messages, (select count(*)::int from message_parts) as parts`,
  )
  return rows[0]
}
