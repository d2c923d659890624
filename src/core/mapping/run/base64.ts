import type { SourceRecord, SourceValue } from '#core/source.ts'

const BLANKS = /[ \t\r\n]+/g
const BASE64 = /^[A-Za-z0-9+/]+=*$/

/**
 * A record of a source that sends the Base64 of the UTF-8 of each value. Padding may be missing or too long, as such sources write
 * it. A text with a character that Base64 does not have was not encoded and stays; one that is no Base64 of a text gets U+FFFD where
 * it cannot be read, as any text that was destroyed on the way.
 */
export function fromBase64(source: SourceRecord): SourceRecord {
  const value = plain(source.value)
  return value === source.value ? source : { ...source, value }
}

function plain(value: SourceValue): SourceValue {
  if (typeof value === 'string') return textOf(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  const made: { [name: string]: SourceValue } = {}
  for (const name of Object.keys(value)) made[name] = plain(value[name] ?? null)
  return made
}

function textOf(written: string): string {
  const text = written.replaceAll(BLANKS, '')
  if (!BASE64.test(text)) return written
  const end = text.indexOf('=')
  const digits = end < 0 ? text.length : end
  // One digit alone holds six bits, which are no byte: something is missing.
  const cut = digits % 4 === 1 ? '\ufffd' : ''
  return Buffer.from(text.slice(0, digits), 'base64').toString('utf8') + cut
}
