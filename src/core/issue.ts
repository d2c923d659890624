import type { Flag } from './flags.ts'
import { storable } from './text.ts'

/**
 * One thing that is wrong with one field of a source record: where, what, why, how to mend it.
 * `path` is the place in the source as its format names places: a JSON pointer (`/1/billNo`), an element path
 * (`meat_out_info_detail[1]/tran_id`), or `row 7/数量`.
 */
export interface Issue {
  readonly path: string
  readonly code: Flag
  /** The raw text found, cut to 200 characters; absent where it may be personal. */
  readonly value?: string
  /** Place in the canonical record that the field was meant for. */
  readonly target?: string
  readonly reason: string
  readonly fix?: string
}

/** A field of a group is part of an index; the sender chooses its name. */
const FIELD_MAX = 100

/** `row 7, 数量`, `line 3`, `record 12, 品名`, `4月!row 7`: a row by its number, and a field of it. */
const OF_ROW = /^(?:[^!]*!)?(?:row|line|record) \d+(?:, ([\s\S]*))?$/u
/** `B5 (进货日期)`, `4月!B5 (进货日期)`: a cell, and the heading above it. */
const OF_CELL = /^(?:[^!]*!)?[A-Z]{1,3}\d+ \(([\s\S]*)\)$/u
/** Which member of a list, or which of several elements. */
const NUMBERS = /^\d+$|\[\d+\]$|\.\d+(?=\.|$)/gu

/** The field of a place without the row, so that the same fault in many rows is one group; empty for a whole row. */
export function fieldOfPlace(place: string): string {
  const row = OF_ROW.exec(place)
  const field = row ? (row[1] ?? '') : (OF_CELL.exec(place)?.[1] ?? place.slice(place.lastIndexOf('/') + 1))
  return storable(field.replace(NUMBERS, '').slice(0, FIELD_MAX))
}
