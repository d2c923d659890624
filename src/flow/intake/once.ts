import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import { isConflict } from '#store/database-errors.ts'
import { findIdempotencyKey } from '#store/idempotency-keys.ts'
import { findNonce } from '#store/message-nonces.ts'
import { readReceipt } from '#store/receipts.ts'
import { receiptOf } from './stored-receipt.ts'

/** What names one attempt of a sender beside its bytes. */
export interface Named {
  readonly system: string
  readonly idempotencyKey?: string | undefined
  /** Its id, where it was signed. */
  readonly nonce?: string | undefined
}

/** Does the work of a message once, however often it is named: a second sender of the same bytes gets the receipt of the first. */
export type Once = (named: Named, sha256: Buffer, work: () => Promise<Receipt>) => Promise<Receipt>

/**
 * The truth is in the rows that are written with the message; what is under way in this process is only waited for.
 * Another body under a name that was used throws `idempotency_conflict` or `nonce_used`.
 */
export function createOnce(pool: Pool): Once {
  const underWay = new Map<string, { sha256: Buffer; receipt: Promise<Receipt> }>()

  const earlierReceipt = async (
    { system, idempotencyKey, nonce }: Named,
    sha256: Buffer,
  ): Promise<Receipt | null> => {
    const ofKey = idempotencyKey === undefined ? null : await findIdempotencyKey(pool, system, idempotencyKey)
    if (ofKey && !ofKey.sha256.equals(sha256)) throw new HubError('idempotency_conflict')
    const ofNonce = nonce === undefined ? null : await findNonce(pool, system, nonce)
    if (ofNonce && !ofNonce.sha256.equals(sha256)) throw new HubError('nonce_used')
    const use = ofKey ?? ofNonce
    const stored = use && (await readReceipt(pool, use.messageId))
    return stored && receiptOf(stored)
  }

  const attempt = async (named: Named, sha256: Buffer, work: () => Promise<Receipt>): Promise<Receipt> => {
    const earlier = await earlierReceipt(named, sha256)
    if (earlier) return earlier
    try {
      return await work()
    } catch (error) {
      const other = isConflict(error) ? await earlierReceipt(named, sha256) : null
      if (other) return other
      throw error
    }
  }

  return async (named, sha256, work) => {
    const { system, idempotencyKey, nonce } = named
    if (idempotencyKey === undefined && nonce === undefined) return await work()
    const name = JSON.stringify([system, idempotencyKey, nonce])
    const current = underWay.get(name)
    if (current) {
      if (current.sha256.equals(sha256)) return await current.receipt
      throw new HubError(idempotencyKey === undefined ? 'nonce_used' : 'idempotency_conflict')
    }
    const receipt = attempt(named, sha256, work)
    underWay.set(name, { sha256, receipt })
    try {
      return await receipt
    } finally {
      underWay.delete(name)
    }
  }
}
