import type { Pool } from 'pg'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { TooManyRecords } from '#adapters/push/too-many.ts'
import { type DetailPart, joinedRecord } from '#adapters/push/xml/join.ts'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { readAs, type SourceRecord } from '#core/source.ts'
import { type CanonicalMessage, decodeCanonical } from '#flow/intake/canonical-sources.ts'
import { digest } from '#flow/intake/part-rows.ts'
import { charsetOf } from '#flow/intake/target.ts'
import { readBases } from '#store/parts.ts'
import { readMessage } from '#store/receipts.ts'
import type { StoredMessage } from '#store/replay-messages.ts'

/** What the stored bytes of a message are, read as a mapping says. */
export type StoredRecords =
  | { readonly records: readonly SourceRecord[] }
  /** The message as a whole cannot be read so. */
  | { readonly refused: Issue }
  /** More records than one step takes: it must be gone through as a large message is. */
  | { readonly tooMany: true }

/** Source records of a message that is mapped anew in one transaction. */
const WHOLE_MAX_RECORDS = 10_000

/** The source records of a stored message that is not large, each detail with the base that came for it since. */
export async function storedRecords(
  pool: Pool,
  messageId: string,
  mapping: CompiledMapping,
): Promise<StoredRecords> {
  const stored = await readMessage(pool, messageId)
  if (!stored) return { refused: GONE }
  const { bytes, contentType } = stored
  if (!Buffer.isBuffer(bytes)) return { tooMany: true }
  try {
    const { records, parts } = await decodeMessage(
      bytes,
      { ...readAs(mapping.read, contentType), maxRecords: WHOLE_MAX_RECORDS },
      charsetOf(contentType),
    )
    return { records: await withBases(pool, records, parts?.alone ?? new Map(), mapping) }
  } catch (error) {
    if (error instanceof TooManyRecords) return { tooMany: true }
    if (!(error instanceof DecodeRefusal)) throw error
    return { refused: refusalIssue(error) }
  }
}

/**
 * The canonical records of a stored message: whichever system the first of them names, its message is of the one that it came for. A message
 * of them is never a large one.
 */
export async function storedCanonical(
  pool: Pool,
  { id, system }: Pick<StoredMessage, 'id' | 'system'>,
): Promise<CanonicalMessage | { readonly refused: Issue }> {
  const stored = await readMessage(pool, id)
  if (!stored || !Buffer.isBuffer(stored.bytes)) return { refused: GONE }
  try {
    return { system, ...decodeCanonical(stored.bytes) }
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    return { refused: refusalIssue(error) }
  }
}

export const refusalIssue = ({ at: path, code, reason, fix }: DecodeRefusal): Issue => ({
  path,
  code,
  reason,
  fix,
})

/** Source records with the bases that came in other messages. @param alone details without a base, by the place of their record */
export async function withBases(
  pool: Pool,
  records: readonly SourceRecord[],
  alone: ReadonlyMap<number, DetailPart>,
  { system, record }: CompiledMapping,
): Promise<readonly SourceRecord[]> {
  if (alone.size === 0) return records
  const keys = [...alone.values()].map(({ joinKey }) => digest(joinKey))
  const bases = await readBases(pool, { system, record }, [...new Set(keys)])
  return records.map((one) => {
    const detail = alone.get(one.index)
    const base = detail && bases.get(digest(detail.joinKey))
    return detail && base
      ? joinedRecord(detail, { path: base.place, fields: JSON.parse(base.fields) }, one.index)
      : one
  })
}

export const GONE = {
  path: '',
  code: 'E_SCHEMA',
  reason: 'the bytes of the message are no longer kept',
  fix: 'Ask the sender to send it again.',
} as const satisfies Issue
