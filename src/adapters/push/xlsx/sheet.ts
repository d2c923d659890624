import type { Part } from './archive.ts'
import { CELL_MAX_CHARS, COLUMNS_MAX, FIELDS_MAX, ROWS_MAX } from './limits.ts'
import { numberText } from './number.ts'
import { isTrue, type OpenPart } from './package.ts'
import { type Attributes, type PartEvents, readPart } from './part-reader.ts'
import { columnName, placeOf } from './reference.ts'
import { damaged, tooLarge } from './refuse.ts'
import { longText, richText, unescapeCell } from './rich-text.ts'
import { type Shown, serialText } from './serial.ts'

export type CellValue = string | boolean

/** The cells of a row that have a value, by rising column. */
export interface SheetRow {
  /** From 1, as the sheet shows it. */
  readonly number: number
  readonly isHidden: boolean
  /** From 1. */
  readonly columns: number[]
  readonly values: CellValue[]
}

/** What the cells of a sheet point to. */
export interface CellContext {
  readonly texts: readonly string[]
  readonly shown: readonly Shown[]
  readonly is1904: boolean
}

const SORT = 'send a workbook that a spreadsheet program saved'

/** The rows of a sheet that have a value, in lists: one for each piece of the part. What the sheet says of its size is not believed. */
export async function* sheetRows(
  open: OpenPart,
  part: Part,
  context: CellContext,
): AsyncGenerator<readonly SheetRow[]> {
  const reader = rowReader(context)
  for await (const _ of readPart(open(part), part.name, reader.events)) {
    const rows = reader.take()
    if (rows.length > 0) yield rows
  }
}

function rowReader(context: CellContext): { events: PartEvents; take(): SheetRow[] } {
  let done: SheetRow[] = []
  let inRows = false
  let row: SheetRow | null = null
  let number = 0
  let column = 0
  let type = ''
  let format = ''
  let value = ''
  let formula = ''
  let into: 'value' | 'formula' | 'inline' | null = null
  let hasValue = false
  let hasFormula = false
  const rich = richText()
  const place = () => `${columnName(column)}${number}`

  const beginRow = ({ r, hidden }: Attributes): void => {
    const next = r === undefined ? number + 1 : wholeNumber(r)
    if (next > ROWS_MAX) throw tooLarge(`row ${String(r ?? next)}`, `a sheet has at most ${ROWS_MAX} rows`)
    if (!(next > number)) throw damaged(`row ${String(r)}`, 'the rows are not in their order', SORT)
    number = next
    column = 0
    row = { number, isHidden: isTrue(hidden), columns: [], values: [] }
  }

  const beginCell = ({ r, t, s }: Attributes): void => {
    const next = r === undefined ? column + 1 : (placeOf(r)?.column ?? Number.NaN)
    if (r === undefined ? next > COLUMNS_MAX : Number.isNaN(next))
      throw tooLarge(
        `cell ${r ?? place()}`,
        `a sheet has at most ${COLUMNS_MAX} columns and ${ROWS_MAX} rows`,
      )
    if (next <= column) throw damaged(`cell ${String(r)}`, 'the cells are not in their order', SORT)
    column = next
    type = t ?? 'n'
    format = s ?? '0'
    value = ''
    formula = ''
    hasValue = false
    hasFormula = false
    rich.begin()
  }

  const endCell = (): void => {
    const found = cellOf(context, { type, format, value, formula, hasValue, hasFormula, rich }, place)
    if (found === '' || row === null) return
    row.columns.push(column)
    row.values.push(found)
    if (row.columns.length > FIELDS_MAX)
      throw tooLarge(`row ${number}`, `more than ${FIELDS_MAX} cells with a value`)
  }

  const events: PartEvents = {
    open(name, attributes) {
      if (name === 'sheetData') inRows = true
      else if (!inRows) return
      else if (name === 'row') beginRow(attributes)
      else if (name === 'c') beginCell(attributes)
      else if (name === 'v') {
        into = 'value'
        hasValue = true
      } else if (name === 'f') {
        into = 'formula'
        hasFormula = true
      } else if (name === 'is') into = 'inline'
      else if (into === 'inline') rich.open(name)
    },
    close(name) {
      if (!inRows) return
      if (name === 'c') endCell()
      else if (name === 'v' || name === 'f' || name === 'is') into = null
      else if (name === 'row') {
        if (row && row.columns.length > 0) done.push(row)
        row = null
      } else if (name === 'sheetData') inRows = false
      else if (into === 'inline') rich.close(name)
    },
    text(text) {
      if (into === null) return
      if (into === 'inline') rich.text(text, place())
      else if (into === 'value') value += text
      else formula += text
      if (value.length > CELL_MAX_CHARS || formula.length > CELL_MAX_CHARS) throw longText(place())
    },
  }
  const take = (): SheetRow[] => {
    const rows = done
    if (rows.length > 0) done = []
    return rows
  }
  return { events, take }
}

interface Cell {
  readonly type: string
  readonly format: string
  readonly value: string
  readonly formula: string
  readonly hasValue: boolean
  readonly hasFormula: boolean
  readonly rich: { value(): string }
}

/** The value of a cell; an empty text where there is none. A formula that was never calculated is given as it is written. */
function cellOf(context: CellContext, cell: Cell, place: () => string): CellValue {
  const { type, value } = cell
  if (type === 'inlineStr') return cell.rich.value()
  if (!cell.hasValue || value === '') return cell.hasFormula && !cell.hasValue ? `=${cell.formula}` : ''
  if (type === 's') return sharedText(context.texts, value, place)
  if (type === 'n') return numberOrDate(context, value, cell.format)
  if (type === 'b') return value.trim() === '1'
  return type === 'str' ? unescapeCell(value) : value
}

function sharedText(texts: readonly string[], value: string, place: () => string): string {
  const text = texts[wholeNumber(value)]
  if (text === undefined) throw damaged(place(), `there is no shared text ${value.slice(0, 20)}`)
  return text
}

function numberOrDate({ shown, is1904 }: CellContext, value: string, format: string): string {
  const as = shown.length === 0 ? 'number' : (shown[wholeNumber(format)] ?? 'number')
  return (as === 'number' ? null : serialText(Number(value), as, is1904)) ?? numberText(value)
}

/** Digits as a number; what is none is answered as a number that nothing has. */
const wholeNumber = (text: string): number => (/^\s*\d{1,10}\s*$/.test(text) ? Number(text) : Number.NaN)
