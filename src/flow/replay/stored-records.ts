import type { Pool } from 'pg'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { SourceRecord } from '#core/source.ts'
import { readMessageBytes } from '#store/receipts.ts'

/** What the stored bytes of a message are, read as a mapping says. */
export type StoredRecords =
  | { readonly records: readonly SourceRecord[] }
  /** The message as a whole cannot be read so. */
  | { readonly refused: Issue }

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i

/** The source records of a stored message. The one place where a replay reads bytes. */
export async function storedRecords(
  pool: Pool,
  messageId: string,
  mapping: CompiledMapping,
): Promise<StoredRecords> {
  const stored = await readMessageBytes(pool, messageId)
  if (!stored) return { refused: GONE }
  const charset = CHARSET.exec(stored.contentType)?.[1]
  try {
    return { records: decode(stored.bytes, mapping.read, charset ? { charset } : {}).records }
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    const { at: path, code, reason, fix } = error
    return { refused: { path, code, reason, fix } }
  }
}

const GONE: Issue = {
  path: '',
  code: 'E_SCHEMA',
  reason: 'the bytes of the message are no longer kept',
  fix: 'Ask the sender to send it again.',
}
