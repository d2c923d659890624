import {
  checkFields,
  readGrouped,
  readHeading,
  type TableColumn,
  TITLE,
  UNIT,
} from '#adapters/push/table/heading.ts'
import { joinHeadings } from '#adapters/push/table/heading-rows.ts'
import { refuseTable } from '#adapters/push/table/refuse.ts'
import { createRowFilter, type TableValue } from '#adapters/push/table/rows.ts'
import { readTitle } from '#adapters/push/table/title.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { BATCH_WEIGHT, CELL_WEIGHT, FIELDS_MAX, ROW_MAX_WEIGHT } from './limits.ts'
import { columnName, placeOf } from './reference.ts'
import { tooLarge } from './refuse.ts'
import type { SheetRow } from './sheet.ts'
import type { TitleGroup } from './titles.ts'

/** A column as the places of its cells are written. */
export interface WorkbookColumn extends TableColumn {
  /** `B`. */
  readonly letter: string
}

/** What all records of a sheet share. */
export interface WorkbookHead {
  /** Name of the sheet, where the places of a workbook must tell its sheets apart. */
  readonly sheet?: string
  /** Where no other table is read of the workbook: what stands before the places of this one, its name where there are other sheets. */
  readonly alone?: string
  readonly columns: readonly WorkbookColumn[]
  readonly headerRow: number
  readonly title: Readonly<Record<string, string>> | null
  readonly titleCell: string
  /** Where all sheets of one title tell all rows that there are, those that this one is of. */
  readonly group?: TitleGroup
}

/** One record: its row, and for each value the place of its column in `columns`. */
export interface WorkbookRecord {
  readonly row: number
  readonly columns: readonly number[]
  readonly values: readonly TableValue[]
}

/** Records of a sheet. */
export interface WorkbookBatch {
  /** Where it is new, or has more columns than before. */
  readonly head?: WorkbookHead
  readonly records: readonly WorkbookRecord[]
  /** Of a sheet of a group, that it ends with these. */
  readonly isEnd?: true
}

/** What the records of a workbook weigh, all its sheets together, and what they may. */
export interface Weight {
  used: number
  readonly max: number
}

