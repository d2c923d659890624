import type { Pool } from 'pg'
import { type OpenBackfill, openBackfill, readPast } from '#store/backfills.ts'
import { type Change, readVersions } from '#store/changes.ts'
import { type DueChange, nextDueMs, readDue } from '#store/held-changes.ts'
import type { Lease } from '#store/link-lease.ts'
import type { LinkTransport } from '#store/link-secrets.ts'
import { readOvertaken, readReplayed } from '#store/replayed-changes.ts'
import type { Failure, Send } from './answer.ts'
import { BATCH_CHANGES } from './batch.ts'
import { behindReplays, holdsAhead } from './behind-replays.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { BackwardMapping, Clock, Log } from './ports.ts'
import { readAhead } from './read-ahead.ts'
import { createWay, type LanePlace, NOTHING, type Step } from './way.ts'

/** Records that may wait at once; beyond them the receiver is asked to catch up before it gets anything new. */
const HELD_RECORDS = 10_000
/** Of the turns of a lane that has more to send, every so many-th is of replays and backfills too: they always move, and never hold live changes up. */
const ASIDE_EVERY = 4

export interface RunParts {
  readonly pool: Pool
  readonly send: Send
  readonly clock: Clock
  readonly random: () => number
  /** Waits until the limits of a link let it send again. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  readonly lease: Lease
  /** How the link signs, and what it may see. */
  readonly transport: LinkTransport
  readonly leaseMs: number
  readonly mapping: BackwardMapping | null
  /** How a receiver is spoken to that does not implement the hub's contract. */
  readonly own: OwnProtocol | null
  /** Records of which a version waits. */
  readonly held: Set<string>
  /** Reads them anew. */
  readonly readHeld: () => Promise<Set<string>>
  readonly log?: Log | undefined
  readonly signal: AbortSignal
  readonly budgetMs: number
}

/** How a run ended: `drained` has nothing to send now, `paced` waits for its limits, `stopped` has more, `failed` backs off. */
export interface RunEnd extends LanePlace {
  readonly end: 'drained' | 'paced' | 'stopped' | 'failed' | 'lost'
  readonly nextAtMs: number | null
  readonly failure?: Failure
}

