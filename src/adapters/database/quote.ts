import { badState } from './state.ts'
import type { Column } from './table.ts'

/** A name between marks, the closing mark doubled where it stands in the name. */
export const quoted = (name: string, open: string, close = open): string =>
  `${open}${name.replaceAll(close, close + close)}${close}`

/** A text of SQL where a backslash is a character like any other. */
export const plainText = (text: string): string => `'${text.replaceAll("'", "''")}'`

const NUMBER = /^-?\d{1,60}(\.\d{1,60})?$/

/** @throws AdapterError `/state` where it is no number */
export function numberText(text: string): string {
  if (!NUMBER.test(text)) throw badState('holds no number where the column has numbers')
  return text
}

/** Seconds or numbers that a reading goes back, by the form of the column; 0 where that cannot be counted. */
export function overlapOf(column: Column, { overlapSeconds, overlapUnits }: Overlap): number {
  if (column.form === 'time' || column.form === 'date') return overlapSeconds
  return column.form === 'number' ? overlapUnits : 0
}

interface Overlap {
  readonly overlapSeconds: number
  readonly overlapUnits: number
}
