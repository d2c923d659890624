import type { SourceValue } from '#core/source.ts'
import { currencyText, dateTimeText, doubleText } from './binary.ts'
import { latin, type TextReader } from './code-page.ts'
import type { DbfColumn } from './header.ts'

/** Gives the value of one column from the bytes of its row; undefined where its text fits no character. */
export type ReadValue = (row: Buffer) => SourceValue | undefined

const BLANK = 0x20
const ZERO = 0x30

/** What stands for a value that is not in the file, or whose type nobody reads: no text, so that no mapping takes it for one. */
const unread = (what: string): SourceValue => ({ unread: what })

/** How the values of a column are read; see `docs/mapping-language.md` for what each type gives. */
export function valueReader(column: DbfColumn, visual: boolean, texts: TextReader): ReadValue {
  const { type, length } = column
  if (type === 'C') return (row) => texts.read(withoutEnd(bytesOf(column, row))) ?? undefined
  if (type === 'N' || type === 'F') return (row) => numberOf(bytesOf(column, row))
  if (type === 'D' && length === 8) return (row) => dayOf(bytesOf(column, row))
  if (type === 'L' && length === 1) return (row) => truthOf(row[column.offset] as number)
  const binary = binaryReader(column, visual)
  if (binary) return binary
  if ('MGPB'.includes(type)) return (row) => memoOf(bytesOf(column, row), type)
  return () => unread(`type ${type}`)
}

function binaryReader({ type, length, offset }: DbfColumn, visual: boolean): ReadValue | null {
  if (type === 'I' && length === 4) return (row) => String(row.readInt32LE(offset))
  if (type === 'B' && length === 8 && visual) return (row) => doubleText(row.readDoubleLE(offset))
  if (type === 'Y' && length === 8) return (row) => currencyText(row.readBigInt64LE(offset))
  if (type !== 'T' || length !== 8) return null
  return (row) => {
    const day = row.readInt32LE(offset)
    const ms = row.readInt32LE(offset + 4)
    if (day === 0 && ms === 0) return null
    // Blanks are what a row has that was appended and never filled in.
    if (row.readBigUInt64LE(offset) === 0x2020202020202020n) return null
    return dateTimeText(day, ms) ?? unread(`day ${day}, ${ms} ms`)
  }
}

/** Where FoxPro marks that the last byte of a text is its length, and that a value is none. */
export interface Marks {
  readonly length?: number
  readonly none?: number
}

/** Reads by the marks of the row, which are bits behind the columns. @param flags column of the marks */
export function markedReader(column: DbfColumn, read: ReadValue, marks: Marks, flags: DbfColumn): ReadValue {
  const isSet = (row: Buffer, bit: number): boolean =>
    (((row[flags.offset + (bit >> 3)] as number) >> (bit & 7)) & 1) === 1
  const { length, none } = marks
  const last = column.offset + column.length - 1
  return (row) => {
    if (none !== undefined && isSet(row, none)) return null
    if (length === undefined || !isSet(row, length)) return read(row)
    const short = Buffer.from(row)
    short.fill(BLANK, column.offset + Math.min(row[last] as number, column.length - 1), last + 1)
    return read(short)
  }
}

const bytesOf = ({ offset, length }: DbfColumn, row: Buffer): Buffer => row.subarray(offset, offset + length)

/** Without the blanks and NULs with which a column is filled up; neither is the second byte of any character. */
export function withoutEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === BLANK || bytes[end - 1] === 0)) end--
  return bytes.subarray(0, end)
}

/** Digits as they are written; asterisks are what FoxPro writes for a number that did not fit, and stay. */
function numberOf(bytes: Uint8Array): string | null {
  const text = latin(withoutEnd(bytes)).trim()
  return text === '' ? null : text
}

function dayOf(bytes: Uint8Array): string | null {
  const text = latin(withoutEnd(bytes)).trim()
  return text === '' || text === '00000000' ? null : text
}

const TRUTHS: Readonly<Record<string, boolean>> = {
  t: true,
  y: true,
  '1': true,
  f: false,
  n: false,
  '0': false,
}

function truthOf(byte: number): SourceValue {
  if (byte === BLANK || byte === 0 || byte === 0x3f) return null
  const letter = String.fromCharCode(byte)
  return TRUTHS[letter.toLowerCase()] ?? letter
}

/** A memo stands in another file, of which the row has the number of a block; none, or zero, is a memo that is empty. */
function memoOf(bytes: Buffer, type: string): SourceValue {
  const block = bytes.length === 4 ? bytes.readUInt32LE(0) : null
  const isEmpty = block === null ? bytes.every(isNothing) : block === 0 || block === 0x20202020
  return isEmpty ? null : unread(type === 'M' ? 'memo' : `type ${type}`)
}

const isNothing = (byte: number): boolean => byte === BLANK || byte === 0 || byte === ZERO
