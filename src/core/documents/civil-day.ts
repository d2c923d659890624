import { civilFromDays, daysFromCivil, isValidDate } from '#core/calendar.ts'

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/

/** A day `YYYY-MM-DD` so many days later (or earlier, when negative); undefined for text that is no day. */
export function addDays(day: string, days: number): string | undefined {
  const [, year, month, date] = (DAY.exec(day) ?? []).map(Number)
  if (year === undefined || month === undefined || date === undefined) return undefined
  if (!isValidDate(year, month, date)) return undefined
  const sum = civilFromDays(daysFromCivil(year, month, date) + Math.trunc(days))
  const two = (part: number) => String(part).padStart(2, '0')
  return `${String(sum.year).padStart(4, '0')}-${two(sum.month)}-${two(sum.day)}`
}
