import type { Pool } from 'pg'
import { hourOf, spanOf, yesterdayOf } from '#core/reconcile/hour.ts'
import { messageId } from '#flow/intake/message-id.ts'
import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { dropOldReconciliations, findUndoneDays } from '#store/reconciliation-reports.ts'
import { insertReconciliation } from '#store/reconciliations.ts'

/** Hour of China from which the report of the day before is made: what came late has come by then. */
export const DAILY_HOUR = 2
/** Days back for which a report that is not there is still made: a hub that was off for a week catches up. */
const DAYS_BACK = 7
const HOUR_MS = 3_600_000

/** Reports stay so long. */
const KEPT_MS = 400 * 86_400_000
const DROPPED_AT_ONCE = 500
const EVERY_MS = 600_000

/** Notes what reports are due, again and again: what is not there is seen from the rows, so nothing is lost with a job. */
export const dailyReports = (parts: {
  readonly pool: Pool
  readonly onNoted: (id: string) => void
  readonly now?: () => number
}): Schedule => ({
  name: 'daily-reports',
  everyMs: EVERY_MS,
  run: async () => {
    const nowMs = (parts.now ?? Date.now)()
    for (const id of await noteDailyReports(parts.pool, nowMs)) parts.onNoted(id)
    await dropOldReconciliations(parts.pool, nowMs - KEPT_MS, DROPPED_AT_ONCE)
    return null
  },
})

/**
 * Notes the reports of days that are over and have none, of each link and system. Two processes may do it at once: a day has one.
 * @returns their identifiers
 */
export async function noteDailyReports(pool: Pool, nowMs: number): Promise<string[]> {
  // Before the hour, the last day that is due is the one before yesterday.
  const last = yesterdayOf(nowMs - DAILY_HOUR * HOUR_MS)
  const days = await findUndoneDays(pool, { last, days: DAYS_BACK })
  const noted: string[] = []
  for (const { day, linkId, system } of days) {
    const { fromMs, toMs } = spanOf(day) as { fromMs: number; toMs: number }
    const made = await insertReconciliation(pool, {
      id: messageId(nowMs),
      linkId,
      system,
      daily: day,
      fromHour: hourOf(fromMs),
      toHour: hourOf(toMs),
      untimed: false,
      side: linkId === null ? 'none' : 'receiver',
      grain: [],
      resend: false,
      who: 'daily',
    })
    if (made) noted.push(made.id)
  }
  return noted
}
