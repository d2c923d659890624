import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { isBlind, type Sight } from '#core/sight.ts'
import { messageTime } from '#flow/intake/message-id.ts'
import { readReceipt, type StoredReceipt } from '#store/receipts.ts'
import { withSight } from '#store/sighted.ts'
import { callerOf, sightOfCaller } from './scopes.ts'

/** The receipt of a message that the caller sent or whose system it sees, and with which eyes to read the rest of it; null for all others. */
export async function readSeenReceipt(
  pool: Pool,
  request: FastifyRequest,
  id: string,
): Promise<{ stored: StoredReceipt; sight: Sight | null; isOwn: boolean } | null> {
  if (messageTime(id) === null) return null
  const { keyId } = callerOf(request)
  const sight = sightOfCaller(request)
  const found = await readReceipt(pool, id)
  const isOwn = found !== null && keyId !== null && found.keyId === keyId
  if (found !== null && (isOwn || sight === null)) return { stored: found, sight: null, isOwn }
  if (isBlind(sight)) return null
  const stored = await withSight(pool, sight, (reader) => readReceipt(reader, id))
  return stored && { stored, sight, isOwn: false }
}
