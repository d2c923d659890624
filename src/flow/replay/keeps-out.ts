import { historyOf, isWritten, type Known } from '#flow/intake/known-records.ts'
import { orderOf } from '#flow/intake/late.ts'
import type { PreparedRecord, PreparedSource } from '#flow/intake/prepared.ts'
import type { Head, PastVersion } from '#store/heads.ts'

/** A stored message that is mapped anew, as far as its place among the other messages is asked for. */
export interface Replayed {
  readonly id: string
  readonly receivedAtMs: number
  readonly sha256: Buffer
  readonly sources: readonly PreparedSource[]
  /** Keys (as JSON) of the source records that came too late when the message was received. */
  readonly late: ReadonlySet<string>
  /** The replay that maps it anew. */
  readonly replay: string
  /** Whether the source record at a place is the last of the message that says something of a record. */
  readonly isLast: (id: string, at: number) => boolean
}

/**
 * Whether a message that is mapped anew must leave a record as it is. Mapping anew changes how a message is understood, never the order
 * in which messages were said: only the message that made the newest version may make it anew, and one that was received later than
 * that, and has had no say yet, may follow it.
 *
 * - The newest version came of this very message, or of the same bytes: it goes in, as its last word about the record.
 * - An older version came of it: something newer was said since.
 * - The record is void: a void stays.
 * - It was late when it came, or is by the source's own order: it still is.
 * - Else the time of receipt decides. In the same millisecond nobody knows, and it stays out.
 *
 * What a source record does not tell ends only by the message that made its newest version, or by a later one that made that of another
 * record of the same source record: a message that changed nothing when it came may have been followed by one that changed nothing either.
 */
export function replayRule(
  message: Replayed,
): (at: number, record: PreparedRecord, head: Head, known: Known) => boolean {
  const isOwn = (past: PastVersion | undefined): boolean =>
    past !== undefined && (past.messageId === message.id || past.message?.equals(message.sha256) === true)
  const isOutOfTime = (newest: PastVersion | undefined): boolean =>
    newest === undefined || message.receivedAtMs <= newest.receivedAtMs
  return (at, record, head, known) => {
    const history = historyOf(record.id, known) ?? []
    const newest = newestOf(record.id, known)
    if (record.operation === 'untold') {
      if (!message.isLast(record.id, at)) return true
      if (isOwn(newest)) return false
      const records = message.sources[at]?.records ?? []
      return isOutOfTime(newest) || !records.some(({ id }) => isOwn(newestOf(id, known)))
    }
    const isUpsert = record.operation === 'upsert'
    // A version that this very replay made of an earlier place, in this transaction or in one of before.
    const isOfNow = newest?.replay === message.replay || isWritten(known.heads.get(record.id))
    if (newest?.messageId === message.id && isOfNow) return false
    if (newest && isOwn(newest)) return !message.isLast(record.id, at) || (head.status === 'void' && isUpsert)
    if (history.some(isOwn)) return true
    if (head.status === 'void' && isUpsert) return true
    if (message.late.has(JSON.stringify(message.sources[at]?.key ?? null))) return true
    const order = orderOf(record, head)
    if (order === 'older' || order === 'newer') return order === 'older'
    return isOutOfTime(newest)
  }
}

function newestOf(id: string, known: Known): PastVersion | undefined {
  const version = known.heads.get(id)?.version
  return historyOf(id, known)?.find((past) => past.version === version)
}
