import { MERGED_MAX } from './limits.ts'
import { placeOf } from './reference.ts'
import { tooLarge } from './refuse.ts'
import type { CellValue, SheetRow } from './sheet.ts'

/** A cell that is merged with those below it. */
export interface TallCell {
  readonly column: number
  readonly top: number
  readonly bottom: number
}

const NAME = Buffer.from('mergeCell')
const TAG = /^mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})["']/
const TAG_MAX_BYTES = 256

/**
 * The cells of a sheet that are merged over several rows. A sheet names them behind its rows, so that they are looked for before the
 * rows are read; nothing else of the part is understood here.
 * @param bytes of the part of the sheet
 */
export async function tallCells(bytes: AsyncIterable<Uint8Array>, name: string): Promise<TallCell[]> {
  const found: TallCell[] = []
  let rest = Buffer.alloc(0)
  for await (const piece of bytes) {
    const text = Buffer.concat([rest, piece])
    let from = 0
    for (let at = text.indexOf(NAME); at >= 0; at = text.indexOf(NAME, at + NAME.length)) {
      if (at + TAG_MAX_BYTES > text.length) break
      from = at + NAME.length
      take(text.toString('latin1', at, at + TAG_MAX_BYTES), found, name)
    }
    rest = text.subarray(Math.max(from, text.length - TAG_MAX_BYTES - NAME.length))
  }
  for (let at = rest.indexOf(NAME); at >= 0; at = rest.indexOf(NAME, at + NAME.length))
    take(rest.toString('latin1', at, at + TAG_MAX_BYTES), found, name)
  return found.sort((a, b) => a.top - b.top)
}

function take(text: string, found: TallCell[], name: string): void {
  const [, first, last] = TAG.exec(text) ?? []
  const begin = placeOf(first ?? '')
  const end = placeOf(last ?? '')
  if (!begin || !end || end.row <= begin.row) return
  if (found.push({ column: begin.column, top: begin.row, bottom: end.row }) > MERGED_MAX)
    throw tooLarge(name, `more than ${MERGED_MAX} merged cells`)
}

/**
 * Gives the value of a merged cell to each of its rows that has a value of its own: who merges a day or a supplier over several rows
 * means all of them. Rows come in their order. A row of nothing but merged cells stays empty.
 */
export function tallCellFiller(cells: readonly TallCell[]): (row: SheetRow) => SheetRow {
  let next = 0
  let open: { readonly cell: TallCell; readonly value: CellValue | undefined }[] = []
  return (row) => {
    if (next === cells.length && open.length === 0) return row
    open = open.filter(({ cell }) => cell.bottom >= row.number)
    const added = open.flatMap(({ cell, value }) =>
      value === undefined || row.columns.includes(cell.column) ? [] : [{ column: cell.column, value }],
    )
    for (let cell = cells[next]; cell !== undefined && cell.top <= row.number; cell = cells[++next]) {
      const at = cell.top === row.number ? row.columns.indexOf(cell.column) : -1
      if (at >= 0) open.push({ cell, value: row.values[at] })
    }
    return added.length === 0 ? row : withAdded(row, added)
  }
}

function withAdded(row: SheetRow, added: readonly { column: number; value: CellValue }[]): SheetRow {
  const all = row.columns.map((column, i) => ({ column, value: row.values[i] as CellValue }))
  const sorted = [...all, ...added].sort((a, b) => a.column - b.column)
  return {
    ...row,
    columns: sorted.map(({ column }) => column),
    values: sorted.map(({ value }) => value),
  }
}
