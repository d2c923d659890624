import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LOADING_FLAGS } from '#adapters/thread-flags.ts'
import { HubError } from '#core/errors.ts'
import type { Sm2Answer, Sm2Question } from './words.ts'

const THREADS_MAX = Math.min(2, availableParallelism())
/** Heap of a thread: tables of 64 keys. */
const RESOURCES = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 } as const
/** Questions that may wait; at 12 ms each, two threads are done with them in three seconds. */
const WAITING_MAX = 512
const IDLE_MS = 30_000
const RETRY_MS = 2000

type Asked =
  | Omit<Extract<Sm2Question, { ask: 'verify' }>, 'number'>
  | Omit<Extract<Sm2Question, { ask: 'sign' }>, 'number'>

interface Waiting {
  readonly resolve: (answer: Sm2Answer) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly asked: Map<number, Waiting>
  timer: NodeJS.Timeout | undefined
}

const threads: Thread[] = []
let number = 0

/**
 * Asks a thread. They start when they are needed, end when nobody needs them, and never keep the process alive; they see no environment and no
 * setting of the process.
 * @throws HubError `overloaded` where too many questions wait
 */
export function askSm2(asked: Asked): Promise<Sm2Answer> {
  const waiting = threads.reduce((sum, thread) => sum + thread.asked.size, 0)
  if (waiting >= WAITING_MAX)
    return Promise.reject(new HubError('overloaded', { detail: 'signatures of SM2', retryAfterMs: RETRY_MS }))
  const thread = freest()
  clearTimeout(thread.timer)
  thread.worker.ref()
  const question = { ...asked, number: ++number }
  return new Promise((resolve, reject) => {
    thread.asked.set(question.number, { resolve, reject })
    thread.worker.postMessage(question)
  })
}

/** Ends the threads. For a process that stops. */
export async function endSm2Threads(): Promise<void> {
  await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()))
}

/** The thread with the least to do; another one is started while all have something. */
function freest(): Thread {
  const [least] = threads.toSorted((a, b) => a.asked.size - b.asked.size)
  if (least && (least.asked.size === 0 || threads.length >= THREADS_MAX)) return least
  return startThread()
}

function startThread(): Thread {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    resourceLimits: RESOURCES,
    env: {},
    execArgv: [...LOADING_FLAGS],
    stdin: false,
  })
  const thread: Thread = { worker, asked: new Map(), timer: undefined }
  worker.on('message', (answer: Sm2Answer) => {
    thread.asked.get(answer.number)?.resolve(answer)
    thread.asked.delete(answer.number)
    if (thread.asked.size === 0) rest(thread)
  })
  worker.on('error', () => end(thread))
  worker.on('exit', () => end(thread))
  threads.push(thread)
  return thread
}

function rest(thread: Thread): void {
  thread.worker.unref()
  thread.timer = setTimeout(() => {
    end(thread)
    thread.worker.terminate().catch(() => {})
  }, IDLE_MS)
  thread.timer.unref()
}

/** Takes a thread off the list. What it was asked is not known to fit, so it may be asked again. */
function end(thread: Thread): void {
  clearTimeout(thread.timer)
  const at = threads.indexOf(thread)
  if (at >= 0) threads.splice(at, 1)
  for (const { reject } of thread.asked.values())
    reject(new HubError('overloaded', { detail: 'signatures of SM2', retryAfterMs: RETRY_MS }))
  thread.asked.clear()
}
