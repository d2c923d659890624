import type { Pool } from 'pg'
import { type Change, readVersions } from '#store/changes.ts'
import { type Sent, type Settled, type Settlement, settleDelivery } from '#store/deliveries.ts'
import { nextDueMs, readDue } from '#store/held-changes.ts'
import type { Lease } from '#store/link-lease.ts'
import { linkError } from './advice.ts'
import { heldAfter, refusal, refusedOf } from './after-batch.ts'
import type { Failure, Send, Verdict } from './answer.ts'
import { waitMs } from './backoff.ts'
import { BATCH_CHANGES, type Batch, composeBatch } from './batch.ts'
import { type Judgement, judge } from './judge.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { BackwardMapping, Clock, PreparedChanges } from './ports.ts'
import { readAhead } from './read-ahead.ts'
import { sendBatch } from './send-batch.ts'

/** Records that may wait at once; beyond them the receiver is asked to catch up before it gets anything new. */
const HELD_RECORDS = 10_000
/** Changes refused one by one, without a word on any, after which the contract and not the changes must be wrong. */
const REFUSED_IN_A_ROW = 20

export interface RunParts {
  readonly pool: Pool
  readonly send: Send
  readonly clock: Clock
  readonly random: () => number
  readonly lease: Lease
  readonly leaseMs: number
  readonly mapping: BackwardMapping | null
  /** How a receiver is spoken to that does not implement the hub's contract. */
  readonly own: OwnProtocol | null
  /** Records of which a version waits. */
  readonly held: Set<string>
  readonly signal: AbortSignal
  readonly budgetMs: number
}

/** How a run ended: `drained` has nothing to send now, `stopped` has, `failed` backs off. */
export interface RunEnd {
  readonly end: 'drained' | 'stopped' | 'failed' | 'lost'
  readonly nextAtMs: number | null
  readonly cursor: bigint
  readonly failure?: Failure
}

type Step = 'sent' | 'nothing' | 'ended'

