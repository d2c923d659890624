import { pipeline, Readable } from 'node:stream'
import { CsvError, type Options, parse } from 'csv-parse'
import { parse as parseWhole } from 'csv-parse/sync'
import { refuseEmpty } from '#adapters/push/empty.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { CsvOptions, SourceRecord } from '#core/source.ts'
import { findTable, quoteOf, type Table } from './dialect.ts'
import { createRowReader } from './rows.ts'

const ROW_MAX_CHARS = 1_048_576

/** The records of a CSV text. Cells are texts as written: formulas, leading zeros and blanks stay. */
export function readCsv(text: string, options: CsvOptions | undefined, maxRecords: number): SourceRecord[] {
  refuseEmpty(text, 'CSV')
  const table = findTable(text, true, options) ?? NO_TABLE
  const reader = createRowReader(options)
  const records: SourceRecord[] = []
  let rows: string[][]
  try {
    rows = parseWhole(table.text, {
      ...settings(options, table.delimiter),
      to: maxRecords + 2,
    }) as string[][]
  } catch (error) {
    throw refusalOf(error)
  }
  for (const cells of rows) {
    const record = reader.read(cells)
    if (record) records.push(record)
    if (records.length > maxRecords) throw tooMany(null, maxRecords, `row ${records.length}`)
  }
  reader.end()
  return records
}

/** The same records from pieces of text, one row in memory at a time. */
export async function* streamCsv(
  text: AsyncIterable<string>,
  options: CsvOptions | undefined,
): AsyncGenerator<SourceRecord> {
  const reader = createRowReader(options)
  const pieces = text[Symbol.asyncIterator]()
  try {
    const table = await beginTable(pieces, options)
    const parser = parse(settings(options, table.delimiter))
    // The error reaches the loop below through the parser itself.
    pipeline(Readable.from(from(table.text, pieces)), parser, () => undefined)
    for await (const cells of parser) {
      const record = reader.read(cells as string[])
      if (record) yield record
    }
    reader.end()
  } catch (error) {
    throw refusalOf(error)
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

async function* from(text: string, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  yield text
  for (;;) {
    const { value, done } = await pieces.next()
    if (done === true) return
    yield value
  }
}

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
    max_record_size: ROW_MAX_CHARS,
  }
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error
  const row = typeof error['records'] === 'number' ? Math.max(error['records'], 1) : 1
  const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED'
  return new DecodeRefusal(
    'E_SCHEMA',
    `row ${row}`,
    unclosed ? 'a quotation mark is opened and never closed' : 'the text is not CSV',
    'close each quotation mark, and write one inside a cell twice',
  )
}
