import { type DeliveryTimes, deliveryTimesOf } from '#core/delivery-times.ts'
import type { Change } from '#store/changes.ts'
import type { Sent, Settlement } from '#store/deliveries.ts'
import { type Lease, noteTry } from '#store/link-lease.ts'
import { isPaced, takeLeave } from '#store/link-rates.ts'
import type { ToldHold } from '#store/recall-notices.ts'
import { keptWords, linkError } from './advice.ts'
import { heldAfter, refusal, refusedOf, suspectHold, toldHolds } from './after-batch.ts'
import type { Failure, Verdict } from './answer.ts'
import { waitMs } from './backoff.ts'
import { BATCH_CHANGES, type Batch, composeBatch } from './batch.ts'
import { type Judgement, judge } from './judge.ts'
import type { PreparedChanges } from './ports.ts'
import type { RunEnd, RunParts } from './run.ts'
import { sendBatch } from './send-batch.ts'
import { settleTold } from './settle-told.ts'

/** Changes refused one by one, without a word on any, after which the contract and not the changes must be wrong. */
const REFUSED_IN_A_ROW = 20
/** Workers that may end with the same batch, before it is no longer believed to be chance. */
const DEATHS = 2
/** Longest wait for the limits of a link that is worth keeping its lease. */
const PACE_MAX_MS = 2000

export type Step = 'sent' | 'nothing' | 'ended'

/** Up to where everything of a lane is done with or held: of what sources said, and of what replays made of it. */
export type LanePlace = Pick<Settlement, 'cursor' | 'replayed'>

/** What is to be sent next, as far as one batch holds it. */
export interface Portion {
  /** The same name when the same is tried again, by whatever worker. */
  readonly place: string
  readonly changes: readonly Change[]
  /** They were held, or stand for what may have been. */
  readonly fromHeld: boolean
  /** Records whose later versions must wait. */
  readonly held: ReadonlySet<string>
  readonly attempts?: ReadonlyMap<Change, number>
  /** Whether a change is sent because it was asked for again, so that its age says nothing of the link. */
  readonly isAgain?: (change: Change) => boolean
  /** Versions that wait and that a change stands for. */
  readonly earlier?: (change: Change) => readonly number[]
  /** Where lane and backfill are once so many of the changes are done with, and what is to wait ahead of them. */
  done(
    consumed: number,
  ): LanePlace & Pick<Settlement, 'backfill' | 'ofReplays'> & Partial<Pick<Settlement, 'holds'>>
}

export interface WayState {
  /** Most changes of the next batch. */
  limit: number
  /** Records of which a version waits. */
  held: Set<string>
  /** False where it is known that there is no backfill. */
  backfills: boolean
  ended: RunEnd | null
}

/** The way of one batch after the other: noted, mapped, paced, sent, judged, and settled in one transaction. */
export interface Way {
  readonly state: WayState
  send(portion: Portion): Promise<Step>
  /** Settles what needed no request. */
  conclude(settlement: Concluding): Promise<Step>
  /** The lane as a whole failed: it backs off. */
  fail(failure: Failure): Promise<Step>
  end(reason: RunEnd['end'], nextAtMs?: number | null, failure?: Failure): Step
}

type Concluding = Omit<Settlement, 'nowMs' | 'leaseMs' | 'places' | 'careful'> & {
  /** What the receiver said on holds. */
  readonly told?: readonly ToldHold[]
}

export const NOTHING = {
  sent: null,
  delivered: 0,
  refused: 0,
  coalesced: 0,
  holds: [],
  settled: [],
  released: [],
} as const

