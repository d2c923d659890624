import type { Issue } from '#core/issue.ts'
import type { MappedRecord } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { SCHEMA_VERSION, type Status } from '#core/model/record.ts'
import type { ResultWord } from '#core/receipt.ts'
import type { ClaimRow } from '#store/claims.ts'
import type { Head, NewestBody, PastVersion } from '#store/heads.ts'
import type { EdgeRow, VersionRow } from '#store/intake.ts'
import type { Owner, PeerVersionRow } from '#store/peer-versions.ts'
import type { WaitingVoid } from '#store/waiting-voids.ts'
import { claimIssue, ownClaim } from './claim.ts'
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
  /** A large message is decided some time after it arrived; what arrived since is newer. */
  readonly deferred?: boolean
  /** Set for a stored message that is mapped anew. */
  readonly replay?: Replaying
  /** Set for changes that a peer sent: how each is decided. */
  readonly peer?: PeerChanges
}

/** Changes of records that another hub owns; their versions have numbers already. */
export interface PeerChanges {
  decide(at: number, known: Known, into: Decision): KeyedResult
}

/** What a replay asks for beside what intake does. */
export interface Replaying {
  readonly id: string
  /** Whether a source record, by its place in `sources`, must not touch the record that there is: something newer made it. */
  keepsOut(at: number, record: PreparedRecord, head: Head, known: Known): boolean
}

export interface PreparedSource {
  readonly index: number
  readonly key: readonly string[] | null
  readonly rejected: boolean
  readonly issues: readonly Issue[]
  readonly records: readonly PreparedRecord[]
}

/** What a source record asks for one canonical record. */
export interface PreparedRecord {
  readonly kind: Kind
  readonly id: string
  readonly key: readonly string[]
  readonly operation: 'upsert' | 'void'
  readonly ended: MappedRecord['void']
  /** The source's own version or time; null where the mapping names none. */
  readonly order: string | null
  /** Null for a void that names no content. */
  readonly content: Content | null
  readonly expected: MappedRecord['expected'] | undefined
}

/** What the store knows about the records that the messages touch. */
export interface Known {
  /** Of a record that this transaction writes, the version that it writes. */
  readonly heads: Map<string, Head | WrittenVersion>
  readonly bodies: ReadonlyMap<string, NewestBody>
  /** Versions that are stored; those of this transaction are found by `historyOf`. */
  readonly history: Map<string, PastVersion[]>
  /** Versions of this transaction that it itself replaced: a key may occur twice. */
  readonly replaced: Map<string, WrittenVersion[]>
  /** Voids that waited for a record that comes now. */
  readonly waiting: Map<string, WaitingVoid>
  /** Records that a void waits for, whether they come now or not. */
  readonly awaited: Set<string>
  /** When the heads arrived that a deferred message would change; empty for all others. */
  readonly arrivals: Map<string, { readonly receivedAtMs: number }>
  /** Of the records that would change, the owners of those of other hubs. */
  readonly owners: Map<string, Owner>
}

/** A version of this transaction, with the digest of the bytes of its message. */
export interface WrittenVersion extends VersionRow {
  readonly message: Buffer
  readonly replay: string | null
}

/** Whether the newest version of a record is one of this transaction. */
export const isWritten = (head: Head | WrittenVersion | undefined): head is WrittenVersion =>
  head !== undefined && 'body' in head

/** All versions of a record that are known: a resend may share the transaction of its first message and of the void between them. */
export function historyOf(id: string, known: Known): readonly PastVersion[] | undefined {
  const stored = known.history.get(id)
  const head = known.heads.get(id)
  if (!isWritten(head)) return stored
  return [...(stored ?? []), ...(known.replaced.get(id) ?? []), head]
}