/** Makes records of the rows of a sheet, which come in their order. */
export function tableReader(
  options: WorkbookOptions,
  weight: Weight,
  of: Pick<WorkbookHead, 'sheet' | 'alone' | 'group'>,
) {
  const { title, units = [], hiddenRows = 'read' } = options
  const [groupsRow, header] = headerRows(options.header)
  const titlePlace = title ? placeOf(title.cell) : null
  const filter = createRowFilter(options)
  let titleText = ''
  let groups: SheetRow | null = null
  let head: WorkbookHead | null = null
  let columns: WorkbookColumn[] = []
  let told = 0
  /** Field by the number of its column in the sheet, and its place among the columns. */
  const fields: (string | undefined)[] = []
  const placeOfField = new Map<string, number>()

  const add = (column: number, found: WorkbookColumn): void => {
    if (columns.push(found) > FIELDS_MAX)
      throw tooLarge(`column ${found.letter}`, `more than ${FIELDS_MAX} columns`)
    fields[column] = found.field
    placeOfField.set(found.field, columns.length - 1)
  }

  const begin = (row: SheetRow | null): WorkbookHead => {
    const parts = title ? readTitle(titleText, title) : null
    if (!row) throw refuseTable('no_header', `row ${header}`)
    if (groupsRow !== null && !groups) throw refuseTable('no_header', `row ${groupsRow}`)
    const named = groups ? groupedColumns(groups, row, units) : plainColumns(row, units)
    checkFields(named, [...(title ? [TITLE] : []), ...(units.length > 0 ? [UNIT] : [])])
    for (const { column, at: _, ...found } of named) add(column, found)
    return {
      ...of,
      columns,
      headerRow: header,
      title: parts,
      titleCell: title?.cell ?? '',
    }
  }

  const isAbove = (row: SheetRow): boolean => {
    if (row.number < header) {
      const at = row.number === titlePlace?.row ? row.columns.indexOf(titlePlace.column) : -1
      if (at >= 0) titleText = String(row.values[at])
      if (row.number === groupsRow) groups = row
      return true
    }
    head ??= begin(row.number === header ? row : null)
    return row.number === header
  }

  /** A column without a heading is called by its letter, so that it shows as drift. */
  const unnamed = (column: number): string => {
    const letter = columnName(column)
    const field = placeOfField.has(letter) ? `${letter}:${letter}` : letter
    add(column, { field, heading: letter, letter })
    return field
  }

  const fieldsOf = (row: SheetRow): Map<string, TableValue> => {
    const found = new Map<string, TableValue>()
    row.columns.forEach((column, i) => {
      found.set(fields[column] ?? unnamed(column), row.values[i] as TableValue)
    })
    return found
  }

  const recordOf = (row: number, found: ReadonlyMap<string, TableValue>): WorkbookRecord => {
    const places: number[] = []
    const values: TableValue[] = []
    let rowWeight = 0
    for (const [field, value] of found) {
      places.push(placeOfField.get(field) as number)
      values.push(value)
      rowWeight += CELL_WEIGHT + (typeof value === 'string' ? value.length : 0)
    }
    weight.used += rowWeight
    if (rowWeight > ROW_MAX_WEIGHT) throw tooLarge(`row ${row}`, 'a row of more than a million characters')
    if (weight.used > weight.max)
      throw tooLarge(`row ${row}`, 'more text in its rows than one message may have')
    return { row, columns: places, values }
  }

  const batchOf = (records: WorkbookRecord[]): WorkbookBatch => {
    if (!head || columns.length === told) return { records }
    told = columns.length
    columns = [...columns]
    head = { ...head, columns }
    return { head, records }
  }

  return {
    *take(rows: readonly SheetRow[]): Generator<WorkbookBatch> {
      let records: WorkbookRecord[] = []
      let begun = weight.used
      for (const row of rows) {
        if (isAbove(row) || (row.isHidden && hiddenRows === 'skip')) continue
        const found = filter(fieldsOf(row))
        if (!found) continue
        records.push(recordOf(row.number, found))
        if (weight.used - begun < BATCH_WEIGHT) continue
        yield batchOf(records)
        records = []
        begun = weight.used
      }
      if (records.length > 0) yield batchOf(records)
    },
    /** What is told at its end, where that matters. @throws DecodeRefusal where the sheet ended before its headings */
    *end(): Generator<WorkbookBatch> {
      head ??= begin(null)
      if (of.group) yield { ...batchOf([]), isEnd: true }
    },
  }
}

type Placed = WorkbookColumn & { readonly column: number; readonly at: string }

const headerRows = (
  header: WorkbookOptions['header'] = 1,
): readonly [groups: number | null, names: number] => (typeof header === 'number' ? [null, header] : header)

function plainColumns({ columns, values, number }: SheetRow, units: readonly string[]): Placed[] {
  return columns.flatMap((column, i) => {
    const letter = columnName(column)
    const at = `${letter}${number}`
    const heading = readHeading(String(values[i]), units, at)
    return heading.heading === '' ? [] : [{ ...heading, letter, column, at }]
  })
}

function groupedColumns(groups: SheetRow, names: SheetRow, units: readonly string[]): Placed[] {
  const textsOf = ({ columns, values, number }: SheetRow) =>
    new Map(
      columns.flatMap((column, i) => {
        const { heading } = readHeading(String(values[i]), [], `${columnName(column)}${number}`)
        return heading === '' ? [] : [[column, heading] as const]
      }),
    )
  return joinHeadings(textsOf(groups), textsOf(names)).map(({ column, text, group, isAbove }) => {
    const letter = columnName(column)
    const at = `${letter}${(isAbove ? groups : names).number}`
    return { ...readGrouped(text, group, units, at), letter, column, at }
  })
}
