import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { incompleteTail } from '#adapters/push/utf8.ts'

/** Language drivers that name a page of East Asia. Any other was written by a program that knew of none, whatever the texts are. */
const LANGUAGES: Readonly<Record<number, string>> = {
  19: 'shift_jis',
  77: 'gb18030',
  78: 'euc-kr',
  79: 'big5',
  120: 'big5',
  121: 'euc-kr',
  122: 'gb18030',
  123: 'shift_jis',
}

const CHINESE = 'gb18030'
const CALLED: Readonly<Record<string, string>> = {
  cp936: CHINESE,
  gbk: CHINESE,
  gb2312: CHINESE,
  cp950: 'big5',
  cp932: 'shift_jis',
  cp949: 'euc-kr',
}

export interface CodePage {
  /** Name as `TextDecoder` has it: `gb18030`, `utf-8`, `big5`. */
  readonly name: string
  /** What was declared says something else than the header, or than the texts. */
  readonly mismatch: boolean
}

/**
 * The encoding of a table: UTF-8 where all its texts are that, though few programs write it; else what is declared, then what the
 * header says, then GB 18030, in which the old programs of mainland China write under whatever language driver.
 * @param texts names of the columns and texts of the first rows, as bytes
 */
export function codePageOf(
  texts: Iterable<Uint8Array>,
  declared: string | undefined,
  language: number,
): CodePage {
  const wide = [...texts].filter((text) => !isAscii(text))
  const said = declared === undefined ? undefined : nameOf(declared)
  const header = LANGUAGES[language]
  if (wide.length > 0 && wide.every(isUtf8Text))
    return { name: 'utf-8', mismatch: declared !== undefined && said !== 'utf-8' }
  const believed = said === 'utf-8' && wide.length > 0 ? undefined : (said ?? undefined)
  const name = believed ?? header ?? CHINESE
  const isContradicted = said !== name || (header !== undefined && header !== name)
  return { name, mismatch: declared !== undefined && wide.length > 0 && isContradicted }
}

/** A text of UTF-8 with characters of three bytes, as those of Chinese are; its last one may be cut by the end of the column. */
function isUtf8Text(bytes: Uint8Array): boolean {
  const whole = bytes.subarray(0, bytes.length - incompleteTail(bytes))
  return isUtf8(whole) && whole.some((byte) => byte >= 0xe0)
}

/** The name by which Node knows an encoding whose units are bytes; null where it knows none. */
function nameOf(label: string): string | null {
  const called = CALLED[label.toLowerCase().replace(/[^a-z0-9]/g, '')] ?? label
  try {
    const name = new TextDecoder(called).encoding
    return name.startsWith('utf-16') ? null : (CALLED[name] ?? name)
  } catch {
    return null
  }
}

/** Reads texts of one encoding. */
export interface TextReader {
  /** A character cut off by the end of the bytes is one U+FFFD; null where a byte fits no character. */
  read(bytes: Uint8Array): string | null
  /** The same without a cut character: names of columns are cut at ten bytes, and mean the same all the same. */
  readName(bytes: Uint8Array): string | null
}

const REPLACEMENT = '\ufffd'
/** Bytes of U+FFFD itself: a text that was destroyed before it was written. */
const WRITTEN: Readonly<Record<string, Buffer>> = {
  'utf-8': Buffer.from(REPLACEMENT),
  gb18030: Buffer.from([0x84, 0x31, 0xa4, 0x37]),
}

export function textReader(encoding: string): TextReader {
  // Not a strict one: a text that throws costs fifty times as much, and a table can be full of them.
  const decoder = new TextDecoder(encoding, { ignoreBOM: true })
  const pieces = (bytes: Uint8Array): { text: string; isCut: boolean } | null => {
    const tail = cutTail(bytes, encoding)
    const text = tail === bytes.length ? '' : decoder.decode(bytes.subarray(0, bytes.length - tail))
    const isDamaged = text.includes(REPLACEMENT) && !holds(bytes, WRITTEN[encoding])
    return isDamaged ? null : { text, isCut: tail > 0 }
  }
  return {
    read(bytes) {
      const found = pieces(bytes)
      return found && (found.isCut ? found.text + REPLACEMENT : found.text)
    },
    readName: (bytes) => pieces(bytes)?.text ?? null,
  }
}

const holds = (bytes: Uint8Array, wanted: Buffer | undefined): boolean =>
  wanted !== undefined && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(wanted)

/** Number of bytes at the end that begin a character and do not finish it. */
function cutTail(bytes: Uint8Array, encoding: string): number {
  if (encoding === 'utf-8') return incompleteTail(bytes)
  let at = 0
  while (at < bytes.length) {
    const length = characterLength(bytes, at, encoding)
    if (at + length > bytes.length) return bytes.length - at
    at += length
  }
  return 0
}

/** GB 18030 has characters of four bytes, of which the second is a digit; the others of East Asia have two at most. */
function characterLength(bytes: Uint8Array, at: number, encoding: string): number {
  const [lead = 0, second = 0] = bytes.subarray(at, at + 2)
  if (lead <= 0x80 || lead === 0xff || (encoding === 'shift_jis' && lead >= 0xa0 && lead <= 0xdf)) return 1
  if (encoding !== 'gb18030') return EAST_ASIA.has(encoding) ? 2 : 1
  return second >= 0x30 && second <= 0x39 ? 4 : 2
}

const EAST_ASIA: ReadonlySet<string> = new Set(['big5', 'shift_jis', 'euc-kr'])
