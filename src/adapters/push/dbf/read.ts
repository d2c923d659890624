import { kept } from '#adapters/push/kept.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { DbfOptions, SourceRecord } from '#core/source.ts'
import type { CodePage } from './code-page.ts'
import { type DbfHeader, readHeader } from './header.ts'
import { refuseDbf } from './refuse.ts'
import { type DbfTable, dbfTable } from './table.ts'

/** Bytes of rows that are looked at before the encoding is told: a stream cannot be read twice. */
const LOOK_BYTES = 65_536
const END_OF_FILE = 0x1a
const BLANK = 0x20
const DELETED = 0x2a

/** How a table is read, and what was declared of it. */
export interface DbfReadOptions {
  readonly dbf?: DbfOptions | undefined
  /** Encoding of its content type or mapping. */
  readonly declared?: string | undefined
}

/** The records of a whole table. @throws DecodeRefusal */
export function readDbf(
  bytes: Uint8Array,
  options: DbfReadOptions,
  maxRecords: number,
): { records: SourceRecord[]; codePage: CodePage } {
  const reader = dbfReader(options)
  const records: SourceRecord[] = []
  const add = (found: Iterable<SourceRecord>): void => {
    for (const record of found)
      if (records.push(record) > maxRecords) throw tooMany(null, maxRecords, record.path)
  }
  add(reader.take(bytes))
  add(reader.end())
  return { records, codePage: reader.codePage() }
}

/** The records of a table that comes in pieces, of which one is in memory at a time. @throws DecodeRefusal */
export async function* streamDbf(
  source: AsyncIterable<Uint8Array>,
  options: DbfReadOptions,
  onEnd: (codePage: CodePage) => void,
): AsyncGenerator<SourceRecord> {
  const reader = dbfReader(options)
  for await (const chunk of source) yield* reader.take(chunk)
  yield* reader.end()
  onEnd(reader.codePage())
}

/** Takes the pieces of a table in order, and gives the records of the rows that are whole. */
function dbfReader({ dbf = {}, declared }: DbfReadOptions) {
  let held: Buffer = Buffer.alloc(0)
  let header: DbfHeader | null = null
  let table: DbfTable | null = null
  let rows = 0
  let index = 0

  /** Takes the header off; false where there is more to come. */
  const begin = (isEnd: boolean): boolean => {
    header ??= readHeader(held)
    if (!header) return false
    if (table) return true
    const { headerBytes, rowBytes } = header
    const look = Math.min(header.rows, Math.max(1, Math.floor(LOOK_BYTES / rowBytes)))
    if (held.length < headerBytes + look * rowBytes && !isEnd) return false
    const body = held.subarray(headerBytes)
    const whole = Math.min(look, Math.floor(body.length / rowBytes))
    const firstRows = Array.from({ length: whole }, (_, i) => body.subarray(i * rowBytes, (i + 1) * rowBytes))
    table = dbfTable(header, firstRows, dbf, declared)
    held = body
    return true
  }

  function* wholeRows({ rows: all, rowBytes }: DbfHeader, { read }: DbfTable): Generator<SourceRecord> {
    let at = 0
    for (; rows < all && at + rowBytes <= held.length; at += rowBytes) {
      const row = held.subarray(at, at + rowBytes)
      rows++
      if (row[0] === END_OF_FILE) throw refuseDbf('cut', rowPlace(rows, all))
      const record = read(row, rows, index)
      if (!record) continue
      index++
      yield record
    }
    held = held.subarray(at)
    // Of what stands behind the rows as much as one of them is looked at.
    if (rows === all) held = held.subarray(0, rowBytes)
  }

  return {
    *take(chunk: Uint8Array): Generator<SourceRecord> {
      if (header && rows === header.rows && held.length >= header.rowBytes) return
      // The header and its columns are views of the bytes that they were read from.
      held = held.length === 0 && table ? viewOf(chunk) : Buffer.concat([held, chunk])
      if (begin(false) && header && table) yield* wholeRows(header, table)
      held = kept(held, chunk)
    },
    *end(): Generator<SourceRecord> {
      if (held.length === 0 && !header) throw refuseDbf('empty', 'first bytes')
      if (!begin(true) || !header || !table) throw refuseDbf('header_cut', 'header')
      yield* wholeRows(header, table)
      if (rows < header.rows) throw refuseDbf('cut', rowPlace(rows + 1, header.rows))
      if (isRow(held, header.rowBytes)) throw refuseDbf('more', rowPlace(rows + 1, header.rows))
    },
    /** Known when the last record has come. */
    codePage: (): CodePage => table?.codePage ?? { name: 'gb18030', mismatch: false },
  }
}

const rowPlace = (number: number, all: number): string => `record ${number} of ${all}`

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Whether bytes behind the last row look like one more. Fillings and the mark of the end do not. */
function isRow(bytes: Buffer, rowBytes: number): boolean {
  if (bytes.length < rowBytes || (bytes[0] !== BLANK && bytes[0] !== DELETED)) return false
  return bytes.subarray(1, rowBytes).some((byte) => byte !== BLANK && byte !== 0)
}
