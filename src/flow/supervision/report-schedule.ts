import type { Pool } from 'pg'
import { beijingDay } from '#core/quality/record-counts.ts'
import { dailyAt, type Schedule } from '#flow/schedule/create-schedules.ts'
import { readStanding } from '#store/supervision.ts'
import { dropReportsBefore, findUnreportedDays } from '#store/supervision-reports.ts'
import { publishDay } from './publish.ts'

/** Half past eight: by then the results of the morning are published (docs/supervision.md). */
export const REPORT_MINUTES = 8 * 60 + 30
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const CHINA_MS = 8 * 3_600_000
/** Days back whose final report is still made where it is not there: a hub that was off for a week catches up. */
const DAYS_BACK = 7
const KEPT_DAYS = 800
/** The counters are waited for so long; then a report says that it is not complete. */
const PATIENCE_MS = 10 * MINUTE_MS
const AGAIN_MS = 30_000

/**
 * Each morning at half past eight the first report of this day and the last one of the day before, for every region that has figures. What is
 * not there is seen from the rows, so a hub that was off makes it later.
 */
export const supervisionReports = (parts: {
  readonly pool: Pool
  readonly now?: () => number
}): Schedule => ({
  name: 'supervision-reports',
  everyMs: DAY_MS,
  nextAfter: dailyAt(REPORT_MINUTES),
  run: async () => {
    const nowMs = (parts.now ?? Date.now)()
    return await makeReports(parts.pool, nowMs)
  },
})

/** Gives when to come again where the counters are still behind, else null. */
export async function makeReports(pool: Pool, nowMs: number): Promise<number | null> {
  const sinceMs = ((nowMs + CHINA_MS) % DAY_MS) - REPORT_MINUTES * MINUTE_MS
  const isDue = sinceMs >= 0
  const { position, head } = await readStanding(pool)
  if (isDue && sinceMs < PATIENCE_MS && BigInt(position) < BigInt(head)) return nowMs + AGAIN_MS
  // Before the hour, the last day whose final report is due is the one before yesterday.
  const last = beijingDay(nowMs - (isDue ? 1 : 2) * DAY_MS)
  const from = beijingDay(nowMs - (DAYS_BACK + 1) * DAY_MS)
  for (const day of await findUnreportedDays(pool, 'final', { from, to: last }))
    await publishDay(pool, { day, edition: 'final', nowMs })
  const today = beijingDay(nowMs)
  if (isDue)
    for (const day of await findUnreportedDays(pool, 'morning', { from: today, to: today }))
      await publishDay(pool, { day, edition: 'morning', nowMs })
  await dropReportsBefore(pool, beijingDay(nowMs - KEPT_DAYS * DAY_MS))
  return null
}