/** Delivers over one leased lane until nothing is left, the time is up, or the receiver fails. */
export async function runDelivery(parts: RunParts): Promise<RunEnd> {
  const { pool, lease, clock } = parts
  const { linkId, lane, filter, coalesces } = lease
  const log = readAhead(pool, { link: lease.linkId, after: lease.cursor, filter, lane, page: BATCH_CHANGES })
  let { replayed } = lease
  /** Up to where the lane came without having sent all that replays made; another worker may have ended there. */
  const owedUpTo = replayed < lease.cursor ? lease.cursor : 0n
  /** Whether nothing that a replay made is left in what was read: most of the time, and then nothing is asked for it. */
  const isQuiet = (): boolean => replayed >= owedUpTo && replayed >= log.lastReplayed
  const place = (): LanePlace => ({
    cursor: log.passed,
    replayed: isQuiet() && log.passed > replayed ? log.passed : replayed,
  })
  const way = createWay(parts, place)
  const { state } = way

  const sendDue = async (): Promise<Step> => {
    if (state.held.size === 0) return 'nothing'
    const due = await readDue(pool, {
      linkId,
      lane,
      filter,
      coalesces,
      nowMs: clock.now(),
      limit: state.limit,
      ...place(),
    })
    const over = due.filter(({ stale, outside }) => stale || outside)
    if (over.length > 0) {
      return await way.conclude({
        ...NOTHING,
        ...place(),
        // Of what stands for earlier versions, those may still be within the filter.
        settled: over.flatMap(({ recordId, version, earlier, stale }) =>
          [version, ...(stale ? earlier : [])].map((one) => ({ recordId, version: one })),
        ),
        released: over.map(({ recordId }) => recordId),
      })
    }
    if (due.length === 0) return 'nothing'
    const found = new Map(due.map((one) => [nameOf(one), one]))
    const changes = await readVersions(pool, due)
    const [first] = changes
    if (!first) return 'nothing'
    const of = (change: Change): DueChange => found.get(nameOf(change)) as DueChange
    return await way.send({
      place: `held ${first.position}`,
      changes,
      fromHeld: true,
      held: new Set(),
      attempts: new Map(changes.map((change) => [change, of(change).attempts])),
      isAgain: (change) => of(change).again,
      earlier: (change) => of(change).earlier,
      done: place,
    })
  }

  const sendNext = async (afterDue: Step): Promise<Step> => {
    if (state.held.size >= HELD_RECORDS) {
      if (afterDue === 'sent') return 'nothing'
      const dueMs = await nextDueMs(pool, linkId, lane)
      const retryAfterMs = dueMs === null ? undefined : dueMs - clock.now()
      return await way.fail({ ...TOO_MANY_HELD, retryAfterMs })
    }
    const page = await log.peek()
    const [first] = page
    if (!first) return 'nothing'
    const { changes, ahead } = behindReplays(
      page,
      lane === 'recall' || isQuiet() ? [] : await overtakenBy(page),
    )
    return await way.send({
      place: `next ${first.position}`,
      changes,
      fromHeld: false,
      held:
        ahead.length === 0 ? state.held : state.held.union(new Set(ahead.map(({ recordId }) => recordId))),
      done: (consumed) => {
        const holds = holdsAhead(changes.slice(0, consumed), ahead, state.held, clock.now())
        log.consume(consumed)
        return { ...place(), holds }
      },
    })
  }

  const overtakenBy = (changes: readonly Change[]) =>
    readOvertaken(pool, { linkId, filter, ...place(), changes })

  const sendReplayed = async (): Promise<Step> => {
    if (lane === 'recall' || isQuiet() || replayed >= log.passed || state.held.size >= HELD_RECORDS)
      return 'nothing'
    const upTo = log.passed
    const { rows, next } = await readReplayed(pool, {
      linkId,
      filter,
      replayed,
      upTo,
      limit: BATCH_CHANGES,
    })
    const changes = await readVersions(
      pool,
      rows.filter(({ superseded }) => !superseded),
    )
    const done = (consumed: number) => {
      replayed = consumed === changes.length ? next : (changes[consumed - 1]?.position ?? replayed)
      return { ...place(), ofReplays: true }
    }
    const [first] = changes
    if (first)
      return await way.send({
        place: `replayed ${first.position}`,
        changes,
        fromHeld: false,
        held: state.held,
        done,
      })
    const at = done(0)
    // Live changes have their turn between two pages of which nothing is sent.
    return rows.length > 0 || next < upTo ? await way.conclude({ ...NOTHING, ...at }) : 'nothing'
  }

  const sendPast = async (): Promise<Step> => {
    if (!state.backfills || state.held.size >= HELD_RECORDS) return 'nothing'
    const fill = await openBackfill(pool, linkId, lane)
    if (fill === null) {
      state.backfills = false
      return 'nothing'
    }
    return await fillOn(fill)
  }

  const fillOn = async (fill: OpenBackfill): Promise<Step> => {
    const page = await readPast(pool, fill, {
      linkId,
      lane,
      filter,
      ...place(),
      limit: BATCH_CHANGES,
    })
    const wanted = page.rows.flatMap(({ version, ...row }) => (version === null ? [] : [{ ...row, version }]))
    const known = new Map((await readVersions(pool, wanted)).map((change) => [nameOf(change), change]))
    const places = wanted.filter((row) => known.has(nameOf(row)))
    const changes = places.map((row) => known.get(nameOf(row)) as Change)
    const done = (consumed: number) => {
      const position =
        places[consumed] === undefined ? page.next : (places[consumed - 1]?.position ?? fill.position)
      const seen = page.rows.filter((row) => row.position <= position && row.version === null).length
      return {
        ...place(),
        backfill: { id: fill.id, position, superseded: seen, putOff: 0, done: position >= fill.until },
      }
    }
    if (changes.length === 0) return await way.conclude({ ...NOTHING, ...done(0) })
    return await way.send({
      place: `past ${fill.id} ${places[0]?.position}`,
      changes,
      fromHeld: true,
      held: new Set(),
      done,
    })
  }

  const deadline = performance.now() + parts.budgetMs
  for (let turn = 1; ; turn++) {
    if (parts.signal.aborted || performance.now() >= deadline) way.end('stopped')
    const due = state.ended ? 'ended' : await sendDue()
    const next = state.ended ? 'ended' : await sendNext(due)
    const isIdle = due === 'nothing' && next === 'nothing'
    const isAside = isIdle || turn % ASIDE_EVERY === 0
    const again = state.ended || !isAside ? 'nothing' : await sendReplayed()
    const past = state.ended || !isAside ? 'nothing' : await sendPast()
    if (!state.ended && isIdle && again === 'nothing' && past === 'nothing')
      way.end('drained', state.held.size > 0 ? await nextDueMs(pool, linkId, lane) : null)
    if (state.ended) return state.ended
  }
}

const nameOf = (one: { readonly recordId: string; readonly version: number }): string =>
  `${one.version} ${one.recordId}`

const TOO_MANY_HELD: Failure = {
  class: 'retry',
  status: null,
  detail: `the receiver has put off ${HELD_RECORDS} records; it gets nothing new before it takes some of them`,
}
