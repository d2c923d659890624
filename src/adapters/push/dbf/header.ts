import { refuseDbf } from './refuse.ts'

/** A column as the header describes it. */
export interface DbfColumn {
  /** Its name as bytes, without what stands behind it. */
  readonly name: Uint8Array
  /** Letter of its type: `C`, `N`, `D`. */
  readonly type: string
  /** Where it begins in a row, from 0, which is the mark of deletion. */
  readonly offset: number
  readonly length: number
  /** FoxPro: may have no value at all. */
  readonly nullable: boolean
  /** FoxPro: of the program's own, no column of the table. */
  readonly hidden: boolean
}

export interface DbfHeader {
  /** Rows that it counts, deleted ones too. */
  readonly rows: number
  /** Bytes before the first row. */
  readonly headerBytes: number
  readonly rowBytes: number
  /** Language driver: the code page that the program believed to write. */
  readonly language: number
  /** Visual FoxPro, whose numbers are binary. */
  readonly visual: boolean
  readonly columns: readonly DbfColumn[]
}

const FIXED_BYTES = 32
const COLUMN_BYTES = 32
const NAME_BYTES = 11
const COLUMNS_MAX = 1000
const COLUMNS_END = 0x0d
const TYPE = /^[A-Z0-9@+]$/

/** First bytes of dBase III to V, FoxBASE, FoxPro, Visual FoxPro and HiPer-Six. */
const VERSIONS: ReadonlySet<number> = new Set([
  0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x87, 0x8b, 0x8c, 0x8e, 0xcb, 0xe5, 0xf5, 0xfb,
])
const ZIP = 0x504b

/** Whether bytes begin as a table does: the first one alone may be a letter of a text. */
export function isDbf(bytes: Uint8Array): boolean {
  const [version = 0, , month = 99, day = 99] = bytes
  if (!VERSIONS.has(version) || month > 12 || day > 31) return false
  try {
    return readHeader(bytes) !== null
  } catch {
    return false
  }
}

/**
 * The header of a table; null where there are too few bytes yet to tell.
 * @throws DecodeRefusal where the bytes are no table, or one that cannot be read
 */
export function readHeader(bytes: Uint8Array): DbfHeader | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length > 0) refuseOther(view)
  if (view.length < FIXED_BYTES) return null
  const headerBytes = view.readUInt16LE(8)
  const rowBytes = view.readUInt16LE(10)
  const isShort = headerBytes < FIXED_BYTES + COLUMN_BYTES || rowBytes < 2
  if (isShort) throw refuseDbf('other', 'header')
  if (view[15] === 1) throw refuseDbf('encrypted', 'header')
  if (view.length < headerBytes) return null
  const version = view[0] as number
  const visual = version >= 0x30 && version <= 0x32
  return {
    rows: view.readUInt32LE(4),
    headerBytes,
    rowBytes,
    language: view[29] as number,
    visual,
    columns: readColumns(view.subarray(0, headerBytes), rowBytes, visual),
  }
}

/** Refuses what is called .dbf and is none, in words that tell its sender what it is. */
function refuseOther(bytes: Buffer): void {
  if (VERSIONS.has(bytes[0] as number)) return
  const at = 'first bytes'
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === ZIP) throw refuseDbf('packed', at)
  const text = bytes.toString('utf8', 0, 200).trimStart()
  throw refuseDbf(text.startsWith('<') ? 'page' : 'other', at)
}

function readColumns(header: Buffer, rowBytes: number, visual: boolean): DbfColumn[] {
  const found: Described[] = []
  for (let at = FIXED_BYTES; at + COLUMN_BYTES <= header.length; at += COLUMN_BYTES) {
    if (header[at] === COLUMNS_END) break
    if (found.length === COLUMNS_MAX) throw refuseDbf('many_columns', 'header')
    found.push(readColumn(header, at, `column ${found.length + 1}`))
  }
  if (found.length === 0) throw refuseDbf('bad_column', 'header')
  const isLong = lengthOf(found) !== rowBytes
  // Clipper writes the length of a long text in two bytes, the second of which elsewhere counts decimals.
  const columns = isLong ? found.map(withLongText) : found
  if (lengthOf(columns) !== rowBytes) throw refuseDbf('lengths', 'header')
  let offset = 1
  return columns.map(({ name, type, length, flags }) => {
    const column = {
      name,
      type,
      offset,
      length,
      nullable: visual && (flags & 0x02) !== 0,
      hidden: visual && (flags & 0x01) !== 0,
    }
    offset += length
    return column
  })
}

interface Described {
  readonly name: Uint8Array
  readonly type: string
  readonly length: number
  readonly decimals: number
  readonly flags: number
}

function readColumn(header: Buffer, at: number, place: string): Described {
  const nameField = header.subarray(at, at + NAME_BYTES)
  const end = nameField.indexOf(0)
  const name = nameField.subarray(0, end < 0 ? NAME_BYTES : end)
  const type = String.fromCharCode(header[at + 11] as number)
  const length = header[at + 16] as number
  if (name.length === 0 || name.some((byte) => byte < 0x20) || !TYPE.test(type)) {
    // dBase 7 has columns of 48 bytes, behind a header of 68.
    const isNewer = ((header[0] as number) & 7) === 4
    throw isNewer ? refuseDbf('newer', 'header') : refuseDbf('bad_column', place)
  }
  return { name, type, length, decimals: header[at + 17] as number, flags: header[at + 18] as number }
}

const withLongText = (column: Described): Described =>
  column.type === 'C' ? { ...column, length: column.length + column.decimals * 256 } : column

/** Bytes of a row with these columns: the mark of deletion stands before them. */
const lengthOf = (columns: readonly Described[]): number =>
  columns.reduce((sum, { length }) => sum + length, 1)
