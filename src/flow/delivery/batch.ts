import type { Road } from '#core/peers/road.ts'
import type { Change } from '#store/changes.ts'
import type { Hold } from '#store/held-changes.ts'
import { keptWords } from './advice.ts'
import { causeOf } from './cause.ts'
import { eventId } from './event-id.ts'
import type { PreparedChanges } from './ports.ts'

export const BATCH_CHANGES = 500
const BATCH_BYTES = 2_000_000

/** A change as it is sent. */
export interface Outgoing {
  readonly change: Change
  readonly event: string
  /** The record as it is sent. */
  readonly text: string
  /** Tries before this one. */
  readonly attempts: number
}

export interface Batch {
  readonly outgoing: readonly Outgoing[]
  /** The request body. */
  readonly text: string
  /** Changes that are not sent: behind one that waits, or not to be expressed in the receiver's format. */
  readonly holds: readonly Hold[]
  /** Changes that do not concern the receiver. */
  readonly skipped: readonly Change[]
  /** How many versions are left out because a newer one of their record comes. */
  readonly coalesced: number
  /** How many of the changes given are in the batch, held, skipped or left out. */
  readonly consumed: number
}

type One = ReturnType<PreparedChanges['one']>

/** Which changes to send, and how. */
export interface BatchPlan {
  readonly linkId: string
  /** Null sends the canonical record as it is. */
  readonly mapping: Pick<PreparedChanges, 'one'> | null
  readonly limit: number
  /** Records whose later versions must wait. */
  readonly held: ReadonlySet<string>
  /** Leaves out versions that a newer one among the changes supersedes. */
  readonly coalesces?: boolean
  /** Tries of changes that were held. */
  readonly attempts?: ReadonlyMap<Change, number>
}

/**
 * Puts the next changes into one batch, in their order. A batch ends before the second version of a record: the receiver may put off
 * the first, and the second must then not have been sent.
 */
export function composeBatch(changes: readonly Change[], plan: BatchPlan): Batch {
  const outgoing: Outgoing[] = []
  const holds: Hold[] = []
  const skipped: Change[] = []
  const records = new Set<string>()
  const parts: string[] = []
  const newest = plan.coalesces ? new Map(changes.map((change) => [change.recordId, change])) : null
  let bytes = 0
  let consumed = 0
  let coalesced = 0
  for (const change of changes) {
    if (outgoing.length === plan.limit) break
    if (newest && newest.get(change.recordId) !== change) {
      coalesced++
      consumed++
      continue
    }
    if (plan.held.has(change.recordId)) {
      holds.push(behind(change))
      consumed++
      continue
    }
    if (records.has(change.recordId)) break
    const mapped: One = plan.mapping ? plan.mapping.one(change) : { ok: true, text: change.text }
    if (!mapped.ok) {
      const { code } = mapped
      const detail = keptWords(mapped.detail)
      holds.push({ ...behind(change), state: 'refused', code, detail, cause: causeOf(code, detail) })
      consumed++
      continue
    }
    if (mapped.text === null) {
      skipped.push(change)
      consumed++
      continue
    }
    const event = eventId(plan.linkId, change.recordId, change.version)
    const part = changeText(event, change, mapped.text, mapped.road)
    bytes += Buffer.byteLength(part)
    if (bytes > BATCH_BYTES && outgoing.length > 0) break
    records.add(change.recordId)
    parts.push(part)
    outgoing.push({ change, event, text: mapped.text, attempts: plan.attempts?.get(change) ?? 0 })
    consumed++
  }
  return {
    outgoing,
    holds,
    skipped,
    coalesced,
    consumed,
    text: batchText(plan.linkId, parts),
  }
}

/** The body of a batch of the hub's own contract. */
export const batchText = (linkId: string, changes: readonly string[]): string =>
  `{"link":"${linkId}","changes":[${changes.join(',')}]}`

/** What a change that waits for another has. */
export const WAITS = {
  state: 'waiting',
  attempts: 0,
  nextAtMs: null,
  code: null,
  detail: null,
  cause: null,
  sent: null,
} as const

const behind = ({ recordId, version, position }: Change): Hold => ({ recordId, version, position, ...WAITS })

/** One change of it. @param record JSON text */
export const changeText = (event: string, change: Change, record: string, road?: Road): string =>
  `{"event":"${event}","operation":"${change.status === 'void' ? 'void' : 'upsert'}","kind":"${change.kind}","id":${JSON.stringify(
    change.recordId,
  )},"version":${change.version},${
    road ? `"origin":"${road.origin}","hops":${JSON.stringify(road.hops)},` : ''
  }"record":${record}}`
