import type { Pool } from 'pg'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery, type Delivery } from '#flow/delivery/create-delivery.ts'
import type { BackwardMapping } from '#flow/delivery/ports.ts'
import { inTransaction } from '#store/database.ts'
import { insertVersions, lockPositions, type VersionRow } from '#store/intake.ts'
import { createLink, type Link, type NewLink, readLink } from '#store/links.ts'
import { versionRow } from '../changes/rows.ts'
import type { Receiver } from './receiver.ts'

/** Stores versions as intake does. */
export async function store(pool: Pool, rows: readonly VersionRow[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockPositions(client)
    await insertVersions(client, rows)
  })
}

let made = 0
/** Versions of records that no other test has. */
export const someRows = (count: number, more: Partial<VersionRow> = {}): VersionRow[] =>
  Array.from({ length: count }, () => versionRow(`r${++made}`, more))

/** A link to a receiver that begins at the end of the log, so that each test sees its own changes only. */
export async function linkTo(pool: Pool, receiver: Receiver, more: Partial<NewLink> = {}): Promise<Link> {
  const { rows } = await pool.query('select coalesce(max(position), 0) as head from record_versions')
  const { link } = await createLink(pool, {
    name: 'city platform',
    url: receiver.url,
    allowAddress: [receiver.allow],
    cursor: BigInt(rows[0].head),
    ...more,
  })
  return link
}

export async function linkNow(pool: Pool, id: string): Promise<Link> {
  const link = await readLink(pool, id)
  if (!link) throw new Error(`the link ${id} is gone`)
  return link
}

/** A delivery whose clock stands still until it is told otherwise, and whose jitter is none. */
export function deliveryAt(
  pool: Pool,
  more: { readonly leaseMs?: number; readonly mappingOf?: (name: string) => BackwardMapping | null } = {},
): { delivery: Delivery; clock: { time: number; now(): number } } {
  const clock = { time: Date.now(), now: () => clock.time }
  const delivery = createDelivery({
    pool,
    send: createHttpDelivery({ clock: clock.now }).send,
    clock,
    random: () => 0.5,
    ...more,
  })
  return { delivery, clock }
}
