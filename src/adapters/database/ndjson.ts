import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import type { BytesForm, RowTaker } from './session.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_BYTES = 1 << 18
/** A byte below a blank needs six in JSON. */
const WORST = 6
const SHORT = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
])

export interface ShownColumn {
  readonly name: string
  /** In which form its bytes come. */
  readonly bytes: BytesForm
  readonly trim: boolean
}

/** Rows as NDJSON, written byte by byte: no string is made of a value whose bytes are text already. */
export interface PageWriter extends RowTaker {
  /** Rows that fitted. */
  readonly rows: number
  /** A row did not fit: it and those after it were left out. */
  readonly isFull: boolean
  /** The hidden cells of the last row that fitted. */
  readonly last: readonly (string | null)[]
  /** Values with bytes that are no text in their encoding: each such byte became U+FFFD. */
  readonly damaged: number
  /** What was written, for as long as the writer lives. */
  bytes(): Buffer
  /** Rows at the beginning that were there before: those whose last hidden cell is not 1. */
  readonly known: { readonly rows: number; readonly bytes: number }
  /** Offset of the first of the rows at the end that share their first hidden cell. */
  readonly tailAt: number
}

/**
 * @param hidden cells after those of the columns that are kept of the last row but not written
 * @param encoding of the bytes of columns that are not in UTF-8
 * @param likely bytes that the page will probably have
 */
export function createPageWriter(
  columns: readonly ShownColumn[],
  hidden: number,
  maxBytes: number,
  encoding: string | undefined,
  likely = FIRST_BYTES,
): PageWriter {
  const heads = columns.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
  const decoder = new TextDecoder(encoding ?? 'utf-8')
  const wide = columns.length
  let out = Buffer.allocUnsafeSlow(Math.min(likely, maxBytes) + 1024)
  let at = 0
  let rowAt = 0
  let cell = 0
  let rows = 0
  let isFull = false
  let damaged = 0
  let row: (string | null)[] = new Array(hidden).fill(null)
  let last: (string | null)[] = []
  let tailAt = 0
  let known = { rows: 0, bytes: 0 }

  const room = (bytes: number): void => {
    if (at + bytes <= out.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(out.length * 2, at + bytes))
    out.copy(larger, 0, 0, at)
    out = larger
  }

  const head = (): void => {
    const bytes = heads[cell] as Buffer
    out.set(bytes, at)
    at += bytes.length
  }

  const text = (bytes: Uint8Array, from: number, to: number): void => {
    const target = out
    let p = at
    target[p++] = QUOTE
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number
      if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) target[p++] = byte
      else p = escaped(target, p, byte)
    }
    target[p++] = QUOTE
    at = p
  }

  const decoded = (bytes: Uint8Array, from: number, to: number): Uint8Array => {
    const value = decoder.decode(bytes.subarray(from, to))
    if (value.includes('\ufffd')) damaged++
    return Buffer.from(value)
  }

  const shown = (column: ShownColumn, bytes: Uint8Array, from: number, to: number): void => {
    if (column.bytes === 'encoded-hex') {
      bytes = Buffer.from(latin1(bytes, from, to), 'hex')
      from = 0
      to = bytes.length
    }
    if (column.bytes !== 'utf-8' && !isPlain(bytes, from, to)) {
      bytes = decoded(bytes, from, to)
      from = 0
      to = bytes.length
    }
    if (column.trim) while (to > from && bytes[to - 1] === 0x20) to--
    room((to - from) * WORST + (heads[cell] as Buffer).length + 8)
    head()
    text(bytes, from, to)
  }

  return {
    value(bytes, from, to) {
      if (isFull) return
      if (cell < wide) shown(columns[cell] as ShownColumn, bytes, from, to)
      else row[cell - wide] = utf8(bytes, from, to)
      cell++
    },
    none() {
      if (isFull) return
      if (cell < wide) {
        room((heads[cell] as Buffer).length + 8)
        head()
        at += out.write('null', at, 'latin1')
      } else row[cell - wide] = null
      cell++
    },
    end() {
      if (isFull) return
      room(2)
      out[at++] = 0x7d
      out[at++] = 0x0a
      cell = 0
      if (at > maxBytes) {
        isFull = true
        at = rowAt
        return
      }
      if (rows === 0 || row[0] !== last[0]) tailAt = rowAt
      const spare = last
      last = row
      row = spare.length === hidden ? spare : new Array(hidden).fill(null)
      rowAt = at
      rows++
      if (last[hidden - 1] === '0') known = { rows, bytes: at }
    },
    get rows() {
      return rows
    },
    get isFull() {
      return isFull
    },
    get last() {
      return last
    },
    get known() {
      return known
    },
    get damaged() {
      return damaged
    },
    bytes() {
      const written = out.subarray(0, at)
      if (isUtf8(written)) return written
      damaged++
      return Buffer.from(written.toString('utf8'))
    },
    get tailAt() {
      return tailAt
    },
  }
}

function escaped(target: Buffer, p: number, byte: number): number {
  target[p++] = BACKSLASH
  if (byte >= 0x20) {
    target[p++] = byte
    return p
  }
  const short = SHORT.get(byte)
  if (short !== undefined) {
    target[p++] = short
    return p
  }
  return p + target.write(`u00${byte.toString(16).padStart(2, '0')}`, p, 'latin1')
}

function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((bytes[i] as number) >= 0x80) return false
  return true
}

const utf8 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
