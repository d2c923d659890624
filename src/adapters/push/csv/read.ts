import { pipeline, Readable } from 'node:stream'
import { CsvError, type Options, parse } from 'csv-parse'
import { parse as parseWhole } from 'csv-parse/sync'
import { refuseEmpty } from '#adapters/push/empty.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { ReadOptions, SourceRecord } from '#core/source.ts'
import { createRowReader } from './rows.ts'

const ROW_MAX_CHARS = 1_048_576

/** The records of a CSV text. Cells are texts as written: formulas, leading zeros and blanks stay. */
export function readCsv(text: string, options: ReadOptions['csv'], maxRecords: number): SourceRecord[] {
  refuseEmpty(text, 'CSV')
  const reader = createRowReader(options)
  const records: SourceRecord[] = []
  let rows: string[][]
  try {
    rows = parseWhole(text, { ...settings(options), to: maxRecords + 2 }) as string[][]
  } catch (error) {
    throw refusalOf(error)
  }
  for (const cells of rows) {
    const record = reader.read(cells)
    if (record) records.push(record)
    if (records.length > maxRecords) throw tooMany(null, maxRecords, `row ${records.length}`)
  }
  return records
}

/** The same records from pieces of text, one row in memory at a time. */
export async function* streamCsv(
  text: AsyncIterable<string>,
  options: ReadOptions['csv'],
): AsyncGenerator<SourceRecord> {
  const reader = createRowReader(options)
  const parser = parse(settings(options))
  // The error reaches the loop below through the parser itself.
  pipeline(Readable.from(checked(text)), parser, () => undefined)
  try {
    for await (const cells of parser) {
      const record = reader.read(cells as string[])
      if (record) yield record
    }
  } catch (error) {
    throw refusalOf(error)
  }
}

async function* checked(text: AsyncIterable<string>): AsyncGenerator<string> {
  let head: string | null = ''
  for await (const piece of text) {
    if (head === null) {
      yield piece
      continue
    }
    head += piece
    if (head.trim() === '') continue
    refuseEmpty(head, 'CSV')
    yield head
    head = null
  }
  if (head !== null) refuseEmpty(head, 'CSV')
}

function settings(options: ReadOptions['csv']): Options {
  return {
    delimiter: options?.delimiter ?? ',',
    quote: options?.quote ?? '"',
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
