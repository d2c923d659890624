import type { Pool } from 'pg'
import { type HeadKey, newHeadKey } from '#core/evidence/signing.ts'
import { insertHeadKey, listHeadKeys, openHeadKey, type StoredHeadKey } from '#store/audit-keys.ts'
import { inTransaction } from '#store/database.ts'

/** Makes a key that signs from the batch on that comes after the one in which its entry of the log is. */
export async function rotateHeadKey(pool: Pool, who: string): Promise<StoredHeadKey> {
  const key = newHeadKey()
  await inTransaction(pool, (client) => insertHeadKey(pool, client, key, who))
  const stored = (await listHeadKeys(pool)).find(({ id }) => id === key.id)
  if (!stored) throw new Error('the key that was made is not there')
  return stored
}

/**
 * The key that signs the next head: the newest whose entry is in a batch that was sealed before, so that each key but the first is vouched
 * for by the one before it. The first is made here.
 */
export async function signingKey(pool: Pool, sealedEntries: string): Promise<HeadKey> {
  let keys = await listHeadKeys(pool)
  if (keys.length === 0) {
    await rotateHeadKey(pool, 'hub')
    keys = await listHeadKeys(pool)
  }
  const vouched = keys.findLast(({ entry }) => entry !== null && BigInt(entry) <= BigInt(sealedEntries))
  const chosen = vouched ?? keys[0]
  const key = chosen && (await openHeadKey(pool, chosen.id))
  if (!key) throw new Error('no key for heads can be opened')
  return key
}
