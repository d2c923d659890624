import type { WrittenContent, WrittenFormat } from '#core/mapping/mapping.ts'
import { type Output, type Outputs, type Put, place } from './fields.ts'
import type { ValuePlan } from './value.ts'
import { WORKBOOK_TYPE, workbookOf } from './workbook.ts'
import { element } from './xml.ts'

/** How the records of a receiver are written. */
export interface WriteOptions {
  readonly format: WrittenFormat
  /** JSON: names on the way to the list; empty for a bare list. */
  readonly rows: readonly string[]
  /** JSON: what stands around the list, of the message and of the records that share it. */
  readonly message: Put | null
  readonly group: Put | null
  /** Name of the file that a record belongs in. */
  readonly file: ValuePlan | null
  /** XML: name of the document and of each record. */
  readonly root: string
  readonly row: string
  /** CSV: separator. */
  readonly delimiter: string
  /** CSV and XLSX: the columns, in their order. */
  readonly columns: readonly string[]
}

type Rows = readonly Outputs[]

/** The records of one message in the receiver's format. @param around JSON: what stands before the list, changed by this */
export function writeRows(rows: Rows, options: WriteOptions, around: Outputs): WrittenContent {
  if (options.format === 'xml')
    return { contentType: 'application/xml; charset=utf-8', text: xmlOf(rows, options) }
  if (options.format === 'xlsx')
    return {
      contentType: WORKBOOK_TYPE,
      text: '',
      bytes: workbookOf(options.columns, cellsOf(rows, options)),
    }
  if (options.format === 'csv') return { contentType: 'text/csv; charset=utf-8', text: csvOf(rows, options) }
  if (options.rows.length > 0) place(around, options.rows, [...rows])
  return {
    contentType: 'application/json; charset=utf-8',
    text: JSON.stringify(options.rows.length > 0 ? around : rows),
  }
}

function xmlOf(rows: Rows, { root, row }: WriteOptions): string {
  const inner = rows.map((values) => element(row, values)).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner}</${root}>\n`
}

const cellsOf = (rows: Rows, { columns }: WriteOptions): string[][] =>
  rows.map((values) => columns.map((name) => cellOf(values[name])))

function csvOf(rows: Rows, options: WriteOptions): string {
  const { delimiter, columns } = options
  const lines = [columns, ...cellsOf(rows, options)]
  return lines
    .map((cells) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter))
    .join('\r\n')
    .concat('\r\n')
}

function cellOf(value: Output | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** RFC 4180. */
const quoted = (cell: string, delimiter: string): string =>
  cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
