import { HubError } from '#core/errors.ts'

/** Lets so many computations run at once and so many wait; who comes to a full queue, or waits too long, is sent away with a time. */
export interface Gate {
  run<T>(work: () => Promise<T>): Promise<T>
}

export interface GateBounds {
  readonly atOnce: number
  readonly waiting: number
  readonly waitMs: number
}

const RETRY_MS = 2000

export function createGate({ atOnce, waiting, waitMs }: GateBounds): Gate {
  let running = 0
  const queue = new Set<() => void>()
  const enter = (): Promise<void> => {
    if (running < atOnce) {
      running++
      return Promise.resolve()
    }
    if (queue.size >= waiting) return Promise.reject(overloaded())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.delete(start)
        reject(overloaded())
      }, waitMs)
      const start = (): void => {
        clearTimeout(timer)
        resolve()
      }
      queue.add(start)
    })
  }
  const leave = (): void => {
    const [next] = queue
    // The place is handed on: nobody can slip in between.
    if (next) {
      queue.delete(next)
      next()
    } else running--
  }
  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

const overloaded = (): HubError => new HubError('overloaded', { retryAfterMs: RETRY_MS })
