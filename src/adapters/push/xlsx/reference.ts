import { COLUMNS_MAX, ROWS_MAX } from './limits.ts'

/** A cell of a sheet; both from 1. */
export interface Place {
  readonly column: number
  readonly row: number
}

/** The place that `B5` names; null for what is none, or lies outside of any sheet. */
export function placeOf(reference: string): Place | null {
  let column = 0
  let at = 0
  for (; at < reference.length && at < 4; at++) {
    const letter = reference.charCodeAt(at) - 0x40
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  let row = 0
  const start = at
  for (; at < reference.length; at++) {
    const digit = reference.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9 || at - start > 7) return null
    row = row * 10 + digit
  }
  return column < 1 || column > COLUMNS_MAX || row < 1 || row > ROWS_MAX ? null : { column, row }
}

/** `1` → `A`, `27` → `AA`. */
export function columnName(column: number): string {
  let name = ''
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26))
    name = String.fromCharCode(0x41 + ((left - 1) % 26)) + name
  return name
}