export function createWay(parts: RunParts, place: () => LanePlace): Way {
  const { pool, lease, clock } = parts
  const most = mostOf(parts)
  /** After a failure one change goes ahead to find out whether the receiver is back; then the batches grow again. */
  const state: WayState = {
    limit: lease.attempts > 0 || lease.careful > 0 ? 1 : most,
    held: parts.held,
    backfills: true,
    ended: null,
  }
  let { attempts, putBack, careful } = lease
  let places: readonly string[] = []
  /** Where the contract was found wrong before, one more refusal says that it still is. */
  let refusedInARow = lease.lastErrorClass === 'config' ? REFUSED_IN_A_ROW - 1 : 0

  const end: Way['end'] = (reason, nextAtMs = null, failure) => {
    state.ended = { end: reason, nextAtMs, ...place(), ...(failure ? { failure } : {}) }
    return 'ended'
  }

  const settle = async ({ told = [], ...settlement }: Concluding) => {
    const rest = { places, careful, nowMs: clock.now(), leaseMs: parts.leaseMs }
    const settled = await settleTold(pool, lease, { ...settlement, ...rest }, told)
    places = []
    if (settled.putBack !== putBack) {
      putBack = settled.putBack
      state.backfills = true
      state.held = await parts.readHeld()
    }
    return settled
  }

  const failWith = async (failure: Failure, sent: Sent | null): Promise<Step> => {
    attempts++
    const nowMs = clock.now()
    const wait = waitMs({
      failures: attempts,
      random: parts.random(),
      retryAfterMs: failure.retryAfterMs,
      needsPerson: failure.class === 'auth' || failure.class === 'config',
    })
    const nextAtMs = nowMs + wait
    const settled = await settle({
      ...NOTHING,
      sent,
      ...place(),
      failure: { attempts, nextAtMs, error: linkError(failure, nowMs) },
    })
    if (!settled.stored) return end('lost')
    return settled.changed ? end('stopped') : end('failed', nextAtMs, failure)
  }

  const conclude = async (settlement: Concluding): Promise<Step> => {
    const settled = await settle(settlement)
    if (!settled.stored) return end('lost')
    for (const hold of settlement.holds) if (hold.state === 'waiting') state.held.add(hold.recordId)
    const waiting = new Set(settled.waiting)
    for (const id of settlement.released) if (!waiting.has(id)) state.held.delete(id)
    return settled.changed ? end('stopped') : 'sent'
  }

  /** How often workers ended with this place and this size of batch; null where the lease was lost. */
  const begin = async (portion: Portion): Promise<number | null> => {
    const alone = `${portion.place} alone`
    places = [portion.place, alone]
    return await noteTry(pool, lease, state.limit === 1 ? alone : portion.place)
  }

  const send = async (portion: Portion): Promise<Step> => {
    const deaths = await begin(portion)
    if (deaths === null) return end('lost')
    if (deaths >= DEATHS) {
      if (state.limit === 1) return await putAside(portion)
      careful = Math.min(state.limit, portion.changes.length)
      state.limit = 1
      return await send(portion)
    }
    // Usually all of them, also where few are sent: most may not concern the receiver, and are passed over in one go.
    const changes = deaths > 0 || careful > 0 ? portion.changes.slice(0, state.limit) : portion.changes
    const prepared = parts.mapping ? await parts.mapping.prepare(changes) : null
    const { linkId, coalesces } = lease
    const { held, attempts: tries } = portion
    const batch = composeBatch(changes, {
      linkId,
      mapping: prepared,
      limit: state.limit,
      held,
      coalesces,
      ...(tries ? { attempts: tries } : {}),
    })
    if (batch.outgoing.length === 0) return await concludeBatch(portion, batch, null, null)
    return (await pace(batch.outgoing.length)) ?? (await deliver(portion, batch, prepared))
  }

  /** Null where the batch may be sent now. */
  const pace = async (changes: number): Promise<Step | null> => {
    if (!isPaced(lease.limits)) return null
    const isRecall = lease.lane === 'recall'
    for (;;) {
      const wait = await takeLeave(pool, lease.linkId, lease.limits, { changes, isRecall })
      if (wait === 0) return null
      if (wait > PACE_MAX_MS) return end('paced', clock.now() + wait)
      await parts.pause(wait, parts.signal)
      if (parts.signal.aborted) return end('stopped')
    }
  }

  const deliver = async (portion: Portion, batch: Batch, prepared: PreparedChanges | null): Promise<Step> => {
    const { answer, request } = await sendBatch(parts, batch, prepared)
    if (answer.kind === 'failed' && parts.signal.aborted) return end('stopped')
    const sent = (judgement: Judgement | null, outcome: Sent['outcome'], detail: string | null): Sent => ({
      ...request,
      attempt: attempts + 1,
      ok: judgement?.ok ?? 0,
      duplicate: judgement?.duplicate ?? 0,
      retry: judgement?.retry ?? 0,
      reject: judgement?.reject ?? 0,
      outcome,
      detail,
    })
    let verdicts: ReadonlyMap<string, Verdict>
    if (answer.kind === 'failed') {
      const words = keptWords(answer.detail)
      if (answer.class !== 'refused') return await failWith(answer, sent(null, 'failed', words))
      if (batch.outgoing.length > 1) {
        state.limit = Math.floor(batch.outgoing.length / 2)
        return await conclude({ ...NOTHING, sent: sent(null, 'split', words), ...place() })
      }
      if (++refusedInARow >= REFUSED_IN_A_ROW)
        return await failWith({ ...answer, class: 'config' }, sent(null, 'failed', words))
      verdicts = new Map([[batch.outgoing[0]?.event ?? '', refusal(answer)]])
    } else {
      refusedInARow = 0
      verdicts = answer.verdicts
    }
    const judgement = judge(batch.outgoing, verdicts, { nowMs: clock.now(), random: parts.random })
    attempts = 0
    const told = toldHolds(batch, verdicts)
    return await concludeBatch(portion, batch, judgement, sent(judgement, 'taken', null), told)
  }

  const concludeBatch = async (
    portion: Portion,
    batch: Batch,
    judgement: Judgement | null,
    sent: Sent | null,
    told: readonly ToldHold[] = [],
  ): Promise<Step> => {
    const { consumed } = batch
    const { holds: ahead = [], ...at } = portion.done(consumed)
    const { settled, holds, released } = heldAfter(batch, judgement, portion.fromHeld)
    const earlier = portion.changes
      .slice(0, consumed)
      .flatMap((change) =>
        (portion.earlier?.(change) ?? []).map((version) => ({ recordId: change.recordId, version })),
      )
    careful = Math.max(0, careful - consumed)
    state.limit = careful > 0 ? 1 : Math.min(sent ? state.limit * 2 : state.limit, most)
    return await conclude({
      sent,
      delivered: judgement?.taken.length ?? 0,
      ...(judgement && !at.backfill ? { took: tookOf(judgement, portion) } : {}),
      refused: (judgement?.reject ?? 0) + refusedOf(batch),
      coalesced: batch.coalesced + earlier.length,
      settled: [...settled, ...earlier],
      holds: [...ahead, ...holds],
      released,
      told,
      ...at,
      ...(at.backfill ? { backfill: { ...at.backfill, putOff: judgement?.retry ?? 0 } } : {}),
    })
  }

  /** How long the changes took that the receiver has taken, from when the link owed them. What replays made yields to others, and says nothing. */
  const tookOf = ({ taken }: Judgement, { isAgain = () => false }: Portion): DeliveryTimes => {
    const nowMs = clock.now()
    const owed = taken
      .map(({ change }) => change)
      .filter((change) => change.replay === null && !isAgain(change))
    return deliveryTimesOf(owed.map((change) => (nowMs - owedSinceMs(change, lease)) / 1000))
  }

  /** A change that was alone when workers ended waits like one that the receiver put off; the others go on. */
  const putAside = async (portion: Portion): Promise<Step> => {
    const change = portion.changes[0] as Change
    const tries = (portion.attempts?.get(change) ?? 0) + 1
    const nextAtMs = clock.now() + waitMs({ failures: tries, random: parts.random() })
    parts.log?.warn(
      { link: lease.linkId, lane: lease.lane, position: String(change.position) },
      'workers ended while they sent this change alone; it waits, and others go on',
    )
    careful = Math.max(0, careful - 1)
    const { holds: ahead = [], ...at } = portion.done(1)
    return await conclude({
      ...NOTHING,
      ...at,
      holds: [...ahead, suspectHold(change, tries, nextAtMs)],
      ...(at.backfill ? { backfill: { ...at.backfill, putOff: 1 } } : {}),
    })
  }

  return { state, send, conclude, fail: (failure) => failWith(failure, null), end }
}

/** What came before the link was made is owed since then. */
const owedSinceMs = ({ receivedAt }: Change, { createdAtMs }: Lease): number =>
  Math.max(Date.parse(receivedAt), createdAtMs)

/** Most changes of a batch: what the protocol takes, what the link allows, and no more than may be sent in a second. */
function mostOf({ own, lease: { limits } }: RunParts): number {
  const perSecond = Math.max(1, Math.floor(limits.changesPerSecond ?? BATCH_CHANGES))
  return Math.min(own?.maxRecords ?? BATCH_CHANGES, BATCH_CHANGES, limits.batch ?? BATCH_CHANGES, perSecond)
}
