import type { ReadOptions } from '#core/source.ts'
import { decodeText } from './charset.ts'
import { formText } from './form.ts'
import { DecodeRefusal } from './refusal.ts'

/**
 * The JSON text that a message is, or holds in its form field, character by character as it was sent; null for other formats and for bytes that are no
 * text. It need not be whole: what a message says of itself is also wanted where the rest cannot be read.
 */
export function messageText(bytes: Uint8Array, read: ReadOptions): string | null {
  try {
    if (read.format === 'json') return decodeText(bytes).text
    return read.format === 'form' ? formText(bytes, read.form?.field ?? 'data').text : null
  } catch (refusal) {
    if (refusal instanceof DecodeRefusal) return null
    throw refusal
  }
}
