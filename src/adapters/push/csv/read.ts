import { CsvError, type Options } from 'csv-parse'
import { parse as parseWhole } from 'csv-parse/sync'
import { refuseEmpty } from '#adapters/push/empty.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Needed } from '#adapters/push/table/needed.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { CsvOptions, SourceRecord } from '#core/source.ts'
import { findTable, quoteOf, type Table } from './dialect.ts'
import { isPlain, plainLines } from './plain.ts'
import { createRowReader } from './rows.ts'
import { type RowBatch, rowBatches } from './stream.ts'

const ROW_MAX_CHARS = 1_048_576

/** The records of a CSV text. Cells are texts as written: formulas, leading zeros and blanks stay. */
export function readCsv(
  text: string,
  options: CsvOptions | undefined,
  maxRecords: number,
  needed?: Needed,
): SourceRecord[] {
  refuseEmpty(text, 'CSV')
  const table = findTable(text, true, options) ?? NO_TABLE
  const reader = createRowReader(options, needed)
  const records: SourceRecord[] = []
  for (const cells of rowsOf(table, options, maxRecords + 2)) {
    const record = reader.read(cells)
    if (record) records.push(record)
    if (records.length > maxRecords) throw tooMany(null, maxRecords, `row ${records.length}`)
  }
  reader.end()
  return records
}

function rowsOf(table: Table, options: CsvOptions | undefined, most: number): Iterable<string[]> {
  const dialect = dialectOf(options, table.delimiter)
  if (isPlain(table.text, dialect.quote))
    return plainLines(table.text, dialect)
      .slice(0, most)
      .map((line) => line.split(table.delimiter))
  try {
    return parseWhole(table.text, { ...settings(options, table.delimiter), to: most }) as string[][]
  } catch (error) {
    throw refusalOf(error, 0)
  }
}

/** The same records from pieces of text, some rows in memory at a time. */
export async function* streamCsv(
  text: AsyncIterable<string>,
  options: CsvOptions | undefined,
  needed?: Needed,
): AsyncGenerator<SourceRecord> {
  const reader = createRowReader(options, needed)
  for await (const { lines, cells, delimiter } of streamRows(text, options)) {
    if (lines !== null) {
      for (const line of lines) {
        const record = reader.read(line.split(delimiter))
        if (record) yield record
      }
      continue
    }
    for (const row of cells) {
      const record = reader.read(row)
      if (record) yield record
    }
  }
  reader.end()
}

/** How many records `streamCsv` gives, told in some steps. */
export async function* countCsv(
  text: AsyncIterable<string>,
  options: CsvOptions | undefined,
  needed?: Needed,
): AsyncGenerator<number> {
  const reader = createRowReader(options, needed)
  let isBegun = false
  for await (const { lines, cells, delimiter } of streamRows(text, options)) {
    const rows = lines ?? cells
    const [first] = rows
    let count = rows.length
    if (!isBegun && first !== undefined) {
      isBegun = true
      if (reader.read(typeof first === 'string' ? first.split(delimiter) : first) === null) count--
    }
    yield count
  }
  reader.end()
}

async function* streamRows(
  text: AsyncIterable<string>,
  options: CsvOptions | undefined,
): AsyncGenerator<RowBatch & { readonly delimiter: string }> {
  const pieces = text[Symbol.asyncIterator]()
  let rows = 0
  try {
    const table = await beginTable(pieces, options)
    const dialect = dialectOf(options, table.delimiter)
    for await (const batch of rowBatches(table.text, pieces, dialect, settings(options, table.delimiter))) {
      yield { ...batch, delimiter: table.delimiter }
      rows += (batch.lines ?? []).length
    }
  } catch (error) {
    throw refusalOf(error, rows)
  } finally {
    await pieces.return?.()
  }
}

const NO_TABLE: Table = { delimiter: ',', text: '' }

/** Takes pieces until the table can be told. */
async function beginTable(pieces: AsyncIterator<string>, options: CsvOptions | undefined): Promise<Table> {
  let head = ''
  for (;;) {
    const { value, done } = await pieces.next()
    if (done === true) break
    head += value
    if (head.trim() === '' && head.length <= ROW_MAX_CHARS) continue
    refuseEmpty(head, 'CSV')
    const table = findTable(head, head.length > ROW_MAX_CHARS, options)
    if (table) return table
  }
  refuseEmpty(head, 'CSV')
  return findTable(head, true, options) ?? NO_TABLE
}

const dialectOf = (options: CsvOptions | undefined, delimiter: string) => ({
  delimiter,
  quote: quoteOf(options),
  comment: options?.comment,
  lineMax: ROW_MAX_CHARS,
})

function settings(options: CsvOptions | undefined, delimiter: string): Options {
  const comment = options?.comment
  return {
    delimiter,
    quote: quoteOf(options),
    ...(comment === undefined ? {} : { comment, comment_no_infix: true }),
    // Files that were put together from others have several of them.
    record_delimiter: ['\r\n', '\n', '\r'],
    bom: false,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: ROW_MAX_CHARS,
  }
}

/** @param before rows that were read before the library began */
function refusalOf(error: unknown, before: number): unknown {
  if (!(error instanceof CsvError)) return error
  const row = Math.max(before + (typeof error['records'] === 'number' ? error['records'] : 0), 1)
  const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED'
  return new DecodeRefusal(
    'E_SCHEMA',
    `row ${row}`,
    unclosed ? 'a quotation mark is opened and never closed' : 'the text is not CSV',
    'close each quotation mark, and write one inside a cell twice',
  )
}
