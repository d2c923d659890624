import type { Issue } from '#core/issue.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import type { MappedRecord, MappedSource } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import { SCHEMA_VERSION, type Status } from '#core/model/record.ts'
import type { ResultWord } from '#core/receipt.ts'
import type { Head, NewestBody, PastVersion } from '#store/heads.ts'
import type { EdgeRow, VersionRow } from '#store/intake.ts'
import type { WaitingVoid } from '#store/waiting-voids.ts'
import { bodyOf, type Content, contentOf } from './content.ts'
import type { KeyedResult } from './results-text.ts'

/** A message that was decoded and mapped, and waits to be written. */
export interface PreparedMessage {
  readonly id: string
  readonly receivedAtMs: number
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly sha256: Buffer
  readonly sources: readonly PreparedSource[]
}

export interface PreparedSource {
  readonly mapped: MappedSource
  /** Content of each record of the source that has a body, in the order of `mapped.records`; null for a void that names no content. */
  readonly contents: readonly (Content | null)[]
}

/** What the store knows about the records that the messages touch. */
export interface Known {
  readonly heads: Map<string, Head>
  readonly bodies: Map<string, NewestBody>
  readonly history: ReadonlyMap<string, readonly PastVersion[]>
  /** Voids that waited for a record that comes now. */
  readonly waiting: Map<string, WaitingVoid>
  /** Records that a void waits for, whether they come now or not. */
  readonly awaited: Set<string>
}

/** The rows that follow, to be written in one transaction. */
export interface Decision {
  readonly versions: VersionRow[]
  readonly edges: EdgeRow[]
  readonly newWaiting: WaitingVoid[]
  /** Records whose waiting void is applied now. */
  readonly applied: string[]
}

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
  return message.sources.map((source) => decideSource(message, source, known, into))
}

function decideSource(
  message: PreparedMessage,
  source: PreparedSource,
  known: Known,
  into: Decision,
): KeyedResult {
  const { mapped } = source
  const { index, key } = mapped
  if (mapped.rejected)
    return { index, key, result: 'rejected', records: [], recordKeys: [], issues: mapped.issues }
  let word: ResultWord = 'unchanged'
  const records: { kind: MappedRecord['kind']; id: string; version: number }[] = []
  const recordKeys: (readonly string[])[] = []
  const issues: Issue[] = [...mapped.issues]
  for (let i = 0; i < mapped.records.length; i++) {
    const record = mapped.records[i] as MappedRecord
    const outcome = decideRecord(message, index, record, source.contents[i] ?? null, known, into)
    if (RANK[outcome.word] > RANK[word]) word = outcome.word
    if (outcome.issue) issues.push(outcome.issue)
    if (outcome.version > 0) {
      records.push({ kind: record.kind, id: record.id, version: outcome.version })
      recordKeys.push(record.key)
    }
  }
  return { index, key, result: word, records, recordKeys, ...(issues.length ? { issues } : {}) }
}

const RANK: Record<ResultWord, number> = { unchanged: 0, created: 1, updated: 2, voided: 3, rejected: 4 }

function decideRecord(
  message: PreparedMessage,
  index: number,
  record: MappedRecord,
  content: Content | null,
  known: Known,
  into: Decision,
): Outcome {
  const head = known.heads.get(record.id)
  if (record.operation === 'void') return decideVoid(message, index, record, content, head, known, into)
  if (!content) return { word: 'unchanged', version: head?.version ?? 0 }
  if (!head) {
    add(message, index, record, content, 'active', 1, known, into)
    const waiting = known.waiting.get(record.id)
    if (!waiting) return { word: 'created', version: 1 }
    known.waiting.delete(record.id)
    const noted = into.newWaiting.indexOf(waiting)
    if (noted >= 0) into.newWaiting.splice(noted, 1)
    else into.applied.push(record.id)
    add(message, index, record, voided(content.body, waitingVoid(waiting)), 'void', 2, known, into)
    return { word: 'voided', version: 2 }
  }
  if (head.status === 'active' && sameBytes(head.hash, content.hash))
    return { word: 'unchanged', version: head.version }
  if (record.order !== undefined && head.order !== null && record.order < head.order) {
    return { word: 'unchanged', version: head.version, issue: late(record) }
  }
  if (isResend(message, content, head, known.history.get(record.id)))
    return { word: 'unchanged', version: head.version }
  add(message, index, record, content, 'active', head.version + 1, known, into)
  return { word: 'updated', version: head.version + 1 }
}

