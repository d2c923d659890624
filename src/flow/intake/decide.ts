import { appended } from '#core/appended.ts'
import type { Issue } from '#core/issue.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { ResultWord } from '#core/receipt.ts'
import type { Head, PastVersion } from '#store/heads.ts'
import { claimIssue, ownClaim } from './claim.ts'
import type { Content } from './content.ts'
import { type Decision, historyOf, type Known } from './known-records.ts'
import { add, isWhatWasEnded, newestBody, voided, waitingVoid } from './next-version.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'
import type { KeyedResult } from './results-text.ts'

interface Outcome {
  readonly word: ResultWord
  readonly version: number
  readonly issue?: Issue
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * Decides for one message, record by record in its order, what becomes of each: a new record, a new version, a void, or nothing new.
 * Pure but for `known`, which it carries forward so that a key that occurs twice in one transaction is seen the second time.
 */
export function decideMessage(message: PreparedMessage, known: Known, into: Decision): KeyedResult[] {
  const { peer } = message
  if (peer) return message.sources.map((_, at) => peer.decide(at, known, into))
  return message.sources.map((source, at) => decideSource(message, source, at, known, into))
}

function decideSource(
  message: PreparedMessage,
  source: PreparedSource,
  at: number,
  known: Known,
  into: Decision,
): KeyedResult {
  const { index, key } = source
  if (source.rejected)
    return { index, key, result: 'rejected', records: [], recordKeys: [], issues: source.issues }
  let word: ResultWord = 'unchanged'
  let records: { kind: Kind; id: string; version: number }[] | undefined
  let recordKeys: (readonly string[])[] | undefined
  let { issues } = source
  for (const record of source.records) {
    const head = known.heads.get(record.id)
    const outcome: Outcome =
      head && message.replay?.keepsOut(at, record, head, known)
        ? { word: 'unchanged', version: head.version }
        : decideRecord(message, index, record, known, into)
    if (RANK[outcome.word] > RANK[word]) word = outcome.word
    if (outcome.issue) issues = [...issues, outcome.issue]
    if (outcome.version > 0) {
      records = appended(records, { kind: record.kind, id: record.id, version: outcome.version })
      recordKeys = appended(recordKeys, record.key)
    }
  }
  const result = { index, key, result: word, records: records ?? [], recordKeys: recordKeys ?? [] }
  return issues.length > 0 ? { ...result, issues } : result
}

const RANK: Record<ResultWord, number> = { unchanged: 0, created: 1, updated: 2, voided: 3, rejected: 4 }

function decideRecord(
  message: PreparedMessage,
  index: number,
  record: PreparedRecord,
  known: Known,
  into: Decision,
): Outcome {
  const head = known.heads.get(record.id)
  const { content } = record
  if (record.operation === 'void') return decideVoid(message, index, record, head, known, into)
  if (!content) return { word: 'unchanged', version: head?.version ?? 0 }
  if (!head) {
    add(message, index, record, content, 'active', 1, known, into)
    const waiting = known.waiting.get(record.id)
    if (!waiting) return { word: 'created', version: 1 }
    known.waiting.delete(record.id)
    const noted = into.newWaiting.indexOf(waiting)
    if (noted >= 0) into.newWaiting.splice(noted, 1)
    else into.applied.push(record.id)
    add(
      message,
      index,
      record,
      voided(record, newestBody(record.id, known), waitingVoid(waiting)),
      'void',
      2,
      known,
      into,
    )
    return { word: 'voided', version: 2 }
  }
  if (head.status === 'active' && head.hash === content.hash)
    return { word: 'unchanged', version: head.version }
  const owner = known.owners.get(record.id)
  if (owner) {
    into.claims.push(ownClaim(message, record, content, 'active', head, owner))
    return { word: 'unchanged', version: head.version, issue: claimIssue(owner.hub) }
  }
  // What a replay lets in was compared with what made the record already, by time and not by content.
  if (!message.replay && isOlder(message, record, head, known))
    return { word: 'unchanged', version: head.version, issue: lateIssue(record.order) }
  if (!message.replay && isResend(message, content, head, historyOf(record.id, known)))
    return { word: 'unchanged', version: head.version }
  if (head.status === 'void' && isWhatWasEnded(record, content, known))
    return { word: 'unchanged', version: head.version }
  add(message, index, record, content, 'active', head.version + 1, known, into)
  return { word: 'updated', version: head.version + 1 }
}

/** By the source's own order where both have one; else by arrival, which is the order of deciding but for a deferred message. */
function isOlder(message: PreparedMessage, record: PreparedRecord, head: Head, known: Known): boolean {
  if (record.order !== null && head.order !== null) return record.order < head.order
  return isOvertaken(message, record, known)
}

/** Whether the head came in a message that arrived after this one. */
const isOvertaken = (message: PreparedMessage, { id }: PreparedRecord, known: Known): boolean =>
  (known.arrivals.get(id)?.receivedAtMs ?? 0) > message.receivedAtMs

/**
 * Content that an earlier version already had is a resend, not a correction, when the same bytes brought it, or when the record was
 * made void since: a void ends a record, and the retry of its first message must not bring it back to life. Bytes that made an earlier
 * version and not the newest are a resend whatever a newer mapping makes of them now.
 */
function isResend(
  message: PreparedMessage,
  content: Content,
  head: Head,
  history: readonly PastVersion[] | undefined,
): boolean {
  if (!history) return false
  const sameMessage = ({ message: past, messageId }: PastVersion): boolean =>
    past !== null && messageId !== message.id && sameBytes(past, message.sha256)
  if (history.some((past) => past.hash === content.hash && (head.status === 'void' || sameMessage(past))))
    return true
  const newest = history.find(({ version }) => version === head.version)
  const isOwn = newest === undefined || newest.messageId === message.id || sameMessage(newest)
  return !isOwn && history.some(sameMessage)
}

function decideVoid(
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
      add(message, index, record, content, 'void', 1, known, into)
      return { word: 'voided', version: 1 }
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
  if (head.status === 'void' && (!content || head.hash === content.hash)) {
    return { word: 'unchanged', version: head.version }
  }
  if (isOvertaken(message, record, known))
    return { word: 'unchanged', version: head.version, issue: lateIssue(record.order) }
  const next = content ?? voided(record, newestBody(record.id, known), record.ended)
  const owner = known.owners.get(record.id)
  if (owner) {
    into.claims.push(ownClaim(message, record, next, 'void', head, owner))
    return { word: 'unchanged', version: head.version, issue: claimIssue(owner.hub) }
  }
  add(message, index, record, next, 'void', head.version + 1, known, into)
  return { word: 'voided', version: head.version + 1 }
}

/** Why a version that is older than the newest is not one. */
export const lateIssue = (order: string | null): Issue => ({
  path: '',
  code: 'W_LATE',
  reason: `a newer version than ${order ?? 'this'} is known; this one was kept out`,
})
