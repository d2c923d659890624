import type { SourceValue } from '#core/source.ts'
import { currencyText, dateTimeText, doubleText } from './binary.ts'
import type { TextReader } from './code-page.ts'
import type { DbfColumn } from './header.ts'

/** A row as its bytes, and as a text of which each character is a byte: most cells are ASCII, and slices of it cost next to nothing. */
export interface Row {
  readonly bytes: Buffer
  readonly latin: string
}

/** Gives the value of one column of a row; undefined where its text fits no character. */
export type ReadValue = (row: Row) => SourceValue | undefined

const BLANK = 0x20
const ZERO = 0x30

/** What stands for a value that is not in the file, or whose type nobody reads: no text, so that no mapping takes it for one. */
const unread = (what: string): SourceValue => ({ unread: what })

/** How the values of a column are read; see `docs/mapping-language.md` for what each type gives. */
export function valueReader(column: DbfColumn, visual: boolean, texts: TextReader): ReadValue {
  const { type, length, offset } = column
  if (type === 'C') return (row) => textOf(row, offset, offset + length, texts)
  if (type === 'N' || type === 'F' || (type === 'D' && length === 8)) return (row) => writtenOf(column, row)
  if (type === 'L' && length === 1) return ({ bytes }) => truthOf(bytes[offset] as number)
  const binary = binaryReader(column, visual)
  if (binary) return binary
  if ('MGPB'.includes(type)) return ({ bytes }) => memoOf(bytes.subarray(offset, offset + length), type)
  return () => unread(`type ${type}`)
}

function binaryReader({ type, length, offset }: DbfColumn, visual: boolean): ReadValue | null {
  if (type === 'I' && length === 4) return ({ bytes }) => String(bytes.readInt32LE(offset))
  if (type === 'B' && length === 8 && visual) return ({ bytes }) => doubleText(bytes.readDoubleLE(offset))
  if (type === 'Y' && length === 8) return ({ bytes }) => currencyText(bytes.readBigInt64LE(offset))
  if (type !== 'T' || length !== 8) return null
  return ({ bytes }) => {
    const day = bytes.readInt32LE(offset)
    const ms = bytes.readInt32LE(offset + 4)
    if (day === 0 && ms === 0) return null
    // Blanks are what a row has that was appended and never filled in.
    if (bytes.readBigUInt64LE(offset) === 0x2020202020202020n) return null
    return dateTimeText(day, ms) ?? unread(`day ${day}, ${ms} ms`)
  }
}

/** Numbers of the bits behind the columns by which FoxPro marks that a value is none, and that the last byte of a text is its length. */
export interface Marks {
  readonly length?: number
  readonly none?: number
}

/** Reads by the marks of the row. @param flags column of the marks */
export function markedReader(
  column: DbfColumn,
  visual: boolean,
  texts: TextReader,
  marks: Marks,
  flags: DbfColumn,
): ReadValue {
  const isSet = ({ bytes }: Row, bit: number): boolean =>
    (((bytes[flags.offset + (bit >> 3)] as number) >> (bit & 7)) & 1) === 1
  const { length, none } = marks
  const { offset } = column
  const read = valueReader(column, visual, texts)
  const last = offset + column.length - 1
  return (row) => {
    if (none !== undefined && isSet(row, none)) return null
    if (length === undefined || column.type !== 'C' || !isSet(row, length)) return read(row)
    return textOf(row, offset, offset + Math.min(row.bytes[last] as number, column.length - 1), texts)
  }
}

/** A text without the blanks and NULs with which its column is filled up; neither is the second byte of any character. */
function textOf({ bytes, latin }: Row, from: number, to: number, texts: TextReader): string | undefined {
  let end = to
  while (end > from && isFilling(latin.charCodeAt(end - 1))) end--
  for (let at = from; at < end; at++)
    if (latin.charCodeAt(at) > 0x7e) return texts.read(bytes.subarray(from, end)) ?? undefined
  return latin.slice(from, end)
}

const isFilling = (byte: number): boolean => byte === BLANK || byte === 0

/** The same of bytes alone. */
export function withoutEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && isFilling(bytes[end - 1] as number)) end--
  return bytes.subarray(0, end)
}

/**
 * Digits as they are written, of a number or a day; asterisks are what FoxPro writes for a number that did not fit, and stay. A day of
 * zeros is none.
 */
function writtenOf({ offset, length, type }: DbfColumn, { latin }: Row): string | null {
  const text = latin
    .slice(offset, offset + length)
    .replaceAll('\0', ' ')
    .trim()
  return text === '' || (type === 'D' && text === '00000000') ? null : text
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

const isNothing = (byte: number): boolean => isFilling(byte) || byte === ZERO
