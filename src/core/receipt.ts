import type { Issue } from './issue.ts'
import type { Kind } from './model/kinds.ts'

export type ResultWord = 'created' | 'updated' | 'voided' | 'unchanged' | 'rejected'

/** What became of one source record. */
export interface SourceResult {
  readonly index: number
  readonly key: readonly string[] | null
  readonly result: ResultWord
  readonly records: readonly { readonly kind: Kind; readonly id: string; readonly version: number }[]
  readonly issues?: readonly Issue[]
  /** How many of `records` ended because their order tells them no more; said at its last line. */
  readonly ended?: number
  /** What became of a rejected one later, when the part came that it waited for; said when the receipt is read again. */
  readonly mended?: Mended
}

/** A rejection that a later message mended. */
export interface Mended {
  /** Receipt of the message that brought what was missing. */
  readonly receipt: string
  readonly result: ResultWord
  readonly records: SourceResult['records']
}

/** A source record of an earlier message that became a record because of this one. */
export interface Completed extends Omit<SourceResult, 'mended'> {
  /** Receipt of its own message. */
  readonly receipt: string
}

/** How far the hub is with a large message. */
export interface Progress {
  /** Source records that are done, of `total`; null until the message was read through once. */
  readonly records: number
  readonly total: number | null
  readonly bytes: number
  readonly totalBytes: number
}

/** The hub's answer for one message. Counts are of source records; one of them may become several records. */
export interface Receipt {
  readonly receipt: string
  readonly system: string
  readonly record: string
  readonly sha256: string
  readonly state: 'done' | 'waiting' | 'running' | 'refused'
  readonly receivedAt: string
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly results: readonly SourceResult[]
  /** Not counted above: the counts are of the source records of this message. */
  readonly completed?: readonly Completed[]
  /** The rest is there for large messages only, of which `results` is one page. Cursor of the next one. */
  readonly next?: string | null
  readonly progress?: Progress
  /** Why the message was refused as a whole. */
  readonly problem?: Issue
}

/** Counts of a receipt; `received = accepted + unchanged + rejected` holds by construction and is checked by the database. */
export function countResults(
  results: readonly SourceResult[],
): Pick<Receipt, 'received' | 'accepted' | 'unchanged' | 'rejected'> {
  let unchanged = 0
  let rejected = 0
  for (const { result } of results) {
    if (result === 'unchanged') unchanged++
    else if (result === 'rejected') rejected++
  }
  return { received: results.length, accepted: results.length - unchanged - rejected, unchanged, rejected }
}