/** Delivers over one leased link until nothing is left, the time is up, or the receiver fails. */
export async function runDelivery(parts: RunParts): Promise<RunEnd> {
  const { pool, lease, held, clock } = parts
  const log = readAhead(pool, { after: lease.cursor, filter: lease.filter, page: BATCH_CHANGES })
  /** After a failure one change goes ahead to find out whether the receiver is back; then the batches grow again. */
  const most = Math.min(parts.own?.maxRecords ?? BATCH_CHANGES, BATCH_CHANGES)
  let limit = lease.attempts > 0 ? 1 : most
  let attempts = lease.attempts
  /** Where the contract was found wrong before, one more refusal says that it still is. */
  let refusedInARow = lease.lastErrorClass === 'config' ? REFUSED_IN_A_ROW - 1 : 0
  const run: { ended: RunEnd | null } = { ended: null }
  const end = (reason: RunEnd['end'], nextAtMs: number | null = null, failure?: Failure): Step => {
    run.ended = { end: reason, nextAtMs, cursor: log.passed, ...(failure ? { failure } : {}) }
    return 'ended'
  }

  const settle = async (settlement: Omit<Settlement, 'nowMs' | 'leaseMs'>): Promise<Settled> =>
    await settleDelivery(pool, lease, { ...settlement, nowMs: clock.now(), leaseMs: parts.leaseMs })

  const fail = async (failure: Failure, sent: Sent | null, cursor: bigint): Promise<Step> => {
    attempts++
    const nowMs = clock.now()
    const needsPerson = failure.class === 'auth' || failure.class === 'config'
    const wait = waitMs({
      failures: attempts,
      random: parts.random(),
      retryAfterMs: failure.retryAfterMs,
      needsPerson,
    })
    const nextAtMs = nowMs + wait
    const settled = await settle({
      ...NOTHING,
      sent,
      cursor,
      failure: { attempts, nextAtMs, error: linkError(failure, nowMs) },
    })
    if (!settled.stored) return end('lost')
    return settled.changed ? end('stopped') : end('failed', nextAtMs, failure)
  }

  /** `cursor` gives the place to be at once the batch is done with; `fromHeld` says that the changes were held before. */
  const deliver = async (
    batch: Batch,
    prepared: PreparedChanges | null,
    fromHeld: boolean,
    done: () => bigint,
  ): Promise<Step> => {
    if (batch.outgoing.length === 0) {
      return await conclude({
        sent: null,
        cursor: done(),
        delivered: 0,
        refused: refusedOf(batch),
        ...heldAfter(batch, null, fromHeld),
      })
    }
    const before = log.passed
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
      const words = answer.detail
      if (answer.class !== 'refused') return await fail(answer, sent(null, 'failed', words), before)
      if (batch.outgoing.length > 1) {
        limit = Math.floor(batch.outgoing.length / 2)
        return await conclude({ ...NOTHING, sent: sent(null, 'split', words), cursor: before })
      }
      if (++refusedInARow >= REFUSED_IN_A_ROW)
        return await fail({ ...answer, class: 'config' }, sent(null, 'failed', words), before)
      verdicts = new Map([[batch.outgoing[0]?.event ?? '', refusal(answer)]])
    } else {
      refusedInARow = 0
      verdicts = answer.verdicts
    }
    const judgement = judge(batch.outgoing, verdicts, { nowMs: clock.now(), random: parts.random })
    attempts = 0
    limit = Math.min(limit * 2, most)
    return await conclude({
      sent: sent(judgement, 'taken', null),
      cursor: done(),
      delivered: judgement.taken.length,
      refused: judgement.reject + refusedOf(batch),
      ...heldAfter(batch, judgement, fromHeld),
    })
  }

  const conclude = async (settlement: Omit<Settlement, 'nowMs' | 'leaseMs'>): Promise<Step> => {
    const settled = await settle(settlement)
    if (!settled.stored) return end('lost')
    for (const hold of settlement.holds) if (hold.state === 'waiting') held.add(hold.recordId)
    const waiting = new Set(settled.waiting)
    for (const id of settlement.released) if (!waiting.has(id)) held.delete(id)
    return settled.changed ? end('stopped') : 'sent'
  }

  const prepare = async (changes: readonly Change[]): Promise<PreparedChanges | null> =>
    parts.mapping ? await parts.mapping.prepare(changes) : null

  const sendDue = async (): Promise<Step> => {
    if (held.size === 0) return 'nothing'
    const due = await readDue(pool, lease.linkId, { nowMs: clock.now(), limit })
    if (due.length === 0) return 'nothing'
    const tries = new Map(due.map((one) => [`${one.version} ${one.recordId}`, one.attempts]))
    const changes = await readVersions(pool, due)
    if (changes.length === 0) return 'nothing'
    const prepared = await prepare(changes)
    const batch = composeBatch(changes, {
      linkId: lease.linkId,
      mapping: prepared,
      limit,
      held: new Set(),
      attempts: new Map(
        changes.map((change) => [change, tries.get(`${change.version} ${change.recordId}`) ?? 0]),
      ),
    })
    return await deliver(batch, prepared, true, () => log.passed)
  }

  const sendNext = async (): Promise<Step> => {
    if (held.size >= HELD_RECORDS) {
      const dueMs = await nextDueMs(pool, lease.linkId)
      const retryAfterMs = dueMs === null ? undefined : dueMs - clock.now()
      return await fail({ ...TOO_MANY_HELD, retryAfterMs }, null, log.passed)
    }
    const changes = await log.peek()
    if (changes.length === 0) return 'nothing'
    // The whole page, also where few are sent: most of it may not concern the receiver, and is passed over in one go.
    const prepared = await prepare(changes)
    const batch = composeBatch(changes, { linkId: lease.linkId, mapping: prepared, limit, held })
    return await deliver(batch, prepared, false, () => {
      log.consume(batch.consumed)
      return log.passed
    })
  }

  const deadline = performance.now() + parts.budgetMs
  for (;;) {
    if (run.ended) return run.ended
    if (parts.signal.aborted || performance.now() >= deadline) end('stopped')
    else if ((await sendDue()) === 'nothing' && (await sendNext()) === 'nothing') {
      end('drained', held.size > 0 ? await nextDueMs(pool, lease.linkId) : null)
    }
  }
}

const NOTHING = { delivered: 0, refused: 0, holds: [], settled: [], released: [] } as const

const TOO_MANY_HELD: Failure = {
  class: 'retry',
  status: null,
  detail: `the receiver has put off ${HELD_RECORDS} records; it gets nothing new before it takes some of them`,
}
