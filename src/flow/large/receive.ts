import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import type { LargeRequest } from '#flow/intake/intake.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { receiptOf } from '#flow/intake/stored-receipt.ts'
import { mappingName, type Target } from '#flow/intake/target.ts'
import { advanceChannel } from '#store/channels.ts'
import { inTransaction } from '#store/database.ts'
import { isUnavailable } from '#store/database-errors.ts'
import { insertIdempotencyKeys } from '#store/idempotency-keys.ts'
import { insertLargeMessage, insertUpload, isLeaseLost } from '#store/large-messages.ts'
import { insertNonces } from '#store/message-nonces.ts'
import { deleteUpload, insertPart } from '#store/message-parts.ts'
import { readReceipt } from '#store/receipts.ts'

/** Largest message, after its content coding is taken off. */
export const LARGE_MAX_BYTES = 2_000_000_000
/** What is gathered before it is stored; one upload holds two of them. Whoever reads it has it as text in hexadecimal digits first, and two at a time. */
export const PART_BYTES = 262_144
/** Uploads at once in a process: each holds memory and asks for connections. */
const UPLOADS_MAX = 8

export interface ReceiveParts {
  readonly pool: Pool
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Called when a large message waits to be worked on. */
  readonly onWaiting: (id: string) => void
}

/** Settles the use of an Idempotency-Key once the digest is known: gives an earlier receipt, or calls the work. */
export type Once = (sha256: Buffer, work: () => Promise<Receipt>) => Promise<Receipt>

/** Stores a large message part by part as it comes, and gives its receipt. */
export type Receive = (
  request: LargeRequest & { readonly nonce?: string | undefined },
  target: Target,
  once: Once,
) => Promise<Receipt>

export function createReceive({ pool, clock, onWaiting }: ReceiveParts): Receive {
  let uploads = 0

  const store = async (request: Parameters<Receive>[0], target: Target, once: Once): Promise<Receipt> => {
    const { system, record } = request
    const receivedAtMs = clock()
    const message = { id: messageId(receivedAtMs), receivedAtMs, system, record }
    await insertUpload(pool, message)
    let kept = false
    try {
      const received = await storeParts(pool, message, request.chunks)
      const row = {
        ...message,
        ...received,
        mapping: mappingName(target.mapping),
        keyId: request.keyId,
        contentType: request.contentType,
      }
      return await once(received.sha256, async () => {
        const whole = await inTransaction(pool, async (client) => {
          if (!(await insertLargeMessage(client, row))) return false
          // How many records are in it is known only when it has been read.
          if (request.channel)
            await advanceChannel(client, request.channel, { received: 0, rejected: 0, refused: 0 })
          const { idempotencyKey } = request
          if (idempotencyKey !== undefined) await insertIdempotencyKeys(client, [{ ...row, idempotencyKey }])
          const { nonce } = request
          if (nonce !== undefined) await insertNonces(client, [{ ...row, nonce }])
          return true
        })
        if (!whole)
          throw new HubError('unavailable', {
            detail: 'the database lost a part of the message',
            retryAfterMs: 2000,
          })
        kept = true
        onWaiting(message.id)
        const stored = await readReceipt(pool, message.id)
        if (!stored) throw new Error(`the receipt of ${message.id} is not there`)
        return receiptOf(stored)
      })
    } finally {
      // What fails here, the sweep removes.
      if (!kept) await deleteUpload(pool, message).catch(() => {})
    }
  }

  return async (request, target, once) => {
    if (uploads >= UPLOADS_MAX)
      throw new HubError('busy', {
        detail: `${UPLOADS_MAX} large messages are coming in`,
        retryAfterMs: 5000,
      })
    uploads++
    try {
      return await store(request, target, once)
    } catch (error) {
      if (isUnavailable(error) || isLeaseLost(error))
        throw new HubError('unavailable', { retryAfterMs: 2000, cause: error })
      throw error
    } finally {
      uploads--
    }
  }
}

/** Stores the parts in order, one while the next is gathered, so that a slow database holds the sender back. */
async function storeParts(
  pool: Pool,
  message: { readonly id: string; readonly receivedAtMs: number },
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Buffer; size: number; parts: number }> {
  const digest = createHash('sha256')
  let size = 0
  let parts = 0
  /** One is filled while the other is stored. */
  let filling = Buffer.allocUnsafeSlow(PART_BYTES)
  let stored = Buffer.allocUnsafeSlow(PART_BYTES)
  let filled = 0
  let storing: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    await storing
    storing = insertPart(pool, message, parts++, filling.subarray(0, filled))
    storing.catch(() => {})
    ;[filling, stored] = [stored, filling]
    filled = 0
  }
  try {
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > LARGE_MAX_BYTES)
        throw new HubError('too_large', { detail: `more than ${LARGE_MAX_BYTES} bytes` })
      digest.update(chunk)
      for (let at = 0; at < chunk.length; ) {
        const piece = chunk.subarray(at, at + PART_BYTES - filled)
        filling.set(piece, filled)
        filled += piece.length
        at += piece.length
        if (filled === PART_BYTES) await flush()
      }
    }
    if (filled > 0) await flush()
  } finally {
    await storing
  }
  if (size === 0) throw new HubError('empty_body')
  return { sha256: digest.digest(), size, parts }
}
