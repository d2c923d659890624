import { checkFields, readHeading, type TableColumn, TITLE, UNIT } from '#adapters/push/table/heading.ts'
import { createRowFilter, type TableValue } from '#adapters/push/table/rows.ts'
import { readTitle } from '#adapters/push/table/title.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { readDirectory } from './archive.ts'
import { refuseOther } from './first-bytes.ts'
import { formatReader } from './formats.ts'
import { type Package, partOpener, readPackage, type SheetEntry } from './package.ts'
import { readWholePart } from './part-reader.ts'
import { columnName, placeOf } from './reference.ts'
import { damaged } from './refuse.ts'
import { sharedTextReader } from './shared-texts.ts'
import { type SheetRow, sheetRows } from './sheet.ts'
import type { Source } from './source.ts'

/** A column as the places of its cells are written. */
export interface WorkbookColumn extends TableColumn {
  /** `B`. */
  readonly letter: string
}

/** What all records of a sheet share. */
export interface WorkbookHead {
  readonly columns: readonly WorkbookColumn[]
  readonly headerRow: number
  readonly title: Readonly<Record<string, string>> | null
  readonly titleCell: string
}

/** Records of a sheet: their rows, and the values in the order of `columns`; undefined where a cell is empty. */
export interface WorkbookBatch {
  /** Where it is new, or has more columns than before. */
  readonly head?: WorkbookHead
  readonly rows: readonly number[]
  readonly values: readonly (readonly (TableValue | undefined)[])[]
}

const NAME = 'A sheet needs the names of its columns'

/** The records of one sheet of a workbook, batch by batch. @throws DecodeRefusal */
export async function* readWorkbook(
  source: Source,
  options: WorkbookOptions,
  inflatedMaxBytes: number,
): AsyncGenerator<WorkbookBatch> {
  refuseOther(source)
  const directory = readDirectory(source)
  const open = partOpener(source, { left: inflatedMaxBytes })
  const found = await readPackage(directory, open)
  const sheet = chooseSheet(found, options.sheet)
  const texts = sharedTextReader(found.sharedTexts?.name ?? '')
  if (found.sharedTexts) await readWholePart(open(found.sharedTexts), found.sharedTexts.name, texts.handlers)
  const formats = formatReader()
  if (found.formats) await readWholePart(open(found.formats), found.formats.name, formats.handlers)
  const context = { texts: texts.texts, shown: formats.shown, is1904: found.is1904 }
  const table = tableReader(options)
  for await (const rows of sheetRows(open, sheet, context)) {
    const batch = table.take(rows)
    if (batch) yield batch
  }
  table.end()
}

function chooseSheet({ sheets }: Package, wanted: string | undefined) {
  const fits = ({ name, isHidden, part }: SheetEntry): boolean =>
    part !== null && (wanted === undefined ? !isHidden : name.trim() === wanted)
  const sheet = sheets.find(fits)
  if (sheet?.part) return sheet.part
  if (wanted === undefined)
    throw damaged('sheets', 'the workbook has no visible sheet', 'send a sheet with rows')
  const names = sheets.slice(0, 10).map(({ name }) => name.slice(0, 40))
  const reason = `no sheet is called ${wanted}, but: ${names.join(', ')}`
  throw damaged('sheets', reason, `call the sheet ${wanted}`)
}

/** Takes the rows of a sheet in their order. */
function tableReader(options: WorkbookOptions) {
  const { title, header = 1, units = [], hiddenRows = 'read' } = options
  const titlePlace = title ? placeOf(title.cell) : null
  const filter = createRowFilter(options)
  let titleText = ''
  /** By the number of the column. */
  const fields: (string | undefined)[] = []
  let head: WorkbookHead | null = null
  let told = 0

  const begin = (row: SheetRow | null): WorkbookHead => {
    const parts = title ? readTitle(titleText, title) : null
    if (!row) throw damaged(`row ${header}`, 'no header row: the columns cannot be told', NAME_FIX)
    const columns = row.columns.map((column, i): WorkbookColumn & { at: string; column: number } => {
      const letter = columnName(column)
      const at = `${letter}${row.number}`
      const heading = readHeading(String(row.values[i]), units, at)
      const named = heading.heading === '' ? { field: letter, heading: letter } : heading
      return { ...named, letter, at, column }
    })
    const groups = [...(title ? [TITLE] : []), ...(units.length > 0 ? [UNIT] : [])]
    checkFields(columns, groups)
    for (const { column, field } of columns) fields[column] = field
    return {
      columns: columns.map(({ at: _, column: __, ...column }) => column),
      headerRow: header,
      title: parts,
      titleCell: title?.cell ?? '',
    }
  }

  const beforeRows = (row: SheetRow): boolean => {
    if (row.number < header) {
      if (row.number === titlePlace?.row) {
        const at = row.columns.indexOf(titlePlace.column)
        if (at >= 0) titleText = String(row.values[at])
      }
      return true
    }
    head ??= begin(row.number === header ? row : null)
    return row.number === header
  }

  /** A cell in a column without a heading: the column is called by its letter, so that it shows as drift. */
  const unnamed = (column: number): string => {
    const letter = columnName(column)
    const known = head as WorkbookHead
    const isTaken = known.columns.some(({ field }) => field === letter)
    const field = isTaken ? `${letter}:${letter}` : letter
    fields[column] = field
    head = { ...known, columns: [...known.columns, { field, heading: letter, letter }] }
    return field
  }

  return {
    take(rows: readonly SheetRow[]): WorkbookBatch | null {
      const numbers: number[] = []
      const values: (TableValue | undefined)[][] = []
      for (const row of rows) {
        if (beforeRows(row) || (row.isHidden && hiddenRows === 'skip')) continue
        const found = new Map<string, TableValue>()
        row.columns.forEach((column, i) => {
          found.set(fields[column] ?? unnamed(column), row.values[i] as TableValue)
        })
        const record = filter(found)
        if (!record || !head) continue
        numbers.push(row.number)
        values.push(head.columns.map(({ field }) => record.get(field)))
      }
      const isNew = head !== null && head.columns.length !== told
      if (head) told = head.columns.length
      if (numbers.length === 0 && !isNew) return null
      return { ...(isNew && head ? { head } : {}), rows: numbers, values }
    },
    /** @throws DecodeRefusal where the sheet ended before its headings */
    end(): void {
      head ??= begin(null)
    },
  }
}

const NAME_FIX = `${NAME}: put them into the row that the interface document says`
