import { hash } from 'node:crypto'
import { type BasePart, type DetailPart, joinedRecord } from '#adapters/push/xml/join.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { BaseRow, DetailRow } from '#store/parts.ts'
import { type EdgeBudget, type Prepared, prepareSources } from './prepare.ts'
import type { PreparedSource } from './prepared.ts'
import { rejectionRow } from './rejection-rows.ts'
import type { IntakeMessage } from './write.ts'

/** Earlier contents of a base that are remembered. */
const PAST_MAX = 32
/** Places and keys are for people; a sender chooses their length. */
const SHOWN_MAX = 500

/** What mapping makes of a detail and a base of different messages. */
export function join(
  detail: DetailRow,
  base: BaseRow,
  mapping: CompiledMapping,
  receivedAtMs: number,
  edges: EdgeBudget,
): Prepared {
  const source = joinedRecord(
    { path: detail.place, fields: JSON.parse(detail.fields) },
    { path: base.place, fields: JSON.parse(base.fields) },
    detail.index,
  )
  return prepareSources([source], mapping, receivedAtMs, { edges })
}

/** The base as it is kept from now on. The resend of an old message does not bring its old content back. */
export function baseRow(message: IntakeMessage, part: BasePart, kept: BaseRow | undefined): BaseRow {
  const fields = JSON.stringify(part.fields)
  const contentHash = hash('sha256', fields, 'hex')
  const sha256 = message.sha256.toString('hex')
  if (kept?.contentHash === contentHash) return { ...kept, joined: kept.joined || part.used }
  if (kept?.past.includes(`${contentHash} ${sha256}`)) return kept
  return {
    joinKey: digest(part.joinKey),
    key: cut(part.key),
    place: cut(part.path),
    fields,
    contentHash,
    past: kept ? [...kept.past, `${kept.contentHash} ${kept.sha256}`].slice(-PAST_MAX) : [],
    messageId: message.id,
    sha256,
    receivedAtMs: message.receivedAtMs,
    joined: part.used,
  }
}

/** A detail that came alone, as it is kept. */
export function detailRow(
  message: IntakeMessage,
  index: number,
  part: DetailPart,
  source: PreparedSource,
): DetailRow {
  const fields = JSON.stringify(part.fields)
  return {
    joinKey: digest(part.joinKey),
    key: cut(part.key),
    place: cut(part.path),
    fields,
    contentHash: hash('sha256', fields, 'hex'),
    messageId: message.id,
    index,
    receivedAtMs: message.receivedAtMs,
    rejectionId: rejectionRow(message, rejected(source)).id,
    baseHash: null,
    state: 'waiting',
  }
}

/** A rejected source as the result that it will be. */
export const rejected = ({ index, key, issues }: PreparedSource) => ({
  index,
  key,
  issues,
  result: 'rejected' as const,
})

/** Values that join can be as long as a sender likes; their digest is the key. */
export const digest = (joinKey: string): string => hash('sha256', joinKey, 'base64url')

const cut = (text: string): string => text.slice(0, SHOWN_MAX).toWellFormed().replaceAll('\0', '\uFFFD')
