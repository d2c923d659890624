import type { Written } from '#core/mapping/mapping.ts'
import type { Output } from './fields.ts'
import { WORKBOOK_TYPE, workbookOf } from './workbook.ts'

/** How the records of a receiver are written. */
export interface WriteOptions {
  readonly format: 'json' | 'xml' | 'csv' | 'xlsx'
  /** JSON: names on the way to the list; empty for a bare list. */
  readonly rows: readonly string[]
  /** XML: name of the document and of each record. */
  readonly root: string
  readonly row: string
  /** CSV: separator. */
  readonly delimiter: string
  /** CSV and XLSX: the columns, in their order. */
  readonly columns: readonly string[]
}

type Rows = readonly { [name: string]: Output }[]

export function writeRows(rows: Rows, options: WriteOptions): Written {
  if (options.format === 'xml')
    return { contentType: 'application/xml; charset=utf-8', text: xmlOf(rows, options) }
  if (options.format === 'xlsx')
    return { contentType: WORKBOOK_TYPE, bytes: workbookOf(options.columns, cellsOf(rows, options)) }
  if (options.format === 'csv') return { contentType: 'text/csv; charset=utf-8', text: csvOf(rows, options) }
  return { contentType: 'application/json; charset=utf-8', text: JSON.stringify(wrapped(rows, options.rows)) }
}

function wrapped(rows: Rows, path: readonly string[]): unknown {
  let whole: unknown = rows
  for (let i = path.length - 1; i >= 0; i--) whole = { [path[i] as string]: whole }
  return whole
}

function xmlOf(rows: Rows, { root, row }: WriteOptions): string {
  const inner = rows.map((values) => element(row, values)).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner}</${root}>\n`
}

function element(name: string, value: Output): string {
  if (Array.isArray(value)) return value.map((member) => element(name, member)).join('')
  if (typeof value !== 'object') return `<${name}>${escaped(String(value))}</${name}>`
  const inner = Object.entries(value).map(([child, part]) => element(child, part))
  return `<${name}>${inner.join('')}</${name}>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 has no place for most control characters, not even escaped. */
const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)

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
