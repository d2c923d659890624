import type { PoolClient } from 'pg'
import type { XmlParts } from '#adapters/push/xml/join.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { SourceValue } from '#core/source.ts'
import { readArrivals } from '#store/heads.ts'
import {
  type BaseRow,
  type DetailRow,
  type DetailState,
  forgetJoined,
  lockParts,
  readBases,
  readDetails,
  writeBases,
  writeDetails,
} from '#store/parts.ts'
import { addMended, setCompleted } from '#store/receipts.ts'
import { mendRejections, restateRejections } from '#store/rejections.ts'
import { decideMessage } from './decide.ts'
import type { Decision, Known } from './known-records.ts'
import { lateIssue } from './late.ts'
import { baseRow, detailRow, digest, join, rejected } from './part-rows.ts'
import { edgeBudget } from './prepare.ts'
import type { PreparedMessage, PreparedSource } from './prepared.ts'
import { rejectionRow } from './rejection-rows.ts'
import { type KeyedCompleted, type KeyedResult, writeCompleted, writeMended } from './results-text.ts'
import type { IntakeMessage } from './write.ts'

/** Source records of earlier messages that one message completes; the next one with their base completes the rest. */
export const COMPLETED_MAX = 5000

/** What of a message may be joined with parts of other messages, and how. */
export interface MessageParts extends XmlParts {
  readonly mapping: CompiledMapping
}

/** The parts of a message for intake; none where the mapping does not let them wait. */
export const messageParts = (
  parts: XmlParts | undefined,
  mapping: CompiledMapping,
): MessageParts | undefined =>
  parts && (parts.bases.length > 0 || parts.alone.size > 0) ? { ...parts, mapping } : undefined

/** A detail of an earlier message that has its base now, as a message of one source record. */
export interface EarlierDetail extends PreparedMessage {
  readonly detail: DetailRow
  readonly rejectedValue: SourceValue | undefined
}

/** A message whose parts were joined with those that are kept. */
export interface Parted {
  /** With the details joined whose base came earlier. */
  readonly message: IntakeMessage
  readonly earlier: readonly EarlierDetail[]
  /** Bases as they are kept from now on. */
  readonly bases: readonly BaseRow[]
  /** Details of this message that are kept, joined or not. */
  readonly details: readonly DetailRow[]
}

/** Takes the lock and finds what the parts of a message were waiting for, and what waited for them. */
export async function readParts(
  client: PoolClient,
  message: IntakeMessage,
  parts: MessageParts,
): Promise<Parted> {
  await lockParts(client, message)
  const keys = new Set(parts.bases.map(({ joinKey }) => digest(joinKey)))
  for (const { joinKey } of parts.alone.values()) keys.add(digest(joinKey))
  const kept = await readBases(client, message, [...keys])
  const bases = new Map<string, BaseRow>()
  for (const part of parts.bases) {
    const row = baseRow(message, part, kept.get(digest(part.joinKey)))
    bases.set(row.joinKey, row)
  }
  const waiting = await readDetails(client, message, [...bases.values()], COMPLETED_MAX)
  const edges = edgeBudget()
  const earlier: EarlierDetail[] = []
  for (const detail of waiting) {
    const base = bases.get(detail.joinKey)
    if (!base) continue
    const { sources, rejectedValues } = join(detail, base, parts.mapping, detail.receivedAtMs, edges)
    const source = sources[0] as PreparedSource
    earlier.push({
      id: detail.messageId,
      receivedAtMs: detail.receivedAtMs,
      system: message.system,
      record: message.record,
      mapping: message.mapping,
      // What is new comes from these bytes: that the detail's own are known already does not make it a resend.
      sha256: message.sha256,
      sources: [source],
      detail: { ...detail, baseHash: base.contentHash },
      rejectedValue: rejectedValues.get(detail.index),
    })
    if (!source.rejected) bases.set(base.joinKey, { ...base, joined: true })
  }
  // A stream may have let a detail go before its base came in the same message.
  const own = joinOwn(message, parts, new Map([...kept, ...bases]))
  for (const base of own.used) bases.set(base.joinKey, { ...(bases.get(base.joinKey) ?? base), joined: true })
  return { message: own.message, earlier, bases: [...bases.values()], details: own.details }
}

