/** Why the log is not what was sealed. */
export const FINDINGS = [
  'head_missing',
  'head_altered',
  'tree_altered',
  'signature_wrong',
  'key_unknown',
  'leaves_missing',
  'leaves_altered',
  'row_altered',
  'row_missing',
  'row_inserted',
  'bytes_altered',
  'setting_altered',
  'anchor_altered',
  'anchor_missing',
  'truncated',
  'forked',
] as const
export type FindingCode = (typeof FINDINGS)[number]

/** A place where the database, or an anchor, disagrees with what was sealed. */
export interface Finding {
  readonly code: FindingCode
  /** Number of the batch; null where it is of none. */
  readonly batch: number | null
  /** A table and what names the row, or a line of a file. */
  readonly place: string
}

/** Takes findings. */
export type Tell = (finding: Finding) => void
