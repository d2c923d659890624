import { isHtmlPage } from './json/refuse.ts'
import { DecodeRefusal } from './refusal.ts'

/**
 * Throws for a text with nothing in it, and for an HTML page in the place of the format.
 * @throws DecodeRefusal
 */
export function refuseEmpty(text: string, format: 'XML' | 'CSV'): void {
  if (text.trim() === '')
    throw new DecodeRefusal('E_SCHEMA', 'line 1', 'the body is empty', 'send the records in the body')
  if (!isHtmlPage(text)) return
  const reason = `an error page of a proxy instead of ${format}`
  throw new DecodeRefusal('E_SCHEMA', 'line 1', reason, `send the ${format} document`)
}