/**
 * Content that an earlier version already had is a resend, not a correction, when the same bytes brought it, or when the record was
 * made void since: a void ends a record, and the retry of its first message must not bring it back to life.
 */
function isResend(
  message: PreparedMessage,
  content: Content,
  head: Head,
  history: readonly PastVersion[] | undefined,
): boolean {
  if (!history) return false
  return history.some(
    (past) =>
      sameBytes(past.hash, content.hash) &&
      (head.status === 'void' || (past.message !== null && sameBytes(past.message, message.sha256))),
  )
}

function decideVoid(
  message: PreparedMessage,
  index: number,
  record: MappedRecord,
  content: Content | null,
  head: Head | undefined,
  known: Known,
  into: Decision,
): Outcome {
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
      reason: record.void?.reason ?? null,
      voidedAt: record.void?.at ? JSON.stringify(record.void.at) : null,
    }
    known.waiting.set(record.id, waiting)
    known.awaited.add(record.id)
    into.newWaiting.push(waiting)
    return { word: 'voided', version: 0 }
  }
  if (head.status === 'void' && (!content || sameBytes(head.hash, content.hash))) {
    return { word: 'unchanged', version: head.version }
  }
  const next = content ?? voided(newestBody(record.id, known), record.void)
  add(message, index, record, next, 'void', head.version + 1, known, into)
  return { word: 'voided', version: head.version + 1 }
}

const late = (record: MappedRecord): Issue => ({
  path: '',
  code: 'W_LATE',
  reason: `a newer version than ${record.order ?? 'this'} is known; this one was kept out`,
})

const waitingVoid = (waiting: WaitingVoid): MappedRecord['void'] => ({
  ...(waiting.reason ? { reason: waiting.reason } : {}),
  ...(waiting.voidedAt ? { at: JSON.parse(waiting.voidedAt) } : {}),
})

const voided = (body: Body, reason: MappedRecord['void']): Content =>
  contentOf(reason && (reason.reason || reason.at) ? { ...body, void: reason } : body, 'void')

function newestBody(id: string, known: Known): Body {
  const newest = known.bodies.get(id)
  if (!newest) throw new Error(`the newest body of ${id} was not read`)
  return bodyOf(newest.text, newest.flags, newest.recorded)
}

function add(
  message: PreparedMessage,
  index: number,
  record: MappedRecord,
  content: Content,
  status: Status,
  version: number,
  known: Known,
  into: Decision,
): void {
  into.versions.push({
    id: record.id,
    version,
    kind: record.kind,
    system: message.system,
    record: message.record,
    status,
    schema: SCHEMA_VERSION,
    mapping: message.mapping,
    messageId: message.id,
    messageIndex: index,
    receivedAtMs: message.receivedAtMs,
    recorded: content.recorded,
    occurredAtMs: content.occurredAtMs,
    region: content.region,
    productClass: content.productClass,
    order: record.order ?? null,
    hash: content.hash,
    flags: content.flags,
    codes: content.codes,
    body: content.text,
  })
  if (status === 'active') addEdges(record, content, version, into)
  known.heads.set(record.id, { version, status, hash: content.hash, order: record.order ?? null })
  known.bodies.set(record.id, { text: content.text, flags: [...content.flags], recorded: content.recorded })
}

function addEdges(record: MappedRecord, content: Content, version: number, into: Decision): void {
  const { quantity } = content.body
  for (const edge of edgesOf(record.kind, content.body)) {
    into.edges.push({
      ...edge,
      recordId: record.id,
      version,
      kind: record.kind,
      quantity: quantity?.value ?? null,
      unit: quantity?.unit ?? null,
      occurredAtMs: content.occurredAtMs,
    })
  }
}
