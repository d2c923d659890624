import { civilFromDays, DAY_MS } from '#core/calendar.ts'

/** Month × 100 + day of the days around the holidays of the civil calendar (元旦、清明、劳动节、国庆节) that a year's arrangement has given off. */
const CIVIL_REST: readonly (readonly [from: number, to: number])[] = [
  [101, 103],
  [403, 407],
  [501, 505],
  [1001, 1008],
]
/** The same by the Chinese calendar: 春节 with the days before it, 端午, 中秋. */
const CHINESE_REST: readonly (readonly [from: number, to: number])[] = [
  [1227, 1230],
  [101, 109],
  [503, 507],
  [813, 817],
]

let chinese: Intl.DateTimeFormat | undefined
/** Month × 100 + day of the Chinese calendar; 0 in a leap month, in which there is no holiday. */
function chineseDay(days: number): number {
  chinese ??= new Intl.DateTimeFormat('en-u-ca-chinese', {
    month: 'numeric',
    day: 'numeric',
    timeZone: 'UTC',
  })
  const parts = chinese.formatToParts(days * DAY_MS)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  const day = of('month') * 100 + of('day')
  return Number.isNaN(day) ? 0 : day
}

/**
 * Whether everybody may be expected to work on a day: Monday to Friday, and none that is off in China in some year. The Council of State says for each year which days are
 * moved; that is not known here ahead, so a day that may be off counts as off: a span of working days is never too short by it, and may be some days too long.
 * @param days days since 1970-01-01
 */
export function isSurelyWorked(days: number): boolean {
  // 1970-01-01 was a Thursday.
  const weekday = (((days + 3) % 7) + 7) % 7
  if (weekday > 4) return false
  const civil = civilFromDays(days)
  return !isIn(CIVIL_REST, civil.month * 100 + civil.day) && !isIn(CHINESE_REST, chineseDay(days))
}

const isIn = (spans: typeof CIVIL_REST, day: number): boolean =>
  spans.some(([from, to]) => day >= from && day <= to)

/** The day behind the last of so many working days that follow a day. Both are days since 1970-01-01. */
export function afterWorkingDays(day: number, count: number): number {
  let at = day
  for (let left = count; left > 0; ) {
    at++
    if (isSurelyWorked(at)) left--
  }
  return at + 1
}
