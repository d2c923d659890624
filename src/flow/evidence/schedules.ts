import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { type Resting, restAfter } from '#flow/schedule/rest.ts'
import { noteDone } from '#store/audit-sealing.ts'
import { type AnchorParts, anchorNewest } from './anchor.ts'
import { SEAL_EVERY_MS, sealBatch } from './seal.ts'

const LOOK_EVERY_MS = 30_000
/** What is left is done by the next run. */
const BUDGET_MS = 40_000
/** After each page of a batch it rests as long as the page took: it never has more than half of the database's time, and others are answered in between. */
const REST = 1

/** Sealing what was committed, and giving the heads to those who keep them: one after the other, because heads are what is kept. */
export function evidenceSchedule(
  parts: Omit<AnchorParts, 'now'> & Pick<Resting, 'isBusy'> & { readonly now?: () => number },
): Schedule {
  const { pool, isBusy, now = Date.now } = parts
  return {
    name: 'evidence',
    everyMs: LOOK_EVERY_MS,
    run: async (signal) => {
      const deadline = performance.now() + BUDGET_MS
      const rest = (began: number): Promise<void> => restAfter(began, { rest: REST, isBusy }, signal)
      let isDone = false
      while (!signal.aborted && performance.now() < deadline) {
        const end = await sealBatch(pool, { now, leastAgeMs: SEAL_EVERY_MS, rest })
        isDone = end === 'nothing'
        if (end !== 'sealed') break
      }
      // While the past of an old database is sealed, sealing works: it is not what has come to a stop.
      if (!signal.aborted) await noteDone(pool, 'sealed')
      if (await anchorNewest({ ...parts, now }, signal)) await noteDone(pool, 'anchored')
      return isDone || signal.aborted ? null : now()
    },
  }
}
