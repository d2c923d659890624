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

/** The field of a place without the row, so that the same fault in many rows is one group. */
export const fieldOfPlace = (place: string): string =>
  storable(place.slice(place.lastIndexOf('/') + 1).slice(0, FIELD_MAX))
