import { setTimeout as pause } from 'node:timers/promises'
import {
  createPostgresBackend,
  type JobsOptions,
  type Processor,
  Queue,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq'
import pg from 'pg'
import { checkRedis } from './check-redis.ts'

/** What a job carries: identifiers, never a record or anything of a person. */
export interface JobData {
  readonly link?: string
  /** Lane of the link; `live` where none is named. */
  readonly lane?: 'recall'
  /** Name of a follower. */
  readonly follower?: string
  /** A large message. */
  readonly message?: string
  readonly replay?: string
  readonly reconciliation?: string
  /** A channel: `system/name`. */
  readonly channel?: string
  /** Name of what is scheduled. */
  readonly schedule?: string
}

/** As much of a job that is kept as a person who looks needs. */
export interface KeptJob {
  readonly id?: string | undefined
  readonly name: string
  readonly data: JobData
  readonly failedReason: string
  /** Milliseconds since 1970. */
  readonly finishedOn?: number | undefined
  readonly attemptsMade: number
  retry(): Promise<unknown>
}

/** As much of a BullMQ queue as the hub uses; the same on both backends. */
export interface JobQueue {
  add(name: string, data: JobData, options?: JobsOptions): Promise<unknown>
  getJobCounts(): Promise<Record<string, number>>
  /** The newest failed jobs that are kept. */
  getFailed(first: number, last: number): Promise<KeptJob[]>
  getJob(id: string): Promise<KeptJob | undefined>
  close(): Promise<void>
}

export interface JobWorker {
  close(force?: boolean): Promise<void>
}

/** Where jobs wait: the hub's own PostgreSQL, or Redis. Losing all of it at any moment loses nothing but time. */
export interface JobBackend {
  readonly kind: 'postgres' | 'redis'
  queue(name: string): JobQueue
  worker(name: string, work: Processor<JobData>, options: JobWorkerOptions): JobWorker
  /** After all queues and workers are closed. */
  close(): Promise<void>
}

export type JobWorkerOptions = Omit<WorkerOptions, 'connection' | 'prefix'>

export interface JobBackendSettings {
  readonly databaseUrl: string
  /** Absent: the jobs are kept in the database. */
  readonly redisUrl?: string | undefined
  /** Start of the names of all keys in Redis; the braces keep them in one slot of a cluster. */
  readonly prefix?: string
  /** Called for what goes wrong in the background, such as connections that break. */
  readonly onError: (error: Error) => void
  /** Called for a job that failed; the sweep finds its work again. */
  readonly onFailed?: (queue: string, error: Error) => void
}

/**
 * Opens the backend that the settings name.
 * @throws StartRefusal where Redis cannot be reached, does not let us in, or would throw jobs away
 */
export async function openJobBackend(settings: JobBackendSettings): Promise<JobBackend> {
  const {
    redisUrl,
    databaseUrl,
    prefix = '{hub}',
    onError,
    onFailed = (_, error) => onError(error),
  } = settings
  return redisUrl
    ? await openRedis(redisUrl, prefix, { onError, onFailed })
    : await openPostgres(databaseUrl, { onError, onFailed })
}

/** Whom to tell what goes wrong. */
type Told = Required<Pick<JobBackendSettings, 'onError' | 'onFailed'>>

const SCHEMA = 'bullmq'
/** Two workers listen on a connection each; the rest is shared. */
const CONNECTIONS = 8
/** Each queue and each worker listens for what goes wrong with the pool. */
const LISTENERS = 50
const CLOSE_MS = 1000

async function openPostgres(url: string, told: Told): Promise<JobBackend> {
  const { onError } = told
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    application_name: 'trace-hub-jobs',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    // Jobs may be lost, so their commits need not wait for the disk.
    options: `-c search_path=${SCHEMA} -c synchronous_commit=off`,
  })
  pool.setMaxListeners(LISTENERS)
  pool.on('error', onError)
  pool.on('connect', (client) => void client.on('error', () => {}))
  const client = await pool.connect()
  try {
    await runMigrations(client, SCHEMA)
  } finally {
    client.release()
  }
  const connection = pool as never
  return {
    kind: 'postgres',
    queue(name) {
      const { opened, close } = openUntilReady(() => {
        const queue = new Queue(name, { connection, streams: STREAMS }, createPostgresBackend)
        queue.on('error', onError)
        return queue
      }, onError)
      return {
        add: async (...job) => await (await opened).add(...job),
        getJobCounts: async () => await (await opened).getJobCounts(),
        getFailed: async (first, last) => await (await opened).getFailed(first, last),
        getJob: async (id) => await (await opened).getJob(id),
        close,
      }
    },
    worker(name, work, options) {
      const settings = { ...options, connection, autorun: false }
      const { opened, close } = openUntilReady(
        () => watched(new Worker(name, work, settings, createPostgresBackend), name, told),
        onError,
      )
      void opened.then((worker) => worker.run()).catch(onError)
      return { close }
    },
    // A connection that a worker did not give back must not hold the end up.
    close: async () => void (await Promise.race([pool.end(), pause(CLOSE_MS, undefined, { ref: false })])),
  }
}

