import type { WrittenContent, WrittenFormat } from '#core/mapping/mapping.ts'
import type { Run } from '#core/mapping/run/run.ts'
import { type Output, type Outputs, type Put, place } from './fields.ts'
import { WORKBOOK_TYPE, workbookOf } from './workbook.ts'
import { element, escaped } from './xml.ts'

/** How the records of a receiver are written. */
export interface WriteOptions {
  readonly format: WrittenFormat
  /** JSON: names on the way to the list; empty for a bare list. */
  readonly rows: readonly string[]
  /** JSON: what stands around the list, of the message and of the records that share it. */
  readonly message: Put | null
  readonly group: Put | null
  /** Name of the file that a record belongs in. */
  readonly file: FileName | null
  /** XML: name of the document and of each record. */
  readonly root: string
  readonly row: string
  /** XML: the fields are elements of the document themselves, with none around a record. */
  readonly loose: boolean
  /** XML: elements that are written once where several records have them with the same content. */
  readonly once: ReadonlySet<string>
  /** XML: fields without a value are empty elements. */
  readonly blank: boolean
  /** XML: attribute of the document for the number of its records. */
  readonly count: string | null
  /** CSV: separator. */
  readonly delimiter: string
  /** The fields, in their order: the columns of CSV and XLSX. */
  readonly columns: readonly string[]
}

/** Null where the record lacks what the name is made of. */
export type FileName = (run: Run) => string | null

type Rows = readonly Outputs[]

/**
 * The records of one message in the receiver's format.
 * @param around what stands before the list in JSON, where it is changed by this; attributes of the document in XML
 */
export function writeRows(rows: Rows, options: WriteOptions, around: Outputs): WrittenContent {
  if (options.format === 'xml')
    return { contentType: 'application/xml; charset=utf-8', text: xmlOf(rows, options, around) }
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

function xmlOf(rows: Rows, options: WriteOptions, around: Outputs): string {
  const { root, row, loose, once, blank, count } = options
  const attributes = { ...around, ...(count === null ? {} : { [count]: rows.length }) }
  const head = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
  const written = new Set<string>()
  const inner = rows.map((values) => {
    const all = blank ? withBlanks(values, options.columns) : values
    if (!loose) return element(row, all)
    const elements = Object.entries(all).map(([name, value]) => {
      const text = element(name, value)
      if (!once.has(name)) return text
      if (written.has(text)) return ''
      written.add(text)
      return text
    })
    return elements.join('')
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${head.join('')}>${inner.join('')}</${root}>\n`
}

/** The fields in their order, with an empty text where there is no value. */
function withBlanks(values: Outputs, columns: readonly string[]): Outputs {
  const all: Outputs = {}
  for (const column of columns) {
    const steps = column.split('.')
    let value: Output | undefined = values
    for (const step of steps)
      value = typeof value === 'object' && !Array.isArray(value) ? value[step] : undefined
    place(all, steps, value ?? '')
  }
  return all
}

const cellsOf = (rows: Rows, { columns }: WriteOptions): string[][] =>
  rows.map((values) => columns.map((name) => cellOf(values[name])))

function csvOf(rows: Rows, options: WriteOptions): string {
  const { delimiter, columns } = options
  return csvText([columns, ...cellsOf(rows, options)], delimiter)
}

/** Lines of cells as CSV, each line with its end. */
export const csvText = (lines: readonly (readonly string[])[], delimiter = ','): string =>
  lines
    .map((cells) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter))
    .join('\r\n')
    .concat('\r\n')

function cellOf(value: Output | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** RFC 4180. A text that a spreadsheet would take for a formula stands behind an apostrophe, which it shows to nobody. */
const quoted = (cell: string, delimiter: string): string => {
  const safe = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell
  return safe.includes(delimiter) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** What a formula, or a call of another program, begins with; full-width signs are taken for the same. */
const FORMULA = /^[\s]*[=+\-@\t\r＝＋－＠]/
const NUMBER = /^-?\d+(\.\d+)?$/
