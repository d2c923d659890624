import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import type { BytesForm, RowTaker } from './session.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_BYTES = 1 << 18
/** A byte below a blank needs six in JSON. */
const WORST = 6
const ZERO = 0x30
const NULL = Buffer.from('null')
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

/** Cells of each row of which the last is remembered, in order; and the cell that is 0 where a row is not new. */
export interface Kept {
  readonly cells: readonly number[]
  readonly mark: number | null
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
  /** Offset of the first of the rows at the end that share their first kept cell. */
  readonly tailAt: number
}

/**
 * @param kept which cells of a row are kept of the last one, besides being written where they are columns
 * @param encoding of the bytes of columns that are not in UTF-8
 * @param likely bytes that the page will probably have
 */
export function createPageWriter(
  columns: readonly ShownColumn[],
  kept: Kept,
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
  // Where the kept cells of this row and of the last one lie: they become text only when they are asked for.
  let row = cellPlaces(kept.cells.length)
  let last = cellPlaces(kept.cells.length)
  const slots = new Int8Array(Math.max(wide, kept.mark ?? 0, ...kept.cells) + 1).fill(-1)
  for (const [slot, cell] of kept.cells.entries()) slots[cell] = slot
  let isKnown = false
  let tailAt = 0
  let known = { rows: 0, bytes: 0 }

  const room = (bytes: number): void => {
    if (at + bytes <= out.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(out.length * 2, at + bytes))
    out.copy(larger, 0, 0, at)
    out = larger
  }

  const text = (head: Buffer, bytes: Uint8Array, from: number, to: number): void => {
    const target = out
    target.set(head, at)
    let p = at + head.length
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
    const head = heads[cell] as Buffer
    room((to - from) * WORST + head.length + 8)
    text(head, bytes, from, to)
  }

  return {
    value(bytes, from, to) {
      if (isFull) return
      const slot = slots[cell] as number
      if (slot >= 0) row.set(slot, bytes, from, to)
      if (cell < wide) shown(columns[cell] as ShownColumn, bytes, from, to)
      else if (cell === kept.mark) isKnown = bytes[from] === ZERO
      cell++
    },
    none() {
      if (isFull) return
      const slot = slots[cell] as number
      if (slot >= 0) row.set(slot, null, 0, 0)
      if (cell < wide) {
        const head = heads[cell] as Buffer
        room(head.length + NULL.length + 2)
        out.set(head, at)
        out.set(NULL, at + head.length)
        at += head.length + NULL.length
      }
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
      if (rows === 0 || !row.beginsAs(last)) tailAt = rowAt
      const spare = last
      last = row
      row = spare
      rowAt = at
      rows++
      if (isKnown) known = { rows, bytes: at }
      isKnown = false
    },
    get rows() {
      return rows
    },
    get isFull() {
      return isFull
    },
    get last() {
      return rows === 0 ? [] : last.texts()
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

interface CellPlaces {
  readonly bytes: (Uint8Array | null)[]
  readonly from: number[]
  readonly to: number[]
  set(slot: number, bytes: Uint8Array | null, from: number, to: number): void
  /** Whether the first cell is the same. */
  beginsAs(other: CellPlaces): boolean
  texts(): (string | null)[]
}

function cellPlaces(length: number): CellPlaces {
  const bytes: (Uint8Array | null)[] = new Array(length).fill(null)
  const from: number[] = new Array(length).fill(0)
  const to: number[] = new Array(length).fill(0)
  return {
    bytes,
    from,
    to,
    set(slot, cell, start, end) {
      bytes[slot] = cell
      from[slot] = start
      to[slot] = end
    },
    beginsAs(other) {
      const [one, two] = [bytes[0], other.bytes[0]]
      if (!one || !two) return one === two
      const start = from[0] as number
      const otherStart = other.from[0] as number
      const size = (to[0] as number) - start
      if (size !== (other.to[0] as number) - otherStart) return false
      for (let i = 0; i < size; i++) if (one[start + i] !== two[otherStart + i]) return false
      return true
    },
    texts: () =>
      bytes.map((cell, i) =>
        cell === null
          ? null
          : Buffer.from(
              cell.buffer,
              cell.byteOffset + (from[i] as number),
              (to[i] as number) - (from[i] as number),
            ).toString('utf8'),
      ),
  }
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
