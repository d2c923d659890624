import { type DecodeOutcome, decode, isText } from '#adapters/push/decode.ts'
import type { ReadOptions } from '#core/source.ts'

/** The records of a message that is a text, as a mapping's `read` says. */
export function decodeText(bytes: Uint8Array, read: ReadOptions): DecodeOutcome {
  if (!isText(read)) throw new Error(`${read.format} is no text`)
  return decode(bytes, read)
}
