import { seldom } from './seldom.ts'

/** While the database is away each queue and worker says so many times a second. */
const TOLD_EVERY_MS = 60_000

interface Parts {
  readonly log: {
    warn(facts: object, message: string): void
    error(facts: object, message: string): void
  }
  readonly clock: () => number
  /** Connections that the database ends at the stop are no news. */
  readonly isStopping: () => boolean
  /** Notes a failure in the database. */
  readonly note: (failure: { topic: 'jobs_failed'; subject: string; reason: string }) => Promise<unknown>
}

/** What the log, and where it can be the database, is told of the queues. */
export function jobNews({ log, clock, isStopping, note }: Parts) {
  const tell = seldom((said) => log.warn(said, 'jobs'), { everyMs: TOLD_EVERY_MS, clock })
  return {
    onError(error: Error): void {
      if (!isStopping()) tell(error.message)
    },
    onFailed(queue: string, error: Error): void {
      if (isStopping()) return
      log.error({ queue, reason: error.message }, 'a job failed; the sweep finds its work again')
      // Where the database is gone nothing can be noted, and the log has it.
      note({ topic: 'jobs_failed', subject: queue, reason: error.message }).catch(() => {})
    },
  }
}
