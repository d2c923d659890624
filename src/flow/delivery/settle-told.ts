import type { Pool } from 'pg'
import { inTransaction } from '#store/database.ts'
import { type Settled, type Settlement, settleDelivery } from '#store/deliveries.ts'
import type { Lease } from '#store/link-lease.ts'
import { noteTold, type ToldHold } from '#store/recall-notices.ts'

/** Settles a batch, and where it held holds stores in the same transaction when the receiver was told of them and what it said. */
export async function settleTold(
  pool: Pool,
  lease: Lease,
  settlement: Settlement,
  told: readonly ToldHold[],
): Promise<Settled> {
  const { sent } = settlement
  if (told.length === 0 || sent === null) return await settleDelivery(pool, lease, settlement)
  return await inTransaction(pool, async (client) => {
    const settled = await settleDelivery(client, lease, settlement)
    const { id: deliveryId, startedAtMs: sentAtMs } = sent
    if (settled.stored)
      await noteTold(client, told, { linkId: lease.linkId, deliveryId, sentAtMs, atMs: settlement.nowMs })
    return settled
  })
}
