import { sourceRecord } from '#adapters/push/record.ts'
import type { Issue } from '#core/issue.ts'
import type { DbfOptions, SourceRecord, SourceValue } from '#core/source.ts'
import { type CodePage, codePageOf, textReader } from './code-page.ts'
import type { DbfColumn, DbfHeader } from './header.ts'
import { refuseDbf } from './refuse.ts'
import { type Marks, markedReader, type ReadValue, type Row, valueReader, withoutEnd } from './values.ts'

/** Field of what the table says of a row: `dbf.deleted`. */
const ABOUT_ROW = 'dbf'
const POISON = new Set(['__proto__', 'constructor', 'prototype'])
const DELETED = 0x2a
/** Of one record; a row that is damaged all through is told by fewer. */
const ISSUES_MAX = 20
const VALID = 0x20

const placing = (path: string, field: string): string => `${path}, ${field}`

export interface DbfTable {
  readonly codePage: CodePage
  /** The record of a row, null for a deleted one that is passed over. @param number of the row, from 1 */
  read(row: Buffer, number: number, index: number): SourceRecord | null
}

/**
 * Makes records of the rows of a table.
 * @param firstRows rows by which the encoding is told
 * @throws DecodeRefusal where its columns have no names that can be used
 */
export function dbfTable(
  header: DbfHeader,
  firstRows: readonly Buffer[],
  { deleted = 'skip' }: DbfOptions,
  declared: string | undefined,
): DbfTable {
  const codePage = codePageOf(sampleTexts(header, firstRows), declared, header.language)
  const columns = columnsOf(header, codePage.name)
  const withMark = deleted === 'read'
  if (withMark && columns.some(({ name }) => name === ABOUT_ROW)) throw refuseDbf('same_name', ABOUT_ROW)
  return {
    codePage,
    read(row, number, index) {
      const path = `record ${number}`
      const mark = row[0]
      if (mark !== VALID && mark !== DELETED) throw refuseDbf('bad_row', path)
      if (mark === DELETED && !withMark) return null
      const value: { [name: string]: SourceValue } = {}
      const issues: Issue[] = []
      const both: Row = { bytes: row, latin: row.toString('latin1') }
      const hasNul = row.includes(0)
      for (const { name, read } of columns) {
        const found = read(both)
        value[name] = found ?? null
        const isNul = hasNul && typeof found === 'string' && found.includes('\0')
        if ((found !== undefined && !isNul) || issues.length === ISSUES_MAX) continue
        issues.push(isNul ? nul(placing(path, name)) : damaged(placing(path, name), codePage.name))
      }
      if (withMark) value[ABOUT_ROW] = { deleted: mark === DELETED }
      return sourceRecord(index, path, value, placing, issues.length === 0 ? undefined : issues)
    },
  }
}

function* sampleTexts({ columns }: DbfHeader, rows: readonly Buffer[]): Generator<Uint8Array> {
  for (const { name } of columns) yield name
  const texts = columns.filter(({ type }) => type === 'C')
  for (const row of rows)
    for (const { offset, length } of texts) yield withoutEnd(row.subarray(offset, offset + length))
}

interface NamedColumn {
  readonly name: string
  readonly read: ReadValue
}

function columnsOf({ columns, visual }: DbfHeader, encoding: string): NamedColumn[] {
  const texts = textReader(encoding)
  const flags = columns.find(({ type, hidden }) => type === '0' && hidden)
  const seen = new Set<string>()
  const named: NamedColumn[] = []
  let bit = 0
  columns.forEach((column, i) => {
    // A text of changing length is one bit, a column that may have no value another, in the order of the columns.
    const marks: Marks = {
      ...(column.type === 'V' || column.type === 'Q' ? { length: bit++ } : {}),
      ...(column.nullable ? { none: bit++ } : {}),
    }
    if (column.hidden) return
    const name = nameOf(column, i, texts.readName(column.name), seen)
    const readable = column.type === 'V' ? { ...column, type: 'C' } : column
    const last = Math.max(marks.length ?? -1, marks.none ?? -1)
    const isMarked = flags !== undefined && last >= 0 && last < flags.length * 8
    named.push({
      name,
      read: isMarked
        ? markedReader(readable, visual, texts, marks, flags)
        : valueReader(readable, visual, texts),
    })
  })
  return named
}

function nameOf(_: DbfColumn, i: number, text: string | null, seen: Set<string>): string {
  const at = `column ${i + 1}`
  const name = text?.trim() ?? ''
  if (name === '' || POISON.has(name)) throw refuseDbf('bad_name', at)
  if (seen.has(name)) throw refuseDbf('same_name', `${at}, ${name}`)
  seen.add(name)
  return name
}

const damaged = (path: string, encoding: string): Issue => ({
  path,
  code: 'E_ENCODING',
  reason: `the text has bytes that are none of ${encoding}`,
  fix: 'send the table with no byte changed on the way, or declare its encoding in the mapping',
})

const nul = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  reason: 'NUL in the cell',
  fix: 'send whole characters only',
})
