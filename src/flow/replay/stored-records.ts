import type { Pool } from 'pg'
import type { DecodeOutcome } from '#adapters/push/decode.ts'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { TooManyRecords } from '#adapters/push/too-many.ts'
import { joinedRecord } from '#adapters/push/xml/join.ts'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { readAs, type SourceRecord } from '#core/source.ts'
import { digest } from '#flow/intake/part-rows.ts'
import { charsetOf } from '#flow/intake/target.ts'
import { readBases } from '#store/parts.ts'
import { readMessage } from '#store/receipts.ts'

/** What the stored bytes of a message are, read as a mapping says. */
export type StoredRecords =
  | { readonly records: readonly SourceRecord[] }
  /** The message as a whole cannot be read so. */
  | { readonly refused: Issue }
  /** More than is mapped anew at once. */
  | { readonly tooLarge: true }

/** A message is mapped anew in one transaction, so it is held whole. */
const WHOLE_MAX_BYTES = 16 * 1024 * 1024
const WHOLE_MAX_RECORDS = 10_000

/** The source records of a stored message, each detail with the base that came for it since. The one place where a replay reads bytes. */
export async function storedRecords(
  pool: Pool,
  messageId: string,
  mapping: CompiledMapping,
): Promise<StoredRecords> {
  const stored = await readMessage(pool, messageId)
  if (!stored) return { refused: GONE }
  if (stored.size > WHOLE_MAX_BYTES) return { tooLarge: true }
  const { bytes, contentType } = stored
  const whole = Buffer.isBuffer(bytes) ? bytes : Buffer.concat(await Array.fromAsync(bytes))
  try {
    const decoded = await decodeMessage(
      whole,
      { ...readAs(mapping.read, contentType), maxRecords: WHOLE_MAX_RECORDS },
      charsetOf(contentType),
    )
    return { records: await withBases(pool, decoded, mapping) }
  } catch (error) {
    if (error instanceof TooManyRecords) return { tooLarge: true }
    if (!(error instanceof DecodeRefusal)) throw error
    const { at: path, code, reason, fix } = error
    return { refused: { path, code, reason, fix } }
  }
}

async function withBases(
  pool: Pool,
  { records, parts }: DecodeOutcome,
  { system, record }: CompiledMapping,
): Promise<readonly SourceRecord[]> {
  if (!parts || parts.alone.size === 0) return records
  const { alone } = parts
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

const GONE: Issue = {
  path: '',
  code: 'E_SCHEMA',
  reason: 'the bytes of the message are no longer kept',
  fix: 'Ask the sender to send it again.',
}
