import type { Pool } from 'pg'
import { endSchedule, findDueSchedules, leaseSchedule } from '#store/schedules.ts'

/** Something that is done at times, by whichever process comes to it first. */
export interface Schedule {
  /** Of its row in `schedules`; it is never another one's. */
  readonly name: string
  /** How long after it was done it is due again, in milliseconds. */
  readonly everyMs: number
  /** When it is due after it was done at a time; absent: `everyMs` later. Both in milliseconds since 1970. */
  readonly nextAfter?: (nowMs: number) => number
  /** The work; what it gives is when it is due again, null for what is usual. */
  readonly run: (signal: AbortSignal) => Promise<number | null>
}

export interface Schedules {
  /** Names of those that are due and that nobody works at. */
  find(): Promise<string[]>
  /** Does one of them where it is due; comes back at once where it is not, or another process has it. */
  run(name: string, signal: AbortSignal): Promise<void>
}

/** A process that died is followed by the next after this. */
const LEASE_MS = 60_000
/** What failed is tried again after this at the latest. */
const RETRY_MS = 60_000

/**
 * Truth is the row of a schedule: when it is due, and who works at it. The sweep of each process does what is due, where it gets the lease. A
 * schedule that fails is tried again and throws on, so that the log has the reason.
 */
export function createSchedules(parts: {
  readonly pool: Pool
  readonly schedules: readonly Schedule[]
  readonly now?: () => number
}): Schedules {
  const { pool, schedules, now = Date.now } = parts
  const known = new Map(schedules.map((schedule) => [schedule.name, schedule]))
  const names = [...known.keys()]
  return {
    find: async () => (names.length === 0 ? [] : await findDueSchedules(pool, names, now())),
    async run(name, signal) {
      const schedule = known.get(name)
      const lease = schedule && (await leaseSchedule(pool, name, { nowMs: now(), leaseMs: LEASE_MS }))
      if (!lease) return
      let nextAtMs = now() + Math.min(schedule.everyMs, RETRY_MS)
      let done = false
      try {
        const wished = await schedule.run(signal)
        done = true
        nextAtMs = wished ?? schedule.nextAfter?.(now()) ?? now() + schedule.everyMs
      } finally {
        await endSchedule(pool, lease, { nextAtMs, done })
      }
    },
  }
}

/** The next instant after a time at which a clock in China shows this time of day, in minutes: for `nextAfter` of a daily schedule. */
export const dailyAt =
  (minutes: number): ((nowMs: number) => number) =>
  (nowMs) => {
    const day = Math.floor((nowMs + CHINA_MS) / DAY_MS)
    const today = day * DAY_MS + minutes * 60_000 - CHINA_MS
    return today > nowMs ? today : today + DAY_MS
  }

const DAY_MS = 86_400_000
const CHINA_MS = 8 * 3_600_000
