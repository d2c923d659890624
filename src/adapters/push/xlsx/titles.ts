import { wordsOf } from '#adapters/push/table/title.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { withoutBlanks } from '#core/text.ts'
import { placeOf } from './reference.ts'
import type { SheetRow } from './sheet.ts'

/** The sheets that are one whole by their titles, as each of them is told. */
export interface TitleGroup {
  /** What their titles have in common. */
  readonly key: string
  /** No later sheet of the workbook has the same. */
  readonly isLast: boolean
}

/**
 * Of each sheet that is read, what it is a part of: nobody knows which rows there are before the last sheet with the same title was read. Reads each as far as
 * its headings; null where the mapping does not say that its sheets tell all rows, or where there is no such title, which refuses the workbook later.
 */
export async function titleGroups(
  sheets: readonly AsyncIterable<readonly SheetRow[]>[],
  { title, whole }: WorkbookOptions,
): Promise<readonly (TitleGroup | null)[]> {
  if (!title || !whole) return sheets.map(() => null)
  if (sheets.length === 1) return [{ key: '', isLast: true }]
  const keys: (string | null)[] = []
  for (const rows of sheets) {
    const words = wordsOf(await textAt(rows, title.cell))
    const told = whole.map((part) => words[title.parts.indexOf(part)])
    keys.push(told.includes(undefined) ? null : told.map((word) => withoutBlanks(word as string)).join('\n'))
  }
  return keys.map((key, i) => (key === null ? null : { key, isLast: !keys.includes(key, i + 1) }))
}

async function textAt(sheet: AsyncIterable<readonly SheetRow[]>, cell: string): Promise<string> {
  const place = placeOf(cell)
  for await (const rows of sheet) {
    for (const { number, columns, values } of rows) {
      if (place === null || number > place.row) return ''
      if (number === place.row) return String(values[columns.indexOf(place.column)] ?? '')
    }
  }
  return ''
}
