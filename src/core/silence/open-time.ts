import { CHINA_OFFSET_MINUTES, DAY_MS, MINUTE_MS } from '#core/calendar.ts'
import type { OpenTimes, Watch } from './expectation.ts'

/** Longest time that is looked ahead: a calendar that is closed for longer expects nothing. */
const DAYS_AHEAD = 800

/** Number of the civil day in China, counted from 1970-01-01. */
export const chinaDay = (ms: number): number => Math.floor((ms + CHINA_OFFSET_MINUTES * MINUTE_MS) / DAY_MS)

const startOf = (day: number): number => day * DAY_MS - CHINA_OFFSET_MINUTES * MINUTE_MS

/** 1 Monday to 7 Sunday; 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

/** Whether a day has open hours: named as open, or neither closed nor on a weekday that is. */
export function isOpenDay({ weekdays, closed, open }: OpenTimes, day: number): boolean {
  const within = ([first, last]: readonly [number, number]): boolean => day >= first && day <= last
  return open.some(within) || (weekdays.has(weekdayOf(day)) && !closed.some(within))
}

/** The open windows from the day before an instant on, as instants, in their order. A night belongs to the day on which it begins. */
function* windowsFrom(times: OpenTimes, fromMs: number): Generator<readonly [start: number, end: number]> {
  const first = chinaDay(fromMs) - 1
  for (let day = first; day <= first + DAYS_AHEAD; day++) {
    if (!isOpenDay(times, day)) continue
    for (const [start, end] of times.hours)
      yield [startOf(day) + start * MINUTE_MS, startOf(day) + end * MINUTE_MS]
  }
}

/** Milliseconds of open time between two instants. */
export function openMs(times: OpenTimes, fromMs: number, toMs: number): number {
  let sum = 0
  for (const [start, end] of windowsFrom(times, fromMs)) {
    if (start >= toMs) break
    sum += Math.max(0, Math.min(end, toMs) - Math.max(start, fromMs))
  }
  return sum
}

/**
 * When the next thing is overdue, where the last one came at an instant: after so much open time, or at the end of the so-manieth open
 * day that begins after it. Closed time does not count, so a market that rests is not a source that broke. Null where the calendar is
 * not open for as long within 800 days.
 */
export function overdueAt({ every, times }: Pick<Watch, 'every' | 'times'>, lastMs: number): number | null {
  return 'ms' in every ? afterOpenTime(times, lastMs, every.ms) : afterOpenDays(times, lastMs, every.days)
}

function afterOpenTime(times: OpenTimes, lastMs: number, ms: number): number | null {
  let left = ms
  for (const [start, end] of windowsFrom(times, lastMs)) {
    const from = Math.max(start, lastMs)
    if (end <= from) continue
    if (end - from >= left) return from + left
    left -= end - from
  }
  return null
}

function afterOpenDays(times: OpenTimes, lastMs: number, days: number): number | null {
  let left = days
  const first = chinaDay(lastMs) - 1
  for (let day = first; day <= first + DAYS_AHEAD; day++) {
    const [start] = times.hours[0] as readonly [number, number]
    if (!isOpenDay(times, day) || startOf(day) + start * MINUTE_MS <= lastMs) continue
    if (--left === 0) return startOf(day) + (times.hours.at(-1)?.[1] ?? 0) * MINUTE_MS
  }
  return null
}
