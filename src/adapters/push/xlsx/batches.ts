import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { refuseTable } from '#adapters/push/table/refuse.ts'
import type { WorkbookOptions } from '#core/source.ts'
import type { WorkbookBatch } from './table.ts'
import type { FromThread, ToThread, WorkbookInput } from './thread-words.ts'
import { takeThread } from './threads.ts'
import type { OutputLimits } from './workbook.ts'

/** How much of a thread a workbook may have. */
export interface WorkbookLimits extends OutputLimits {
  /** Milliseconds that the thread may work on it; time in which it waits for its reader does not count. */
  readonly workMaxMs: number
}

const WHOLE = 'workbook'

/**
 * The batches of a workbook, read in a thread of its own. The thread is at most two batches ahead of who takes them. One that
 * runs out of memory or time is ended, and the workbook refused.
 * @throws DecodeRefusal
 */
export async function* workbookBatches(
  input: WorkbookInput,
  options: WorkbookOptions,
  { workMaxMs, ...limits }: WorkbookLimits,
): AsyncGenerator<WorkbookBatch> {
  const thread = await takeThread()
  const { worker } = thread
  const heard: (FromThread | Error)[] = []
  let wake: (() => void) | null = null
  const hear = (words: FromThread | Error): void => {
    heard.push(words)
    wake?.()
  }
  worker.on('message', hear)
  worker.on('error', hear)
  const left = (): void => hear(new Error('the thread ended'))
  worker.on('exit', left)
  const say = (words: ToThread): void => worker.postMessage(words)
  const clock = workClock(workMaxMs)

  const next = async (): Promise<FromThread | Error | null> => {
    while (heard.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      const isInTime = await clock.during(promise)
      wake = null
      if (!isInTime) return null
    }
    return heard.shift() ?? null
  }

  let ended = false
  try {
    say({ say: 'read', input, options, limits })
    while (true) {
      const words = await next()
      if (words === null) throw refuseTable('slow', WHOLE)
      if (words instanceof Error) throw faultOf(words)
      if (words.say === 'batch') {
        yield words.batch
        say({ say: 'more' })
        continue
      }
      ended = true
      if (words.say === 'end') return
      throw new DecodeRefusal(words.code, words.at, words.reason, words.fix)
    }
  } finally {
    worker.off('message', hear).off('error', hear).off('exit', left)
    thread.release(ended)
  }
}

/** A thread without memory says so; any other fault is ours. */
function faultOf(error: Error): Error {
  if ((error as { code?: string }).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return refuseTable('memory', WHOLE)
}

/** Adds up the time in which somebody waited for the thread. */
function workClock(maxMs: number) {
  let leftMs = maxMs
  return {
    /** False where the time is over before the promise is kept. */
    async during(promise: Promise<void>): Promise<boolean> {
      const startedMs = performance.now()
      const over = Promise.withResolvers<false>()
      const timer = setTimeout(() => over.resolve(false), Math.max(0, leftMs))
      const isInTime = await Promise.race([promise.then(() => true), over.promise])
      clearTimeout(timer)
      leftMs -= performance.now() - startedMs
      return isInTime
    },
  }
}
