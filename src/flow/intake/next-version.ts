import type { MappedRecord } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { SCHEMA_VERSION, type Status } from '#core/model/record.ts'
import type { VersionRow } from '#store/intake.ts'
import type { WaitingVoid } from '#store/waiting-voids.ts'
import { bodyOf, type Content, contentOf } from './content.ts'
import { type Decision, isWritten, type Known, type WrittenVersion } from './known-records.ts'
import { isHigher } from './late.ts'
import type { PreparedMessage, PreparedRecord } from './prepared.ts'

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

/** Whether content is what the void that ended a record brought with it: a void may come before the record that it ends. */
export function isWhatWasEnded(record: PreparedRecord, content: Content, known: Known): boolean {
  const { void: _, ...body } = newestBody(record.id, known)
  return contentOf(record, body, 'active').hash === content.hash
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
  const own = record.order ?? before?.order ?? null
  // What is mapped anew is as new as it was said again to be.
  const confirmed = known.confirmed.get(record.id)
  const order = confirmed !== undefined && isHigher(confirmed, own) ? confirmed : own
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
