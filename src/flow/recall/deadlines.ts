import type { Pool } from 'pg'
import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { escalate } from '#store/recall-urging.ts'

const LOOK_EVERY_MS = 30_000

/** Raises what receivers have not acknowledged, or not told quantities of, past its deadline; the alerts tell of it. */
export const deadlinesSchedule = ({
  pool,
  now = Date.now,
}: {
  readonly pool: Pool
  readonly now?: () => number
}): Schedule => ({
  name: 'recall-deadlines',
  everyMs: LOOK_EVERY_MS,
  run: async () => {
    await escalate(pool, now())
    return null
  },
})