/** The rows that follow, to be written in one transaction. */
export interface Decision {
  readonly versions: VersionRow[]
  readonly edges: EdgeRow[]
  readonly newWaiting: WaitingVoid[]
  /** Records whose waiting void is applied now. */
  readonly applied: string[]
  /** Roads of those of the versions that came from peers. */
  readonly peerVersions: PeerVersionRow[]
  /** What was said of records that others own. */
  readonly claims: ClaimRow[]
}

export const noDecision = (): Decision => ({
  versions: [],
  edges: [],
  newWaiting: [],
  applied: [],
  peerVersions: [],
  claims: [],
})

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
  const records: { kind: Kind; id: string; version: number }[] = []
  const recordKeys: (readonly string[])[] = []
  const issues: Issue[] = [...source.issues]
  for (const record of source.records) {
    const head = known.heads.get(record.id)
    const outcome: Outcome =
      head && message.replay?.keepsOut(at, record, head, known)
        ? { word: 'unchanged', version: head.version }
        : decideRecord(message, index, record, known, into)
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

export const waitingVoid = (waiting: WaitingVoid): MappedRecord['void'] => ({
  ...(waiting.reason ? { reason: waiting.reason } : {}),
  ...(waiting.voidedAt ? { at: JSON.parse(waiting.voidedAt) } : {}),
})

export const voided = (
  record: { readonly kind: Kind; readonly id: string },
  body: Body,
  reason: MappedRecord['void'],
): Content =>
  contentOf(record, reason && (reason.reason || reason.at) ? { ...body, void: reason } : body, 'void')

export function newestBody(id: string, known: Known): Body {
  const own = known.heads.get(id)
  if (isWritten(own)) {
    const { buffer, byteOffset, length } = own.body
    return bodyOf(Buffer.from(buffer, byteOffset, length).toString(), own.flags, own.recorded)
  }
  const newest = known.bodies.get(id)
  if (!newest) throw new Error(`the newest body of ${id} was not read`)
  return bodyOf(newest.text, newest.flags, newest.recorded)
}

/** The next version of a record with its edges; carried forward in `known`. `more` says what a version of a peer has from its owner. */
export function add(
  message: PreparedMessage,
  index: number,
  record: PreparedRecord,
  content: Content,
  status: Status,
  version: number,
  known: Known,
  into: Decision,
  more?: Partial<Pick<VersionRow, 'system' | 'record' | 'mapping'>>,
): void {
  const before = known.heads.get(record.id)
  // A version whose source names no order stands where the one before it stood: what is older than that stays out.
  const order = record.order ?? before?.order ?? null
  const row: WrittenVersion = {
    id: record.id,
    version,
    kind: record.kind,
    system: more?.system ?? message.system,
    record: more?.record ?? message.record,
    status,
    schema: SCHEMA_VERSION,
    mapping: more?.mapping ?? message.mapping,
    messageId: message.id,
    messageIndex: index,
    replay: message.replay?.id ?? null,
    receivedAtMs: message.receivedAtMs,
    recorded: content.recorded,
    occurredAtMs: content.occurredAtMs,
    region: content.region,
    productClass: content.productClass,
    order,
    hash: content.hash,
    flags: content.flags,
    codes: content.codes,
    body: content.bytes,
    taken: content.taken,
    message: message.sha256,
  }
  into.versions.push(row)
  addEdges(record, content, version, into)
  if (isWritten(before)) known.replaced.set(record.id, [...(known.replaced.get(record.id) ?? []), before])
  // A message is no resend of itself: it may say A, B, A.
  known.heads.set(record.id, row)
  if (known.arrivals.size > 0) known.arrivals.delete(record.id)
}

function addEdges(record: PreparedRecord, content: Content, version: number, into: Decision): void {
  const { edges, quantity, unit, occurredAtMs } = content
  for (const { from, to, rule, confidence } of edges) {
    into.edges.push({
      from,
      to,
      rule,
      confidence,
      recordId: record.id,
      version,
      kind: record.kind,
      quantity,
      unit,
      occurredAtMs,
    })
  }
}
