import type { Flag } from './flags.ts'

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
