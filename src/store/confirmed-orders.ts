import type { ClientBase, PoolClient } from 'pg'

/** A version that its source said again with a higher order than it has. */
export interface ConfirmedOrder {
  readonly id: string
  readonly version: number
  readonly order: string
}

/** The orders with which newest versions of the records were said again, of those that were. */
export async function readConfirmedOrders(
  client: ClientBase,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<{ record_id: string; source_order: string }>({
    name: 'read-confirmed-orders',
    text: 'select record_id, source_order from confirmed_orders where record_id = any($1)',
    values: [ids],
  })
  return new Map(rows.map((row) => [row.record_id, row.source_order]))
}

/** In a transaction of the caller's, under the lock of the positions. A version that is not the newest any more is a serialization failure. */
export async function writeConfirmedOrders(
  client: PoolClient,
  confirmed: readonly ConfirmedOrder[],
): Promise<void> {
  await client.query('select confirm_orders($1, $2, $3)', [
    confirmed.map(({ id }) => id),
    confirmed.map(({ version }) => version),
    confirmed.map(({ order }) => order),
  ])
}
