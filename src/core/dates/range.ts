import { CHINA_OFFSET_MINUTES, DAY_MS, daysFromCivil, MINUTE_MS } from '#core/calendar.ts'
import type { Flag } from '#core/flags.ts'
import { epochOf, type When } from './when.ts'

/** The first trace systems began in 2009 (food safety law of 1 June 2009): an earlier time is a slip or a clock that was not set. */
const FIRST_TIME_MS = daysFromCivil(2009, 1, 1) * DAY_MS - CHINA_OFFSET_MINUTES * MINUTE_MS
/** Clocks of scales and instruments run ahead by seconds; a minute or two is no news. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS

const NONE: readonly Flag[] = []
const FUTURE: readonly Flag[] = ['W_FUTURE_TIME']
const OUTSIDE: readonly Flag[] = ['W_TIME_RANGE']
const FAR_FUTURE: readonly Flag[] = ['W_TIME_RANGE', 'W_FUTURE_TIME']

/**
 * Flags of a time that cannot well be the time of a record: before 2009 or more than a day after receipt (`W_TIME_RANGE`), more
 * than five minutes after receipt (`W_FUTURE_TIME`).
 * @param receivedAt when the message came, milliseconds since 1970-01-01 UTC
 */
export function timeFlags(when: When, receivedAt: number): readonly Flag[] {
  const ms = epochOf(when)
  if (ms < FIRST_TIME_MS) return OUTSIDE
  if (ms > receivedAt + DAY_MS) return FAR_FUTURE
  return ms > receivedAt + CLOCK_SKEW_MS ? FUTURE : NONE
}
