import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { DecodeRefusal } from './refusal.ts'
import { damagedUtf8At, incompleteTail } from './utf8.ts'

/** What the bytes of a message really are. GBK and GB2312 are read as GB 18030, which holds both and names such as 㛃. */
export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

export interface DecodedText {
  /** The text without byte order mark; a character cut off by the end of the bytes is one U+FFFD. */
  readonly text: string
  readonly encoding: Encoding
}

/** Encoding told by a byte order mark, or by the NUL bytes of UTF-16 without one, and how many bytes the mark has. */
export function encodingMark(bytes: Uint8Array): { encoding: Encoding; length: number } | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', length: 3 }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', length: 2 }
  if (bytes.length < 2 || bytes.length % 2 === 1) return null
  if (a !== 0 && b === 0) return { encoding: 'utf-16le', length: 0 }
  if (a === 0 && b !== 0) return { encoding: 'utf-16be', length: 0 }
  return null
}

/**
 * The text of a message: byte order mark, then strict UTF-8, then GB 18030; what was declared is not believed.
 * @throws DecodeRefusal E_ENCODING with the offset of the first byte that fits no encoding
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const mark = encodingMark(bytes)
  const body = mark ? bytes.subarray(mark.length) : bytes
  if (mark && mark.encoding !== 'utf-8') return utf16(body, mark.encoding, mark.length)
  const utf8 = readUtf8(body)
  if (utf8 !== null) return { text: utf8, encoding: 'utf-8' }
  const damage = damagedUtf8At(body)
  if (mark || damage !== null) throw notReadable((damage ?? 0) + (mark?.length ?? 0), 'UTF-8')
  return { text: gb18030(body), encoding: 'gb18030' }
}

/** Refusal of bytes that fit no encoding. */
export function notReadable(offset: number, encoding: string): DecodeRefusal {
  return new DecodeRefusal(
    'E_ENCODING',
    `byte ${offset}`,
    encoding === 'UTF-8'
      ? 'the text is UTF-8 with damaged bytes'
      : `the bytes are neither UTF-8 nor ${encoding}`,
    'send the text in UTF-8 or GB 18030, with no byte changed on the way',
  )
}

function readUtf8(body: Uint8Array): string | null {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  // A one-byte string: faster to scan and half the memory.
  if (isAscii(body)) return buffer.toString('latin1')
  if (isUtf8(body)) return buffer.toString('utf8')
  const tail = incompleteTail(body)
  const whole = body.subarray(0, body.length - tail)
  // The first bytes of a cut character prove nothing where all before them is ASCII.
  if (tail > 0 && isUtf8(whole) && !isAscii(whole)) return `${buffer.toString('utf8', 0, whole.length)}\ufffd`
  return null
}

function utf16(body: Uint8Array, encoding: Encoding, mark: number): DecodedText {
  const even = body.subarray(0, body.length - (body.length % 2))
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  try {
    const text = decoder.decode(even, { stream: true })
    return { text: even.length === body.length ? text : `${text}\ufffd`, encoding }
  } catch {
    throw notReadable(mark + firstFault(even, encoding), encoding.toUpperCase())
  }
}

function gb18030(body: Uint8Array): string {
  const decoder = new TextDecoder('gb18030', { fatal: true })
  let text: string
  try {
    text = decoder.decode(body, { stream: true })
  } catch {
    throw notReadable(firstFault(body, 'gb18030'), 'GB 18030')
  }
  return text.startsWith('\ufeff') ? text.slice(1) + flush(decoder) : text + flush(decoder)
}

/** U+FFFD where the bytes end inside a character, else nothing. */
export function flush(decoder: TextDecoder): string {
  try {
    return decoder.decode()
  } catch {
    return '\ufffd'
  }
}

/** Offset of the first byte that cannot be decoded: the longest prefix that can be, found by halving. */
export function firstFault(bytes: Uint8Array, encoding: string): number {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(bytes.subarray(0, middle), encoding)) good = middle
    else bad = middle
  }
  return good
}

function decodes(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
