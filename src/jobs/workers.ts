import type { Pool } from 'pg'
import type { Delivery } from '#flow/delivery/create-delivery.ts'
import type { Follow } from '#flow/follow/create-follow.ts'
import { findLargeWithWork } from '#store/large-messages.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import type { JobBackend, JobWorker } from './backend.ts'
import {
  FOLLOWERS_QUEUE,
  LARGE_QUEUE,
  LINKS_QUEUE,
  type Queues,
  REPLAYS_QUEUE,
  WAKES_QUEUE,
} from './queues.ts'
import { createSweep } from './sweep.ts'

/** Links that are delivered at once: one that hangs takes one place, not the link beside it. */
const LINKS_AT_ONCE = 32
/** Each follower runs once at most, by its lock. */
const FOLLOWERS_AT_ONCE = 4
/** Large messages that a process works on at once: a small one does not wait for the end of a very large one. */
const LARGE_AT_ONCE = 2
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
  readonly log?: WorkersLog
  readonly now?: () => number
  readonly sweepEveryMs?: number
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
  const stop = new AbortController()
  const direct = new Map<string, Promise<void>>()
  const working = new Map<string, Promise<void>>()

  const deliver = async (linkId: string): Promise<void> => {
    const end = await delivery.deliverLink(linkId, { signal: stop.signal })
    if (stop.signal.aborted) return
    if (!end.done) await queues.wakeLink(linkId)
    else if (end.nextAt !== undefined && end.nextAt - now() <= DELAYED_WAKE_MS) {
      await queues.wakeLink(linkId, Math.max(end.nextAt - now(), 1))
    }
  }
  const replay = async (id: string): Promise<void> => void (await parts.replay?.(id, stop.signal))
  const replayHere = (id: string): void => {
    if (direct.has(id) || direct.size >= LINKS_AT_ONCE || stop.signal.aborted) return
    const done = replay(id)
      .catch((error: unknown) => tell(log, error, 'a replay was interrupted; the sweep comes back to it'))
      .finally(() => direct.delete(id))
    direct.set(id, done)
  }
  const deliverHere = (linkId: string): void => {
    if (direct.has(linkId) || direct.size >= LINKS_AT_ONCE || stop.signal.aborted) return
    const done = deliver(linkId)
      .catch((error: unknown) =>
        tell(log, error, 'a delivery ended with an error; the sweep comes back to it'),
      )
      .finally(() => direct.delete(linkId))
    direct.set(linkId, done)
  }
  const goOn = async (name: string): Promise<void> => {
    const isDone = await follow.run(name, stop.signal)
    if (!isDone && !stop.signal.aborted) await queues.wakeFollower(name)
  }
  const followHere = (name: string): void => {
    if (direct.has(name) || stop.signal.aborted) return
    const done = goOn(name)
      .catch((error: unknown) => tell(log, error, 'a follower met an error; the sweep comes back to it'))
      .finally(() => direct.delete(name))
    direct.set(name, done)
  }
  /** What waited behind a message is due when that is done. */
  const workOn = async (id: string): Promise<void> => {
    if (working.has(id) || working.size >= LARGE_AT_ONCE || stop.signal.aborted) return
    const done = large
      .run(id)
      .then(async () => {
        if (stop.signal.aborted) return
        const next = await findLargeWithWork(pool)
        await Promise.all(next.map((one) => queues.wakeLarge(one.id)))
      })
      .catch((error: unknown) =>
        tell(log, error, 'work on a large message ended with an error; the sweep comes back to it'),
      )
      .finally(() => working.delete(id))
    working.set(id, done)
    await done
  }
  const wakeAll = async (): Promise<void> => {
    const links = await findLinksWithWork(pool, now())
    await Promise.all(links.map(({ id }) => queues.wakeLink(id)))
    const followers = await follow.find()
    await Promise.all(followers.map(({ name }) => queues.wakeFollower(name)))
  }

  const common = { lockDuration: LOCK_MS, stalledInterval: STALLED_EVERY_MS, maxStalledCount: STALLED_OFTEN }
  const workers: JobWorker[] = [
    backend.worker(LINKS_QUEUE, async ({ data }) => await deliver(data.link ?? ''), {
      ...common,
      concurrency: LINKS_AT_ONCE,
    }),
    backend.worker(WAKES_QUEUE, wakeAll, common),
    backend.worker(FOLLOWERS_QUEUE, async ({ data }) => await goOn(data.follower ?? ''), {
      ...common,
      concurrency: FOLLOWERS_AT_ONCE,
    }),
    backend.worker(LARGE_QUEUE, async ({ data }) => await workOn(data.message ?? ''), {
      ...common,
      concurrency: LARGE_AT_ONCE,
    }),
    backend.worker(REPLAYS_QUEUE, async ({ data }) => await replay(data.replay ?? ''), common),
  ]
  const sweep = createSweep({
    pool,
    wake: queues.wakeLink,
    deliver: deliverHere,
    follow,
    wakeFollower: queues.wakeFollower,
    followHere,
    wakeLarge: queues.wakeLarge,
    workOn: (id) => void workOn(id),
    wakeReplay: queues.wakeReplay,
    replay: replayHere,
    now,
  })
  const sweeping = repeat(sweep, parts.sweepEveryMs ?? SWEEP_EVERY_MS, (error) =>
    tell(log, error, 'the sweep could not look for work; it tries again'),
  )

  return {
    async close() {
      stop.abort()
      sweeping.stop()
      const ending = [
        large.close(),
        ...workers.map((worker) => worker.close()),
        ...direct.values(),
        ...working.values(),
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