/** The details of the message itself that came alone: joined with bases that came earlier, or kept to wait. */
function joinOwn(
  message: IntakeMessage,
  parts: MessageParts,
  kept: ReadonlyMap<string, BaseRow>,
): { message: IntakeMessage; details: DetailRow[]; used: BaseRow[] } {
  if (parts.alone.size === 0) return { message, details: [], used: [] }
  const sources = [...message.sources]
  const rejectedValues = new Map(message.rejectedValues)
  const edges = edgeBudget()
  const details: DetailRow[] = []
  const used: BaseRow[] = []
  const places = new Map(sources.map(({ index }, place) => [index, place]))
  for (const [index, part] of parts.alone) {
    const place = places.get(index)
    const source = place === undefined ? undefined : sources[place]
    if (place === undefined || source === undefined) continue
    const detail = detailRow(message, index, part, source)
    const base = kept.get(detail.joinKey)
    if (!base) {
      details.push(detail)
      continue
    }
    const joined = join(detail, base, parts.mapping, message.receivedAtMs, edges)
    const found = joined.sources[0] as PreparedSource
    sources[place] = found
    rejectedValues.delete(index)
    const value = joined.rejectedValues.get(index)
    if (value !== undefined) rejectedValues.set(index, value)
    const { id } = found.rejected
      ? rejectionRow({ ...message, rejectedValues }, rejected(found))
      : { id: null }
    details.push({
      ...detail,
      baseHash: base.contentHash,
      state: found.rejected ? 'refused' : 'joined',
      rejectionId: id,
    })
    if (!found.rejected) used.push(base)
  }
  return { message: { ...message, sources, rejectedValues }, details, used }
}

/**
 * Decides what becomes of the details that waited. One does not replace a version whose own source record came later than it: what a
 * source said last stays.
 */
export async function completeEarlier(
  client: PoolClient,
  earlier: readonly EarlierDetail[],
  known: Known,
  into: Decision,
): Promise<CompletedDetail[]> {
  const ids = new Set(
    earlier.flatMap(({ sources }) => sources.flatMap(({ records }) => records.map(({ id }) => id))),
  )
  const arrivals = await readArrivals(
    client,
    [...ids].filter((id) => known.heads.has(id)),
  )
  return earlier.map((one) => {
    const [source] = one.sources as [PreparedSource]
    const isLate = (id: string): boolean => {
      const newest = arrivals.get(id)
      return newest !== undefined && newest.messageId !== one.id && newest.receivedAtMs > one.receivedAtMs
    }
    const late = source.records.filter(({ id }) => isLate(id))
    const asked: PreparedSource = late.length
      ? {
          ...source,
          records: source.records.filter((record) => record.operation !== 'untold' && !late.includes(record)),
          issues: [...source.issues, lateIssue(null)],
        }
      : source
    const [result] = decideMessage({ ...one, sources: [asked] }, known, into)
    return { ...(result as KeyedResult), receipt: one.id, isNew: one.detail.state !== 'joined', earlier: one }
  })
}

/** A completed detail, and whether it had been no record before; else its base was corrected. */
export interface CompletedDetail extends KeyedCompleted {
  readonly earlier: EarlierDetail
  readonly isNew: boolean
}

/** Keeps the parts, and tells the messages, receipts and rejections of completed details what became of them. */
export async function keepParts(
  client: PoolClient,
  { message, bases, details }: Parted,
  completed: readonly CompletedDetail[],
): Promise<void> {
  const { receivedAtMs: now } = message
  await writeBases(
    client,
    message,
    sorted(bases, ({ joinKey }) => joinKey),
    now,
  )
  await forgetJoined(
    client,
    message,
    details.filter(({ state }) => state === 'joined'),
  )
  await writeDetails(client, message, details, now)
  if (completed.length === 0) return
  await writeDetails(
    client,
    message,
    completed.map(({ earlier: { detail }, result }) => ({
      ...detail,
      state: nextState(detail.state, result),
    })),
    now,
  )
  const mended = completed.filter(({ isNew, result }) => isNew && result !== 'rejected')
  await mendRejections(
    client,
    [...new Set(mended.flatMap(({ earlier }) => earlier.detail.rejectionId ?? []))].sort(),
  )
  await restateRejections(client, completed.flatMap(restated))
  const lines = new Map<string, string[]>()
  for (const one of mended) {
    const line = writeMended(one, message.id)
    const known = lines.get(one.receipt)
    if (known) known.push(line)
    else lines.set(one.receipt, [line])
  }
  await addMended(
    client,
    [...lines].map(([id, texts]) => ({ id, text: texts.join('\n') })),
  )
  const news = told(completed)
  if (news.length > 0) await setCompleted(client, message.id, writeCompleted(news))
}

/** What a receipt says of completed details: a corrected base that corrects nothing is no news. */
export const told = (completed: readonly CompletedDetail[]): KeyedCompleted[] =>
  completed
    .filter(({ isNew, result }) => isNew || result !== 'unchanged')
    .map(({ earlier: _, isNew: __, ...result }) => result)

const nextState = (state: DetailState, result: KeyedResult['result']): DetailState =>
  result !== 'rejected' ? 'joined' : state === 'joined' ? 'joined' : 'refused'

/** A rejection of a detail that has its base now and is rejected for something else. */
function restated({ earlier, isNew, ...result }: CompletedDetail): ReturnType<typeof rejectionRow>[] {
  const { detail, rejectedValue } = earlier
  if (!isNew || result.result !== 'rejected' || detail.rejectionId === null) return []
  const rejectedValues = new Map([[detail.index, rejectedValue ?? null]])
  return [{ ...rejectionRow({ ...earlier, rejectedValues }, result), id: detail.rejectionId }]
}

const sorted = <T>(list: readonly T[], by: (one: T) => string): T[] =>
  [...list].sort((a, b) => (by(a) < by(b) ? -1 : 1))
