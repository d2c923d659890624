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

const TEXTS_MIN = 6
const HAN = /\p{Script=Han}/u
const NO_TEXT = /[\ufffd\u0000-\u0008\u000e-\u001f]/u

/** Whether each text of a sample is the Base64 of a text, and one of them at least that of a Chinese one: no plain text comes to that by chance. */
export function isBase64OfTexts(values: readonly SourceValue[]): boolean {
  const texts = values.flatMap(textsIn).filter((text) => text.trim() !== '')
  const decoded = texts.map((text) => (BASE64.test(text.replaceAll(BLANKS, '')) ? textOf(text) : '\ufffd'))
  return (
    texts.length >= TEXTS_MIN &&
    decoded.every((text) => !NO_TEXT.test(text)) &&
    decoded.some((text) => HAN.test(text))
  )
}

function textsIn(value: SourceValue): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
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
