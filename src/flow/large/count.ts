import type { Pool } from 'pg'
import { countStream } from '#adapters/push/decode-stream.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { ReadOptions } from '#core/source.ts'
import { charsetOf } from '#flow/intake/target.ts'
import type { LargeLease } from '#store/large-messages.ts'
import { readPartsOnce } from '#store/message-parts.ts'

/**
 * Reads a large message through and counts its source records. Nothing is written yet: a message that is cut or broken gives no record.
 * @throws DecodeRefusal where the message as a whole cannot be read
 */
export async function countRecords(
  { pool, signal }: { readonly pool: Pool; readonly signal: AbortSignal },
  lease: LargeLease,
  read: ReadOptions,
  maxRecords = Number.POSITIVE_INFINITY,
): Promise<number> {
  let total = 0
  for await (const count of countStream(
    readPartsOnce(pool, lease),
    unparked(read),
    charsetOf(lease.contentType),
  )) {
    total += count
    if (total > maxRecords) throw tooMany(null, maxRecords, '')
    signal.throwIfAborted()
  }
  return total
}

/** Parts that would wait for other messages need not be gathered to be counted. */
const unparked = (read: ReadOptions): ReadOptions =>
  read.xml?.join ? { ...read, xml: { ...read.xml, join: { ...read.xml.join, park: false } } } : read
