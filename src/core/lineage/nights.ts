import { civilFromDays, daysFromCivil } from '#core/calendar.ts'

/**
 * Nights that goods are taken to stay at a stall where nobody tells what came there on the day of a test. Decided by us: leaves are sold within a day or two, roots and fruit longer, and a stall brings
 * in most goods at least twice a week. One number for all: a product has a class more rarely than a name, and what is stopped for too many days costs a stall a morning.
 */
export const NIGHTS = 3

/** The days before a day from which goods may still be there, the nearest first. */
export const nightsBefore = (day: string): string[] =>
  Array.from({ length: NIGHTS }, (_, i) => shifted(day, -i - 1))

/** The days on which goods that came on a day may still be there. */
export const nightsAfter = (day: string): string[] =>
  Array.from({ length: NIGHTS }, (_, i) => shifted(day, i + 1))

/** The day so many days later. */
export function shifted(day: string, by: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const other = civilFromDays(daysFromCivil(year, month, date) + by)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${String(other.year).padStart(4, '0')}-${two(other.month)}-${two(other.day)}`
}
