import { Worker } from 'node:worker_threads'
import { type Words, words } from '#core/mapping/words.ts'

/** Heap of the thread in which the soak runs. Code, tables of regions and the sample take about half of it. */
export const SOAK_HEAP_MB = 96

/** What the thread is told. */
export interface SoakTask {
  readonly folder: string
  readonly records: number
}

/**
 * Maps many records of a system, each with another key, in a thread with a small heap: a mapping that remembers more than it may ends the thread,
 * wherever the suite runs and whenever the collector comes. Null where it ended well.
 */
export function soak(folder: string, records: number): Promise<Words | null> {
  const workerData: SoakTask = { folder, records }
  const worker = new Worker(new URL('./soak-thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: SOAK_HEAP_MB, maxYoungGenerationSizeMb: 16 },
  })
  return new Promise((resolve) => {
    worker.once('error', (error: Error & { code?: string }) =>
      resolve(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? words(`more than ${SOAK_HEAP_MB} MB`, `超过 ${SOAK_HEAP_MB} MB`)
          : words(`it stopped: ${error.message}`, `运行中断：${error.message}`),
      ),
    )
    worker.once('exit', () => resolve(null))
  })
}
