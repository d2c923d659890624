import type { Pool } from 'pg'
import type { ChannelRun } from '#flow/channels/run.ts'
import type { Delivery } from '#flow/delivery/create-delivery.ts'
import type { Follow } from '#flow/follow/create-follow.ts'
import type { Schedules } from '#flow/schedule/create-schedules.ts'
import type { ChannelName } from '#store/channels.ts'
import type { Lane } from '#store/lanes.ts'
import { findLargeWithWork } from '#store/large-messages.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { findOpenReconciliations } from '#store/reconciliations.ts'
import { findOpenReplays } from '#store/replays.ts'
import type { JobBackend, JobData, JobWorker } from './backend.ts'
import { createLinkPlaces, HANGING_AT_ONCE, LINKS_AT_ONCE, type OnAsking } from './link-places.ts'
import { type Paced, paced } from './paced.ts'
import { createPlaces } from './places.ts'
import { FOLLOW_AFTER_MS, LINKS_QUEUE, type Queues, WORK_QUEUE } from './queues.ts'
import { createSweep } from './sweep.ts'

/** Each follower runs once at most, by its lock. */
const FOLLOWERS_AT_ONCE = 8
/** Large messages that a process works on at once: a small one does not wait for the end of a very large one. */
const LARGE_AT_ONCE = 2
const REPLAYS_AT_ONCE = 2
const SCHEDULES_AT_ONCE = 4
const RECALLS_AT_ONCE = 16
/** Reconciliations wait for receivers, and count in the database. */
const RECONCILIATIONS_AT_ONCE = 3
/** Channels that a process reads or listens to: most of them wait for their sources. */
const CHANNELS_AT_ONCE = 64
/** Jobs of links at once; they share the places of links, so that one more is there for whatever may begin. */
const LINK_JOBS = LINKS_AT_ONCE + HANGING_AT_ONCE
/** Every kind of work has its places, and the finding of links has one: no kind waits for another. */
const WORK_AT_ONCE =
  FOLLOWERS_AT_ONCE +
  LARGE_AT_ONCE +
  REPLAYS_AT_ONCE +
  SCHEDULES_AT_ONCE +
  RECALLS_AT_ONCE +
  RECONCILIATIONS_AT_ONCE +
  1
const SWEEP_EVERY_MS = 5000
/** Later than this the sweep is exact enough. */
const DELAYED_WAKE_MS = 60_000
const CLOSE_MS = 2000
/** A job whose worker died is free again after this; its link's lease runs out sooner. */
const LOCK_MS = 30_000
const STALLED_EVERY_MS = 15_000
/** A job that died with its worker is no fault of the job. */
const STALLED_OFTEN = 100

export interface WorkersLog {
  warn(facts: object, sentence: string): void
  error(facts: object, sentence: string): void
}

/** Works on large messages, somewhere where it does not hold up this thread. */
export interface LargeWork {
  /** Settles when this process has done with the message for now; throws only where it could not begin. */
  run(id: string): Promise<unknown>
  /** Ends what is under way, at a place from which it goes on. */
  close(): Promise<void>
}

export interface WorkersParts {
  readonly backend: JobBackend
  readonly queues: Queues
  readonly pool: Pool
  readonly delivery: Delivery
  /** Absent: this process follows nothing. */
  readonly follow?: Follow
  /** Absent: this process works on no large messages. */
  readonly large?: LargeWork
  /** Goes on with a replay until its end or the signal. Absent: this process works on none. */
  readonly replay?: (id: string, signal: AbortSignal) => Promise<unknown>
  /** Goes on with a reconciliation until its end or the signal. Absent: this process works on none. */
  readonly reconcile?: (id: string, signal: AbortSignal) => Promise<unknown>
  /** Reads a channel for some time, or listens until the signal. Absent: this process reads none. */
  readonly readChannel?: (channel: ChannelName, signal: AbortSignal) => Promise<ChannelRun>
  /** Absent: this process keeps to no schedule. */
  readonly schedules?: Schedules
  readonly log?: WorkersLog
  readonly now?: () => number
  readonly sweepEveryMs?: number
  /** How long a job is its worker's without a sign of it, and how often that is looked at, in milliseconds. */
  readonly lock?: { readonly lockDuration: number; readonly stalledInterval: number }
}

export interface Workers {
  /** Ends what is under way and takes nothing more, within 3 seconds. Close the workers before the queues. */
  close(): Promise<void>
}

