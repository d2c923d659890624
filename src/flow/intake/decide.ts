import { appended } from '#core/appended.ts'
import type { Issue } from '#core/issue.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { ResultWord } from '#core/receipt.ts'
import type { Head } from '#store/heads.ts'
import { claimIssue, ownClaim } from './claim.ts'
import type { Content } from './content.ts'
import { decideVoid, type Outcome, saidAgain } from './decide-void.ts'
import { endLines } from './end-lines.ts'
import { type SaidBefore, saidBefore, twiceIssue } from './key-twice.ts'
import { type Decision, historyOf, type Known, nextNumber } from './known-records.ts'
import {
  isOlder,
  isOtherOrder,
  isResentWithout,
  lacksOrderIssue,
  lateIssue,
  orderOf,
  otherOrderIssue,
  resentIssue,
  resentVersion,
  unorderedIssue,
  unorderedPlace,
} from './late.ts'
import { add, isWhatWasEnded, newestBody, voided, waitingVoid } from './next-version.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'
import type { KeyedResult } from './results-text.ts'
import {
  comesBack,
  isLeftOut,
  type LineOf,
  leftOut,
  leftOutIssue,
  lineOf,
  noteLine,
  staysEnded,
  takeOverRow,
} from './wholes.ts'

const NOTHING: Outcome = { word: 'unchanged', version: 0 }

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
  const line = lineOf(message, source, known)
  if (line) takeOverRow(line, source, known)
  const result = decideRecords(message, source, at, line, known, into)
  if (!line) return result
  if (result.result !== 'rejected') noteLine(line, source, known)
  return endLines(message, source, line, result, known, into)
}

function decideRecords(
  message: PreparedMessage,
  source: PreparedSource,
  at: number,
  line: LineOf | undefined,
  known: Known,
  into: Decision,
): KeyedResult {
  const { index, key } = source
  if (source.rejected)
    return { index, key, result: 'rejected', records: [], recordKeys: [], issues: source.issues }
  for (const record of source.records) {
    const place = unorderedPlace(message, index, record, known)
    if (place === undefined) continue
    const issues = [unorderedIssue(place), ...source.issues]
    return { index, key, result: 'rejected', records: [], recordKeys: [], issues }
  }
  let word: ResultWord = 'unchanged'
  let records: { kind: Kind; id: string; version: number }[] | undefined
  let recordKeys: (readonly string[])[] | undefined
  let { issues } = source
  let ofOrder: readonly Issue[] = []
  let isOutdated = false
  let before: SaidBefore | undefined
  for (const record of source.records) {
    const head = known.heads.get(record.id)
    const said = before ?? saidBefore(message, source, record, known)
    let outcome: Outcome
    if (record.operation === 'untold')
      outcome = isOutdated ? NOTHING : decideUntold(message, source, at, record, known, into)
    else if (head && !comesBack(line, record) && message.replay?.keepsOut(at, record, head, known))
      outcome = { word: 'unchanged', version: head.version, isOutdated: true }
    else outcome = decideRecord(message, index, record, line, known, into)
    if (outcome.isOutdated) isOutdated = true
    if (RANK[outcome.word] > RANK[word]) word = outcome.word
    if (outcome.issue) issues = [...issues, outcome.issue]
    if (outcome.word === 'updated') before = said
    if (record.lacksOrderAt !== undefined && outcome.word !== 'unchanged')
      ofOrder = [lacksOrderIssue(record.lacksOrderAt)]
    else if (head && isOtherOrder(record, head) && outcome.word !== 'unchanged')
      ofOrder = [otherOrderIssue(source.path ?? '')]
    if (outcome.version > 0) {
      records = appended(records, { kind: record.kind, id: record.id, version: outcome.version })
      recordKeys = appended(recordKeys, record.key)
    }
  }
  if (before) issues = [...issues, twiceIssue(source.path ?? '', before)]
  const result = { index, key, result: word, records: records ?? [], recordKeys: recordKeys ?? [] }
  return issues.length + ofOrder.length > 0 ? { ...result, issues: [...issues, ...ofOrder] } : result
}

