import type { PoolClient } from 'pg'
import { isKnown } from '#store/heads.ts'
import { lockPositions } from '#store/intake.ts'
import { deleteWaitingVoids, insertWaitingVoids, type WaitingVoid } from '#store/waiting-voids.ts'

/** In a transaction of the caller's: voids that were applied wait no more, and those whose original did not come yet begin to. */
export async function writeWaiting(
  client: PoolClient,
  newWaiting: readonly WaitingVoid[],
  applied: readonly string[],
): Promise<void> {
  if (applied.length > 0) await deleteWaitingVoids(client, applied)
  if (newWaiting.length === 0) return
  await lockPositions(client)
  const ids = newWaiting.map(({ recordId }) => recordId)
  if (await isKnown(client, ids)) throw new CrossedVoid()
  await insertWaitingVoids(client, newWaiting)
}

/** The original of a void was committed since it was looked for. Its code makes it a conflict, to be decided anew. */
class CrossedVoid extends Error {
  readonly code = '40001'
}