async function openRedis(url: string, prefix: string, told: Told): Promise<JobBackend> {
  await checkRedis(url)
  let closing = false
  // Once we are leaving, a Redis that is gone is not waited for: BullMQ would hold its farewell back until it is there again.
  const retryStrategy = (times: number): number | null => (closing ? null : Math.min(times * 200, 1000))
  const leaving = <C extends { close(force?: boolean): Promise<void> }>(one: C): C => {
    const close = one.close.bind(one)
    one.close = async (force) => {
      closing = true
      await close(force)
    }
    return one
  }
  return {
    kind: 'redis',
    queue(name) {
      // A job that cannot be handed over now is not kept in memory: the sweep finds its work again.
      const connection = { url, retryStrategy, maxRetriesPerRequest: 1, enableOfflineQueue: false }
      const queue = new Queue(name, { connection, prefix, streams: STREAMS })
      queue.on('error', told.onError)
      return leaving(queue)
    },
    worker(name, work, options) {
      const connection = { url, retryStrategy, maxRetriesPerRequest: null }
      return leaving(watched(new Worker(name, work, { ...options, connection, prefix }), name, told))
    },
    close: async () => {},
  }
}

/** What is between two tries to open a queue or a worker. */
const OPEN_AGAIN_MS = 500

/**
 * Opens a queue or a worker of BullMQ again until it is ready. BullMQ keeps the outcome of its first look at PostgreSQL for ever: one for which
 * the database was late would refuse every job, and a worker would ask in a loop that leaves no turn to anything else in the process.
 * @returns what is ready; it never settles where it is closed before
 */
function openUntilReady<
  T extends { waitUntilReady(): Promise<unknown>; close(force?: boolean): Promise<void> },
>(
  open: () => T,
  onError: (error: Error) => void,
): { readonly opened: Promise<T>; close(force?: boolean): Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<T>()
  let closed = false
  let current = open()
  void (async () => {
    while (!closed) {
      try {
        await current.waitUntilReady()
        resolve(current)
        return
      } catch (error) {
        if (closed) return
        onError(error as Error)
      }
      await current.close(true).catch(onError)
      await pause(OPEN_AGAIN_MS, undefined, { ref: false })
      if (!closed) current = open()
    }
  })()
  return {
    opened: promise,
    async close(force) {
      closed = true
      await current.close(force)
    },
  }
}

/** Nobody reads the events of the queues; a few are kept for a person who looks. */
const STREAMS = { events: { maxLen: 100 } }

function watched<W extends Pick<Worker, 'close'>>(worker: W, name: string, { onError, onFailed }: Told): W {
  const emitter = worker as unknown as NodeJS.EventEmitter
  emitter.on('error', onError)
  emitter.on('failed', (_job: unknown, error: Error) => onFailed(name, error))
  return worker
}