/** Starts the workers of this process: deliveries and followers as they are asked for, and the sweep for what nobody asked for. */
export function startWorkers(parts: WorkersParts): Workers {
  const { backend, queues, pool, delivery, log } = parts
  const now = parts.now ?? Date.now
  const follow = parts.follow ?? FOLLOWS_NOTHING
  const large = parts.large ?? NO_LARGE_WORK
  const schedules = parts.schedules ?? NO_SCHEDULES
  const stop = new AbortController()
  const places = (most: number) => createPlaces(most, () => !stop.signal.aborted)
  const direct = places(LINK_JOBS)
  const following = places(FOLLOWERS_AT_ONCE)
  const working = places(LARGE_AT_ONCE)
  const replaying = places(REPLAYS_AT_ONCE)
  const keeping = places(SCHEDULES_AT_ONCE)
  const comparing = places(RECONCILIATIONS_AT_ONCE)
  const recalling = places(RECALLS_AT_ONCE)
  const reading = places(CHANNELS_AT_ONCE)

  const linkPlaces = createLinkPlaces((linkId) => void queues.wakeLink(linkId))

  const deliverNow = async (
    linkId: string,
    lane: Lane,
    onAsking?: OnAsking,
  ): Promise<boolean | undefined> => {
    if (stop.signal.aborted) return undefined
    const options = { lane, signal: stop.signal, ...(onAsking ? { onAsking } : {}) }
    const end = await delivery.deliverLink(linkId, options)
    if (stop.signal.aborted) return undefined
    if (!end.done) await queues.wakeLink(linkId, 0, lane)
    else if (end.nextAt !== undefined && end.nextAt - now() <= DELAYED_WAKE_MS) {
      await queues.wakeLink(linkId, Math.max(end.nextAt - now(), 1), lane)
    }
    return end.elsewhere ? undefined : end.failed === true
  }
  const deliver = (linkId: string): Promise<void> =>
    linkPlaces.run(linkId, (onAsking) => deliverNow(linkId, 'live', onAsking))
  const recall = (linkId: string): Promise<void> => recalling.run(linkId, () => deliverNow(linkId, 'recall'))
  const goOn = (name: string): Promise<void> =>
    following.run(name, async () => {
      const isDone = await follow.run(name, stop.signal)
      if (stop.signal.aborted) return
      if (!isDone) await queues.wakeFollower(name)
      // Some go no further than others have: what waited for this one is due now.
      const behind = (await follow.find()).filter((one) => one.name !== name && !one.isTimed)
      await Promise.all(behind.map((one) => queues.wakeFollower(one.name)))
    })
  /** What waited behind a message is due when that is done. */
  const workOn = (id: string): Promise<void> =>
    working.run(id, async () => {
      await large.run(id)
      if (stop.signal.aborted) return
      const next = await findLargeWithWork(pool)
      await Promise.all(next.map((one) => queues.wakeLarge(one.id)))
    })
  /** The same for replays. */
  const replay = (id: string): Promise<void> =>
    replaying.run(id, async () => {
      await parts.replay?.(id, stop.signal)
      if (stop.signal.aborted) return
      await Promise.all((await findOpenReplays(pool)).map((one) => queues.wakeReplay(one)))
    })
  const reconcile = (id: string): Promise<void> =>
    comparing.run(id, async () => {
      await parts.reconcile?.(id, stop.signal)
      if (stop.signal.aborted) return
      await Promise.all((await findOpenReconciliations(pool)).map((one) => queues.wakeReconciliation(one)))
    })
  const readFrom = async (id: string): Promise<void> => {
    let isDone = true
    await reading.run(id, async () => {
      const [system = '', name = ''] = id.split('/')
      const run = await parts.readChannel?.({ system, name }, stop.signal)
      isDone = run?.done ?? true
    })
    if (!isDone && !stop.signal.aborted) await queues.wakeChannel(id)
  }
  const keepTo = (name: string): Promise<void> => keeping.run(name, () => schedules.run(name, stop.signal))
  /** A follower that was woken begins after some time; until then there is no need to wake it again. */
  const woken = new Map<string, Paced>()
  const wakeFollower = (name: string): void => {
    const pace = woken.get(name) ?? paced(FOLLOW_AFTER_MS, () => void queues.wakeFollower(name))
    woken.set(name, pace)
    pace.ask()
  }
  const wakeAll = async (): Promise<void> => {
    const links = await findLinksWithWork(pool, now())
    await Promise.all(links.map(({ id, lane }) => queues.wakeLink(id, 0, lane)))
    const followers = await follow.find()
    for (const { name, isTimed } of followers) if (!isTimed) wakeFollower(name)
  }

  /** Work that the sweep found; as a job it would fail by its queue. What the stop broke off is said there, once for all of it. */
  const here = (what: string, done: Promise<void>): void =>
    void done.catch((error: unknown) => {
      if (!stop.signal.aborted)
        tell(log, error, `work ended with an error (${what}); the sweep comes back to it`)
    })
  const work = async ({
    link,
    lane,
    follower,
    message,
    replay: id,
    reconciliation,
    schedule,
    channel,
  }: JobData): Promise<void> => {
    if (link !== undefined) await (lane === 'recall' ? recall(link) : deliver(link))
    else if (follower !== undefined) await goOn(follower)
    else if (message !== undefined) await workOn(message)
    else if (id !== undefined) await replay(id)
    else if (reconciliation !== undefined) await reconcile(reconciliation)
    else if (schedule !== undefined) await keepTo(schedule)
    // It may listen for days, and no job lasts so long.
    else if (channel !== undefined) here('channel', readFrom(channel))
    else await wakeAll()
  }
  const common = { lockDuration: LOCK_MS, stalledInterval: STALLED_EVERY_MS, maxStalledCount: STALLED_OFTEN }
  const startWorker = (name: string, concurrency: number): JobWorker =>
    backend.worker(name, async ({ data }) => await work(data), { ...common, concurrency, ...parts.lock })
  const workers = [startWorker(LINKS_QUEUE, LINK_JOBS), startWorker(WORK_QUEUE, WORK_AT_ONCE)]
  const sweep = createSweep({
    pool,
    wake: (id, lane) => queues.wakeLink(id, 0, lane),
    deliver: (id, lane) =>
      here('delivery', lane === 'recall' ? recall(id) : direct.run(id, () => deliver(id))),
    follow,
    wakeFollower: queues.wakeFollower,
    followHere: (name) => here('follower', goOn(name)),
    wakeLarge: queues.wakeLarge,
    workOn: (id) => here('large message', workOn(id)),
    wakeReplay: queues.wakeReplay,
    replay: (id) => here('replay', replay(id)),
    wakeReconciliation: queues.wakeReconciliation,
    reconcile: (id) => here('reconciliation', reconcile(id)),
    wakeChannel: queues.wakeChannel,
    readFrom: (id) => here('channel', readFrom(id)),
    schedules,
    keepTo: (name) => here('schedule', keepTo(name)),
    now,
    signal: stop.signal,
  })
  const sweeping = repeat(sweep, parts.sweepEveryMs ?? SWEEP_EVERY_MS, (error) =>
    tell(log, error, 'the sweep could not look for work; it tries again'),
  )

  return {
    async close() {
      stop.abort()
      sweeping.stop()
      for (const pace of woken.values()) pace.stop()
      const ending = [
        large.close(),
        ...workers.map((worker) => worker.close()),
        ...[direct, recalling, following, working, replaying, keeping, comparing, reading].map((kind) =>
          kind.idle(),
        ),
        sweeping.idle(),
      ]
      const limit = new Promise<'late'>((resolve) => setTimeout(resolve, CLOSE_MS, 'late').unref())
      if ((await Promise.race([Promise.allSettled(ending), limit])) === 'late') {
        log?.warn({}, 'a worker did not end in time; what it did is done again from PostgreSQL')
        await Promise.race([Promise.allSettled(workers.map((worker) => worker.close(true))), pauseShortly()])
      }
    },
  }
}

const NO_LARGE_WORK: LargeWork = { run: async () => {}, close: async () => {} }
const NO_SCHEDULES: Schedules = { find: async () => [], run: async () => {} }
const FOLLOWS_NOTHING: Follow = { find: async () => [], run: async () => true }

const pauseShortly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500).unref())

function tell(log: WorkersLog | undefined, error: unknown, sentence: string): void {
  log?.error({ reason: error instanceof Error ? error.message : String(error) }, sentence)
}

/** Calls `work` at once and then again a time after it ended, until it is stopped. */
function repeat(
  work: () => Promise<void>,
  everyMs: number,
  onError: (error: unknown) => void,
): { stop(): void; idle(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  const turn = (): void => {
    running = work()
      .catch((error: unknown) => {
        if (!stopped) onError(error)
      })
      .finally(() => {
        if (!stopped) timer = setTimeout(turn, everyMs)
      })
  }
  turn()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
    idle: () => running,
  }
}
