import { Worker } from 'node:worker_threads'

/** Heap of a thread. Texts (32 Mi characters) and formats at their limits need about 160 MB. */
const RESOURCES = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 } as const
/** More at a time would take the machine from the rest of the hub. */
const THREADS_MAX = 2
/** A thread that nobody needed for so long is ended; a new one starts in about 50 ms. */
const IDLE_MS = 30_000

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
const waiting: (() => void)[] = []
let running = 0

/**
 * A thread for one workbook. Threads start when they are needed, are used again, end when nobody needs them, and never keep the
 * process alive. They see no environment and no setting of the process.
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
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    await promise
  }
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
    execArgv: [],
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
      waiting.shift()?.()
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
