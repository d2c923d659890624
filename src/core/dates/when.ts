import {
  CHINA_OFFSET_MINUTES,
  civilFromDays,
  daysFromCivil,
  epochToLocal,
  isValidDate,
  localToEpoch,
} from '#core/calendar.ts'

/** How finely the source wrote a time. Finer digits of `at` are zeros, not knowledge. */
export type Precision = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'

/** A point of time: `at` in ISO 8601 with zone +08:00 to the second, its precision, and the text of the source. */
export interface When {
  readonly at: string
  readonly precision: Precision
  readonly raw: string
}

/** The earliest and latest year that a text may mean. `0001-01-01` and `1899-12-30` are the empty dates of .NET and OLE. */
export const FIRST_YEAR = 1900
export const LAST_YEAR = 9999

const PAD2 = Array.from({ length: 100 }, (_, n) => (n < 10 ? `0${n}` : String(n)))

/**
 * A `When` from the parts of a local time, or null where the parts name no real time (month 13, 31 April, 25 o'clock, year 1).
 * @param offset zone of the parts, minutes east of UTC. A time of day is turned into +08:00; a bare date stays the date it is.
 */
export function whenFromParts(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  precision: Precision,
  offset: number,
  raw: string,
): When | null {
  if (hour > 23 || minute > 59 || second > 59) return null
  if (year < FIRST_YEAR || year > LAST_YEAR || !isValidDate(year, month, day)) return null
  if (offset !== CHINA_OFFSET_MINUTES && isOfDay(precision)) {
    const epoch = localToEpoch({ year, month, day, hour, minute, second }, offset)
    return whenFromEpoch(epoch, precision, raw)
  }
  return { at: isoText(year, month, day, hour, minute, second), precision, raw }
}

/** A `When` from milliseconds since 1970-01-01 UTC; null outside the years that a text may mean. */
export function whenFromEpoch(ms: number, precision: Precision, raw: string): When | null {
  if (!Number.isFinite(ms)) return null
  const { year, month, day, hour, minute, second } = epochToLocal(ms)
  if (year < FIRST_YEAR || year > LAST_YEAR) return null
  return { at: isoText(year, month, day, hour, minute, second), precision, raw }
}

/** A `When` from whole days since 1970-01-01 and seconds of the local day. */
export function whenFromDays(
  days: number,
  secondOfDay: number,
  precision: Precision,
  raw: string,
): When | null {
  const { year, month, day } = civilFromDays(days)
  const hour = Math.floor(secondOfDay / 3600)
  const minute = Math.floor(secondOfDay / 60) % 60
  return whenFromParts(year, month, day, hour, minute, secondOfDay % 60, precision, CHINA_OFFSET_MINUTES, raw)
}

/** The instant of `at`, in milliseconds since 1970-01-01 UTC. */
export function epochOf(when: Pick<When, 'at'>): number {
  const { at } = when
  const days = daysFromCivil(Number(at.slice(0, 4)), Number(at.slice(5, 7)), Number(at.slice(8, 10)))
  const minutes = Number(at.slice(11, 13)) * 60 + Number(at.slice(14, 16)) - CHINA_OFFSET_MINUTES
  return ((days * 1440 + minutes) * 60 + Number(at.slice(17, 19))) * 1000
}

function isOfDay(precision: Precision): boolean {
  return precision === 'second' || precision === 'minute' || precision === 'hour'
}

function isoText(y: number, mo: number, d: number, h: number, mi: number, s: number): string {
  return `${y}-${PAD2[mo]}-${PAD2[d]}T${PAD2[h]}:${PAD2[mi]}:${PAD2[s]}+08:00`
}
