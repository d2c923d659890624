/**
 * Civil calendar by integer arithmetic: proleptic Gregorian, no clock, no zone database.
 *
 * Zones are fixed offsets in minutes east of UTC. China has one zone, +08:00. It had summer time (+09:00) from 1986 to 1991; the
 * records of the hub begin in 2009, so +08:00 is used for every year, and a summer time of those six years is read as +08:00 too.
 */

/** Offset of Asia/Shanghai, minutes east of UTC. */
export const CHINA_OFFSET_MINUTES = 480

export const DAY_MS = 86_400_000
export const MINUTE_MS = 60_000

/** A date of the civil calendar; month 1–12, day 1–31. */
export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** A civil date with a time of day, in one zone. */
export interface CivilTime extends CivilDate {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Whether the year has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Days in a month, 28–31; 0 for a month that does not exist. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && isLeapYear(year)) return 29
  return DAYS_IN_MONTH[month - 1] ?? 0
}

/** Whether the day exists. Years are 1–9999. */
export function isValidDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && day >= 1 && day <= daysInMonth(year, month)
}

/**
 * Days from 1970-01-01 to the date, negative before it. The year is counted from March, so that the leap day is its last day and
 * the months before it have a fixed pattern of 153 days for each five.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The date that lies `days` after 1970-01-01: the inverse of `daysFromCivil`. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** What a clock on the wall shows at an instant. `ms` is milliseconds since 1970-01-01 UTC; fractions of a second are cut. */
export function epochToLocal(ms: number, offsetMinutes: number = CHINA_OFFSET_MINUTES): CivilTime {
  const seconds = Math.floor(ms / 1000) + offsetMinutes * 60
  const days = Math.floor(seconds / 86_400)
  const ofDay = seconds - days * 86_400
  const { year, month, day } = civilFromDays(days)
  const hour = Math.floor(ofDay / 3600)
  const minute = Math.floor(ofDay / 60) % 60
  return { year, month, day, hour, minute, second: ofDay % 60 }
}

/** The instant at which a clock in the zone shows the time, in milliseconds since 1970-01-01 UTC: the inverse of `epochToLocal`. */
export function localToEpoch(time: CivilTime, offsetMinutes: number = CHINA_OFFSET_MINUTES): number {
  const days = daysFromCivil(time.year, time.month, time.day)
  return days * DAY_MS + ((time.hour * 60 + time.minute - offsetMinutes) * 60 + time.second) * 1000
}

const NAMED_OFFSETS: Readonly<Record<string, number>> = {
  'Asia/Shanghai': CHINA_OFFSET_MINUTES,
  UTC: 0,
  Z: 0,
}

/** Minutes east of UTC of `Asia/Shanghai`, `UTC`, `Z` or `±hh:mm`; null for a zone that is not a fixed offset here. */
export function zoneOffset(zone: string): number | null {
  if (Object.hasOwn(NAMED_OFFSETS, zone)) return NAMED_OFFSETS[zone] ?? null
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
  if (parts === null) return null
  const minutes = Number(parts[2]) * 60 + Number(parts[3])
  if (Number(parts[3]) > 59 || minutes > 14 * 60) return null
  return parts[1] === '-' ? -minutes : minutes
}
