import type { Issue } from '#core/issue.ts'
import type { ResultWord } from '#core/receipt.ts'
import type { Head } from '#store/heads.ts'
import { claimIssue, ownClaim } from './claim.ts'
import { type Decision, type Known, nextNumber } from './known-records.ts'
import { isHigher, isOlder, lateIssue } from './late.ts'
import { add, newestBody, voided } from './next-version.ts'
import type { PreparedMessage, PreparedRecord } from './prepared.ts'

/** What became of one canonical record that a source record asks for. */
export interface Outcome {
  readonly word: ResultWord
  readonly version: number
  readonly issue?: Issue
  /** What was said is older than what is known. */
  readonly isOutdated?: boolean
}

/** What is known already makes no version. With a higher order it is as new as that: an older version that comes later must not replace it. */
export function saidAgain({ id, order }: PreparedRecord, head: Head, known: Known, into: Decision): Outcome {
  const { version } = head
  if (order !== null && isHigher(order, head.order)) {
    into.confirmed.set(id, { id, version, order })
    known.heads.set(id, { ...head, order })
    known.confirmed.set(id, order)
  }
  return { word: 'unchanged', version }
}

/** Decides what becomes of a record that is told to be void. */
export function decideVoid(
  message: PreparedMessage,
  index: number,
  record: PreparedRecord,
  head: Head | undefined,
  known: Known,
  into: Decision,
): Outcome {
  const { content } = record
  if (!head) {
    if (content) {
      const version = nextNumber(record.id, known, content.occurredAtMs)
      add(message, index, record, content, 'void', version, known, into)
      return { word: 'voided', version }
    }
    if (known.awaited.has(record.id)) return { word: 'unchanged', version: 0 }
    const waiting = {
      recordId: record.id,
      messageId: message.id,
      receivedAtMs: message.receivedAtMs,
      mapping: message.mapping,
      reason: record.ended?.reason ?? null,
      voidedAt: record.ended?.at ? JSON.stringify(record.ended.at) : null,
    }
    known.waiting.set(record.id, waiting)
    known.awaited.add(record.id)
    into.newWaiting.push(waiting)
    return { word: 'voided', version: 0 }
  }
  if (head.status === 'void' && (!content || head.hash === content.hash))
    return saidAgain(record, head, known, into)
  if (!message.replay && isOlder(message, record, head, known))
    return { word: 'unchanged', version: head.version, issue: lateIssue(record.order), isOutdated: true }
  const next = content ?? voided(record, newestBody(record.id, known), record.ended)
  const owner = known.owners.get(record.id)
  if (owner) {
    into.claims.push(ownClaim(message, record, next, 'void', head, owner))
    return { word: 'unchanged', version: head.version, issue: claimIssue(owner.hub) }
  }
  const version = nextNumber(record.id, known)
  add(message, index, record, next, 'void', version, known, into)
  return { word: 'voided', version }
}
