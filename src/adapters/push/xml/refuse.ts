import { DecodeRefusal } from '#adapters/push/refusal.ts'

/** Refusal for a fault that the XML parser named, with line and column. */
export function refuseXml(message: string, line: number, column: number): DecodeRefusal {
  if (/doctype/i.test(message)) return doctypeRefused()
  const reason = message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')
  const fix = /entity/.test(reason) ? 'write & as &amp; in texts' : 'send well-formed XML 1.0'
  return new DecodeRefusal('E_SCHEMA', `line ${line}, column ${column}`, reason, fix)
}

function doctypeRefused(): DecodeRefusal {
  const fix = 'send the document without <!DOCTYPE …>'
  return new DecodeRefusal('E_SCHEMA', '<!DOCTYPE', 'a document type declaration is not allowed', fix)
}

/** Refusal of XML that stops too early. */
export function cutXml(inside: string | null): DecodeRefusal {
  const reason = `the XML ends inside ${inside ?? 'a tag'}`
  return new DecodeRefusal('E_SCHEMA', 'end of file', reason, 'send the whole message again')
}

const BARE_AMPERSAND = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);)/i

/**
 * Refusal of a `&` that begins no entity, looked for in the text that was not understood before the end: the parser waits for
 * the `;` until then. Null where there is none.
 */
export function bareAmpersand(text: string, firstLine: number): DecodeRefusal | null {
  const found = BARE_AMPERSAND.exec(text.slice(0, 100_000))
  // The last characters of a cut text may be the beginning of an entity.
  if (!found || text.length - found.index < 8) return null
  const line = firstLine + (text.slice(0, found.index).match(/\n/g) ?? []).length
  const fix = 'write & as &amp; in texts'
  return new DecodeRefusal('E_SCHEMA', `line ${line}`, 'a & that begins no entity', fix)
}
