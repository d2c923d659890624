import { Worker } from 'node:worker_threads'
import { LOADING_FLAGS } from '#adapters/thread-flags.ts'
import { HubError } from '#core/errors.ts'

/** Heap of a thread. Texts (32 Mi characters) and formats at their limits need about 160 MB. */
const RESOURCES = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 3, stackSizeMb: 4 } as const
/** More at a time would take the machine from the rest of the hub. */
const THREADS_MAX = 2
/** A thread that nobody needed for so long is ended; a new one costs 150 ms of processor time. */
const IDLE_MS = 3_000
/** Workbooks that may wait for a thread, and how long. Each waits with its bytes in memory. */
const WAITING_MAX = 64
const WAIT_MS = 30_000

/** A thread that its taker has for himself until it is given back. */
export interface Thread {
  readonly worker: Worker
  /** Gives it back to the next who waits. A thread that broke, or does not stop, is ended instead. */
  release(isWell: boolean): void
}

interface Idle {
  readonly worker: Worker
  /** Takes it off the list of those that rest. */
  readonly forget: () => void
}

const idle: Idle[] = []
/** Called with whether there may be a thread now. */
const waiting: ((isTurn: boolean) => void)[] = []
let running = 0

/**
 * A thread for one workbook. Threads start when they are needed, are used again, end when nobody needs them, and never keep the
 * process alive. They see no environment and no setting of the process.
 * @throws HubError `busy` where too many wait, or none was free for too long
 */
export async function takeThread(): Promise<Thread> {
  while (true) {
    const resting = idle.at(-1)
    if (resting) {
      resting.forget()
      resting.worker.ref()
      return threadOf(resting.worker)
    }
    if (running < THREADS_MAX) {
      running++
      return threadOf(startWorker())
    }
    if (!(await turn())) throw new HubError('busy', { detail: 'workbooks', retryAfterMs: 5000 })
  }
}

/** False where the turn did not come in time, or the queue is full. */
async function turn(): Promise<boolean> {
  if (waiting.length >= WAITING_MAX) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  waiting.push(resolve)
  const timer = setTimeout(() => {
    const at = waiting.indexOf(resolve)
    if (at >= 0) waiting.splice(at, 1)
    resolve(false)
  }, WAIT_MS)
  const isTurn = await promise
  clearTimeout(timer)
  return isTurn
}

/** Ends the threads that rest; those at work end with their work. For a process that stops. */
export async function endThreads(): Promise<void> {
  const resting = [...idle]
  running -= resting.length
  for (const { forget } of resting) forget()
  await Promise.all(resting.map(({ worker }) => worker.terminate()))
}

function startWorker(): Worker {
  return new Worker(new URL('./thread.ts', import.meta.url), {
    resourceLimits: RESOURCES,
    env: {},
    execArgv: [...LOADING_FLAGS],
    stdin: false,
  })
}

function threadOf(worker: Worker): Thread {
  return {
    worker,
    release(isWell) {
      if (isWell) rest(worker)
      else {
        running--
        // A dying thread may still say why; nobody asks any more.
        worker.on('error', () => {})
        worker.terminate().catch(() => {})
      }
      waiting.shift()?.(true)
    },
  }
}

function rest(worker: Worker): void {
  worker.unref()
  const forget = (): void => {
    clearTimeout(timer)
    worker.off('error', died).off('exit', died)
    const at = idle.findIndex((one) => one.worker === worker)
    if (at >= 0) idle.splice(at, 1)
  }
  const died = (): void => {
    forget()
    running--
  }
  const timer = setTimeout(() => {
    died()
    worker.terminate().catch(() => {})
  }, IDLE_MS)
  timer.unref()
  worker.on('error', died)
  worker.on('exit', died)
  idle.push({ worker, forget })
}
