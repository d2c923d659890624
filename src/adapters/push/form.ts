import { decodeText, type Encoding } from './charset.ts'
import { type JsonDocumentOptions, type JsonRows, readJson } from './json/document.ts'
import { DecodeRefusal } from './refusal.ts'

const PLUS = 0x2b
const PERCENT = 0x25

/** The records in the JSON of one field of an `application/x-www-form-urlencoded` body, and the encoding of that JSON. */
export function readForm(
  bytes: Uint8Array,
  field: string,
  options: Omit<JsonDocumentOptions, 'prefix'>,
): JsonRows & { encoding: Encoding } {
  const { text, encoding } = formText(bytes, field)
  if (text.trim() === '')
    throw new DecodeRefusal('E_SCHEMA', field, 'the field is empty', `send the JSON in ${field}`)
  try {
    return { ...readJson(text, { ...options, prefix: field }), encoding }
  } catch (refusal) {
    throw refusal instanceof DecodeRefusal ? inField(refusal, field) : refusal
  }
}

/** The text of one field of the form. */
export const formText = (bytes: Uint8Array, field: string): { text: string; encoding: Encoding } =>
  decodeText(fieldBytes(bytes, field))

function inField(refusal: DecodeRefusal, field: string): DecodeRefusal {
  const { code, at, reason, fix } = refusal
  if (at === 'end of text') return new DecodeRefusal(code, field, 'the form value ends inside the JSON', fix)
  return new DecodeRefusal(code, at.startsWith(field) ? at : `${field}, ${at}`, reason, fix)
}

/** The percent-decoded bytes of a field; the same field twice is refused, a body without it too. */
function fieldBytes(bytes: Uint8Array, field: string): Uint8Array {
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = indexOrEnd(bytes, 0x26, at)
    const equals = Math.min(indexOrEnd(bytes, 0x3d, at), end)
    if (latin(unescapeForm(bytes.subarray(at, equals), field)) === field)
      found.push(bytes.subarray(equals + 1, end))
    at = end + 1
  }
  const [only] = found
  if (found.length === 1 && only) return unescapeForm(only, field)
  const reason =
    found.length === 0 ? `the form has no field ${field}` : `the form has the field ${field} twice`
  throw new DecodeRefusal(
    'E_SCHEMA',
    field,
    reason,
    `send one field ${field} as application/x-www-form-urlencoded`,
  )
}

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? bytes.length : at
}

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 200))

/** Turns `+` into a blank and `%E5` into its byte. An escape cut by the end of the value is left out: the JSON is cut as well. */
function unescapeForm(value: Uint8Array, field: string): Uint8Array {
  const out = new Uint8Array(value.length)
  let length = 0
  for (let at = 0; at < value.length; at++) {
    const byte = value[at] as number
    if (byte !== PERCENT) {
      out[length++] = byte === PLUS ? 0x20 : byte
      continue
    }
    const high = hexDigit(value[at + 1])
    const low = hexDigit(value[at + 2])
    if (at + 2 >= value.length && high !== -1) break
    if (high < 0 || low < 0) throw badEscape(field, at)
    out[length++] = high * 16 + low
    at += 2
  }
  return out.subarray(0, length)
}

function badEscape(field: string, at: number): DecodeRefusal {
  const fix = 'escape the value as a form does: % and two hexadecimal digits'
  return new DecodeRefusal(
    'E_SCHEMA',
    field,
    `a % without two hexadecimal digits at byte ${at} of the value`,
    fix,
  )
}

/** Value of a hexadecimal digit; -1 for another byte, -2 where there is none. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -2
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