const RANK: Record<ResultWord, number> = { unchanged: 0, created: 1, updated: 2, voided: 3, rejected: 4 }

function decideRecord(
  message: PreparedMessage,
  index: number,
  record: PreparedRecord,
  line: LineOf | undefined,
  known: Known,
  into: Decision,
): Outcome {
  const head = known.heads.get(record.id)
  const { content } = record
  if (record.operation === 'void') return decideVoid(message, index, record, head, known, into)
  if (!content) return { word: 'unchanged', version: head?.version ?? 0 }
  if (!head) {
    const version = nextNumber(record.id, known, content.occurredAtMs)
    add(message, index, record, content, 'active', version, known, into)
    const waiting = known.waiting.get(record.id)
    if (!waiting && line && isLeftOut(line, record)) {
      const left = voided(record, newestBody(record.id, known), leftOut(line.whole))
      const ended = nextNumber(record.id, known)
      add(message, index, record, left, 'void', ended, known, into)
      return { word: 'voided', version: ended, issue: leftOutIssue(record.order, line.whole) }
    }
    if (!waiting) return { word: 'created', version }
    known.waiting.delete(record.id)
    const noted = into.newWaiting.indexOf(waiting)
    if (noted >= 0) into.newWaiting.splice(noted, 1)
    else into.applied.push(record.id)
    const ended = nextNumber(record.id, known)
    const body = voided(record, newestBody(record.id, known), waitingVoid(waiting))
    add(message, index, record, body, 'void', ended, known, into)
    return { word: 'voided', version: ended }
  }
  if (head.status === 'active' && head.hash === content.hash) return saidAgain(record, head, known, into)
  const owner = known.owners.get(record.id)
  if (owner) {
    into.claims.push(ownClaim(message, record, content, 'active', head, owner))
    return { word: 'unchanged', version: head.version, issue: claimIssue(owner.hub) }
  }
  if (line && staysEnded(line, record)) {
    const issue = leftOutIssue(record.order, line.whole)
    return { word: 'unchanged', version: head.version, issue, isOutdated: true }
  }
  const stays = comesBack(line, record) ? undefined : whyItStays(message, record, content, head, known)
  if (stays) return stays
  const version = nextNumber(record.id, known)
  add(message, index, record, content, 'active', version, known, into)
  return { word: 'updated', version }
}

/** Other content than the newest version has is no version where it is older, sent again, or what a void ended. */
function whyItStays(
  message: PreparedMessage,
  record: PreparedRecord,
  content: Content,
  head: Head,
  known: Known,
): Outcome | undefined {
  // What a replay lets in was compared with what made the record already, by time and not by content.
  if (!message.replay && isOlder(message, record, head, known))
    return { word: 'unchanged', version: head.version, issue: lateIssue(record.order), isOutdated: true }
  // What the source itself numbers as newer is no resend: a row that was deleted is there again.
  const isNewer = orderOf(record, head) === 'newer'
  const resent =
    message.replay || isNewer
      ? undefined
      : resentVersion(message, content.hash, head, historyOf(record.id, known))
  if (resent)
    return { word: 'unchanged', version: head.version, issue: resentIssue(resent, head), isOutdated: true }
  return head.status === 'void' && !isNewer && isWhatWasEnded(record, content, known)
    ? { word: 'unchanged', version: head.version }
    : undefined
}

/**
 * A record that its source record told before and tells no more ends with it. Not by what is older than what is known: the other records
 * of the source record were looked at first, and tell so.
 */
function decideUntold(
  message: PreparedMessage,
  source: PreparedSource,
  at: number,
  record: PreparedRecord,
  known: Known,
  into: Decision,
): Outcome {
  const head = known.heads.get(record.id)
  if (head?.status !== 'active') return NOTHING
  if (message.replay) {
    if (message.replay.keepsOut(at, record, head, known)) return NOTHING
  } else if (isOlder(message, record, head, known) || isResentWithout(message, source, record, known))
    return NOTHING
  const { word, ...outcome } = decideVoid(message, source.index, record, head, known, into)
  return { ...outcome, word: word === 'voided' ? 'updated' : word }
}
