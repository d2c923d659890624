import type { Pool } from 'pg'
import { type KeptMonth, monthsToDrop, wholeRetention } from '#core/retention/rules.ts'
import { dailyAt, type Schedule } from '#flow/schedule/create-schedules.ts'
import { dropMonth, readMonths, readOpenHolds, readRetention } from '#store/retention.ts'

const DAY_MS = 86_400_000
/** 03:40 in China: nobody trades, and reports of the day are out. */
const AT_MINUTES = 220

/** The months that the rules do not keep any more and that nobody holds. */
export async function monthsDue(pool: Pool, nowMs: number): Promise<KeptMonth[]> {
  const rules = wholeRetention(await readRetention(pool))
  const holds = (await readOpenHolds(pool)).map(({ from, until }) => ({
    fromMs: Date.parse(from),
    untilMs: Date.parse(until),
  }))
  return monthsToDrop(await readMonths(pool), { rules, holds, nowMs })
}

/** Drops what is due, month by month; what was asked anew before each, so that a hold of this moment counts. */
export async function dropMonths(pool: Pool, nowMs: number, signal?: AbortSignal): Promise<KeptMonth[]> {
  const dropped: KeptMonth[] = []
  for (;;) {
    const [month] = await monthsDue(pool, nowMs)
    if (!month || signal?.aborted) return dropped
    await dropMonth(pool, month)
    dropped.push(month)
  }
}

/** Once a day. */
export const retentionSchedule = (pool: Pool, now: () => number = Date.now): Schedule => ({
  name: 'retention',
  everyMs: DAY_MS,
  nextAfter: dailyAt(AT_MINUTES),
  run: async (signal) => {
    await dropMonths(pool, now(), signal)
    return null
  },
})
