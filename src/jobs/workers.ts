import type { Pool } from 'pg'
import type { Delivery } from '#flow/delivery/create-delivery.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import type { JobBackend, JobWorker } from './backend.ts'
import { LINKS_QUEUE, type Queues, REPLAYS_QUEUE, WAKES_QUEUE } from './queues.ts'
import { createSweep } from './sweep.ts'

/** Links that are delivered at once: one that hangs takes one place, not the link beside it. */
const LINKS_AT_ONCE = 32
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

export interface WorkersParts {
  readonly backend: JobBackend
  readonly queues: Queues
  readonly pool: Pool
  readonly delivery: Delivery
  /** Goes on with a replay until its end or the signal. */
  readonly replay: (id: string, signal: AbortSignal) => Promise<unknown>
  readonly log?: WorkersLog
  readonly now?: () => number
  readonly sweepEveryMs?: number
}

export interface Workers {
  /** Ends what is under way and takes nothing more, within 3 seconds. Close the workers before the queues. */
  close(): Promise<void>
}

/** Starts the workers of this process: deliveries as they are asked for, and the sweep for what nobody asked for. */
export function startWorkers(parts: WorkersParts): Workers {
  const { backend, queues, pool, delivery, log } = parts
  const now = parts.now ?? Date.now
  const stop = new AbortController()
  const direct = new Map<string, Promise<void>>()

  const deliver = async (linkId: string): Promise<void> => {
    const end = await delivery.deliverLink(linkId, { signal: stop.signal })
    if (stop.signal.aborted) return
    if (!end.done) await queues.wakeLink(linkId)
    else if (end.nextAt !== undefined && end.nextAt - now() <= DELAYED_WAKE_MS) {
      await queues.wakeLink(linkId, Math.max(end.nextAt - now(), 1))
    }
  }
  const replay = async (id: string): Promise<void> => void (await parts.replay(id, stop.signal))
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
  const wakeAll = async (): Promise<void> => {
    const links = await findLinksWithWork(pool, now())
    await Promise.all(links.map(({ id }) => queues.wakeLink(id)))
  }

  const common = { lockDuration: LOCK_MS, stalledInterval: STALLED_EVERY_MS, maxStalledCount: STALLED_OFTEN }
  const workers: JobWorker[] = [
    backend.worker(LINKS_QUEUE, async ({ data }) => await deliver(data.link ?? ''), {
      ...common,
      concurrency: LINKS_AT_ONCE,
    }),
    backend.worker(WAKES_QUEUE, wakeAll, common),
    backend.worker(REPLAYS_QUEUE, async ({ data }) => await replay(data.replay ?? ''), common),
  ]
  const sweep = createSweep({
    pool,
    wake: queues.wakeLink,
    deliver: deliverHere,
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
      const ending = [...workers.map((worker) => worker.close()), ...direct.values(), sweeping.idle()]
      const limit = new Promise<'late'>((resolve) => setTimeout(resolve, CLOSE_MS, 'late').unref())
      if ((await Promise.race([Promise.allSettled(ending), limit])) === 'late') {
        log?.warn({}, 'a worker did not end in time; what it did is done again from PostgreSQL')
        await Promise.race([Promise.allSettled(workers.map((worker) => worker.close(true))), pauseShortly()])
      }
    },
  }
}

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
