import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { RunEnd } from '#flow/large/run.ts'
import type { LargeWork } from '#jobs/workers.ts'
import type { DataKeySettings } from '#store/personal/data-keys.ts'

/** What the thread must know. */
export interface ThreadSettings {
  readonly databaseUrl: string
  readonly mappings: string
  readonly dataKeys: DataKeySettings
}

/** What the main thread asks for. */
export type ToThread = { readonly run: string } | { readonly stop: true }

/** What the thread says. */
export type FromThread =
  | { readonly committed: true }
  | { readonly trouble: string }
  | { readonly id: string; readonly end: RunEnd }
  | { readonly id: string; readonly failed: string }

export interface LargeWorkParts extends ThreadSettings {
  readonly onCommitted: () => void
  readonly log: { warn(facts: object, sentence: string): void }
}

/**
 * The heap of the thread: what it holds is two chunks of records, and the names that its mappings have seen. A young generation in which the chunks
 * do not fit lets them grow old, and the old ones are collected at several times the cost; a larger one takes its size in memory.
 */
const HEAP = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 12 }
/** A thread that nobody asks for anything gives its memory back. */
const IDLE_MS = 5_000
/** V8 keeps the pages of a heap that ended for 8 s more; what works beside a large message goes gently until they are gone, too. */
const AFTER_MS = IDLE_MS + 10_000
/** After this a chunk that does not end is cut off; its transaction is rolled back. */
const STOP_MS = 1500

interface Pending {
  readonly resolve: (end: RunEnd) => void
  readonly reject: (error: Error) => void
}

/**
 * Works on large messages in a thread of its own, which is there while there is work. `isWorking` tells whether it has any, or had until its memory was given
 * back.
 */
export function createLargeWork({
  onCommitted,
  log,
  ...settings
}: LargeWorkParts): LargeWork & { readonly isWorking: () => boolean } {
  const pending = new Map<string, Pending>()
  let thread: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let closed = false
  let endedAtMs = Number.NEGATIVE_INFINITY

  const hear = (words: FromThread): void => {
    if ('committed' in words) onCommitted()
    else if ('trouble' in words)
      log.warn({ reason: words.trouble }, 'a large message could not be worked on; it is tried again')
    else {
      const one = pending.get(words.id)
      pending.delete(words.id)
      if ('end' in words) one?.resolve(words.end)
      else one?.reject(new Error(words.failed))
      if (pending.size > 0) return
      endedAtMs = performance.now()
      idle = setTimeout(endThread, IDLE_MS).unref()
    }
  }

  const startThread = (): Worker => {
    // The bound that the command line gives to the main thread would go before that of `HEAP`; the main thread has taken it long since.
    setFlagsFromString('--max-semi-space-size=0')
    const started = new Worker(new URL('./large-thread.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: HEAP,
      name: 'large messages',
    })
    let cause = new Error('the thread for large messages ended')
    started.on('message', hear)
    started.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error))
    })
    started.on('exit', () => {
      if (thread !== started) return
      thread = undefined
      for (const { reject } of pending.values()) reject(cause)
      pending.clear()
    })
    return started
  }

  const endThread = (): void => {
    const ending = thread
    thread = undefined
    ending?.postMessage({ stop: true } satisfies ToThread)
  }

  return {
    isWorking: () => pending.size > 0 || performance.now() - endedAtMs < AFTER_MS,
    run(id) {
      if (closed) return Promise.reject(new Error('the hub is stopping'))
      clearTimeout(idle)
      thread ??= startThread()
      thread.postMessage({ run: id } satisfies ToThread)
      return new Promise<RunEnd>((resolve, reject) => pending.set(id, { resolve, reject }))
    },
    async close() {
      closed = true
      clearTimeout(idle)
      const ending = thread
      if (!ending) return
      const exit = new Promise<void>((resolve) => ending.once('exit', () => resolve()))
      ending.postMessage({ stop: true } satisfies ToThread)
      const limit = setTimeout(() => void ending.terminate(), STOP_MS)
      await exit
      clearTimeout(limit)
    },
  }
}
