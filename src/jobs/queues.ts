import type { Lane } from '#store/lanes.ts'
import type { JobBackend, JobQueue, KeptJob } from './backend.ts'
import { paced } from './paced.ts'

/** Deliveries, each of which may hang for as long as its receiver likes. */
export const LINKS_QUEUE = 'links'
/** All other work. Every queue costs each process a connection and the store of jobs its share of looking, so there are two. */
export const WORK_QUEUE = 'work'

/** A queue that does not answer must not hold anything up. */
const ADD_MS = 2000
/** Pushes come by the hundred a second; the links hear of them at most this often. */
const WAKE_EVERY_MS = 100
/** A step costs the same for one change as for many, so a follower waits for the changes that come with the first one. */
export const FOLLOW_AFTER_MS = 1000
/** A queue that is down says so once in this time, not once for each push. */
const WARN_EVERY_MS = 30_000

export interface QueuesLog {
  warn(facts: object, sentence: string): void
}

/**
 * The way to say that there is work. It is a hint: no call throws, waits long or is needed for the work to be found, because the sweep
 * finds it in PostgreSQL anyway.
 */
export interface Queues {
  /** Asks for a delivery over one lane of a link, now or after some time; false where the queue did not take it. */
  wakeLink(id: string, delayMs?: number, lane?: Lane): Promise<boolean>
  /** Asks that a follower goes on within a second; false where the queue did not take it. */
  wakeFollower(name: string): Promise<boolean>
  /** Says that there are new changes for whichever link or follower wants them. */
  wakeLinks(): void
  /** Asks for work on a large message; false where the queue did not take it. */
  wakeLarge(id: string): Promise<boolean>
  /** Asks for a replay to be gone on with; false where the queue did not take it. */
  wakeReplay(id: string): Promise<boolean>
  /** Asks for a reconciliation to be gone on with; false where the queue did not take it. */
  wakeReconciliation(id: string): Promise<boolean>
  /** Asks for a channel, `system/name`, to be read; false where the queue did not take it. */
  wakeChannel(id: string): Promise<boolean>
  /** Asks for what is scheduled; false where the queue did not take it. */
  wakeSchedule(name: string): Promise<boolean>
  /** What is in each queue, for a person who looks; null where it does not answer. */
  look(): Promise<QueueState[]>
  /** Lets a failed job run again; false where it is gone or the queue does not answer. */
  retry(queue: string, id: string): Promise<boolean>
  close(): Promise<void>
}

/** A queue as a person sees it. */
export interface QueueState {
  readonly name: string
  /** Jobs by state: waiting, active, delayed, failed; null where the queue does not answer. */
  readonly counts: Readonly<Record<string, number>> | null
  /** The newest failed ones. */
  readonly failed: readonly FailedJob[]
}

export interface FailedJob {
  readonly id: string
  readonly name: string
  /** The identifier that it carries. */
  readonly subject: string
  readonly reason: string
  readonly atMs: number | null
}

export function createQueues(backend: JobBackend, log?: QueuesLog): Queues {
  const links = backend.queue(LINKS_QUEUE)
  const work = backend.queue(WORK_QUEUE)
  const stateOf = async (queue: JobQueue): Promise<QueueState> => {
    const name = queue === links ? LINKS_QUEUE : WORK_QUEUE
    try {
      const [counts, failed] = await inTime(
        Promise.all([queue.getJobCounts(), queue.getFailed(0, FAILED_SHOWN - 1)]),
        ADD_MS,
      )
      return { name, counts, failed: failed.map(failedJob) }
    } catch {
      return { name, counts: null, failed: [] }
    }
  }
  let warnedAtMs = Number.NEGATIVE_INFINITY
  let closed = false

  const add = async (queue: JobQueue, ...job: Parameters<JobQueue['add']>): Promise<boolean> => {
    if (closed) return false
    try {
      await inTime(queue.add(...job), ADD_MS)
      return true
    } catch (error) {
      const nowMs = performance.now()
      if (nowMs - warnedAtMs >= WARN_EVERY_MS) {
        warnedAtMs = nowMs
        const reason = error instanceof Error ? error.message : String(error)
        log?.warn({ reason }, 'the job queue does not take jobs; the sweep finds the work until it does')
      }
      return false
    }
  }

  const finding = paced(WAKE_EVERY_MS, () => {
    void add(work, 'find', {}, { ...DISPOSABLE, deduplication: { id: 'find', keepLastIfActive: true } })
  })

  return {
    wakeLink: async (id, delayMs = 0, lane = 'live') => {
      const when = delayMs > 0 ? { delay: delayMs, deduplication: later(id) } : { deduplication: now(id) }
      // Deliveries may hang, all of them; a recall waits for none of them.
      return lane === 'recall'
        ? await add(work, 'recall', { link: id, lane }, { ...DISPOSABLE, ...when })
        : await add(links, 'deliver', { link: id }, { ...DISPOSABLE, ...when })
    },
    wakeFollower: (name) =>
      add(
        work,
        'follow',
        { follower: name },
        { ...DISPOSABLE, delay: FOLLOW_AFTER_MS, deduplication: now(`follow-${name}`) },
      ),
    wakeReplay: (id) =>
      add(work, 'replay', { replay: id }, { ...DISPOSABLE, deduplication: now(`replay-${id}`) }),
    wakeReconciliation: (id) =>
      add(
        work,
        'reconcile',
        { reconciliation: id },
        { ...DISPOSABLE, deduplication: now(`reconcile-${id}`) },
      ),
    wakeChannel: (id) =>
      add(work, 'channel', { channel: id }, { ...DISPOSABLE, deduplication: now(`channel-${id}`) }),
    wakeSchedule: (name) =>
      add(work, 'schedule', { schedule: name }, { ...DISPOSABLE, deduplication: now(`schedule-${name}`) }),
    wakeLinks: finding.ask,
    wakeLarge: async (id) =>
      await add(work, 'large', { message: id }, { ...DISPOSABLE, deduplication: now(`large-${id}`) }),
    look: () => Promise.all([links, work].map(stateOf)),
    async retry(name, id) {
      const queue = name === LINKS_QUEUE ? links : name === WORK_QUEUE ? work : null
      if (!queue) return false
      try {
        const job = await inTime(queue.getJob(id), ADD_MS)
        if (job) await inTime(job.retry(), ADD_MS)
        return job !== undefined
      } catch {
        return false
      }
    },
    async close() {
      closed = true
      finding.stop()
      await Promise.allSettled([links, work].map((queue) => inTime(queue.close(), ADD_MS)))
    },
  }
}

/** As many as are kept. */
const FAILED_SHOWN = 20
const failedJob = ({ id = '', name, data, failedReason, finishedOn }: KeptJob): FailedJob => ({
  id,
  name,
  subject: Object.values(data).join(' '),
  reason: failedReason,
  atMs: finishedOn ?? null,
})

/** A job leaves nothing behind that could stop the next one of its kind. */
const DISPOSABLE = { removeOnComplete: true, removeOnFail: { count: 20 } } as const
/** One wake runs and one waits: a change that comes while a delivery is about to end is not passed over. */
const now = (id: string) => ({ id: `now-${id}`, keepLastIfActive: true })
/** A wake for later must not stand in the way of one for now, so it has a name of its own. */
const later = (id: string) => ({ id: `later-${id}`, replace: true })

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
