import { civilFromDays, daysFromCivil } from '#core/calendar.ts'

/** What a number format shows: a day (with or without a time), a time of day alone, or a number. */
export type Shown = 'date' | 'time' | 'number'

const SECONDS_OF_DAY = 86_400
/** 9999-12-31 in the 1900 system. */
const LAST_SERIAL = 2_958_465
/** Serial 60 is a 29 February 1900 that never was (ECMA-376 part 1, 18.17.4.1); days before it are one nearer to 1900-01-01. */
const FALSE_LEAP_DAY = 60
const ORIGIN_1900 = daysFromCivil(1899, 12, 30)
const ORIGIN_1904 = daysFromCivil(1904, 1, 1)

/** What a date cell shows, as ISO 8601 (`2024-04-15`, `2024-04-15T08:30:00`, `08:30:00`); null where it shows no real time. */
export function serialText(value: number, shown: Shown, is1904: boolean): string | null {
  if (!(value >= 0 && value <= LAST_SERIAL + 1)) return null
  const seconds = Math.round((value - Math.floor(value)) * SECONDS_OF_DAY)
  const day = Math.floor(value) + Math.floor(seconds / SECONDS_OF_DAY)
  const time = clock(seconds % SECONDS_OF_DAY)
  if (shown === 'time' && day === 0) return time
  if (!is1904 && (day === 0 || day === FALSE_LEAP_DAY)) return null
  const early = !is1904 && day < FALSE_LEAP_DAY ? 1 : 0
  const date = civilFromDays((is1904 ? ORIGIN_1904 : ORIGIN_1900) + day + early)
  if (date.year > 9999) return null
  const text = `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`
  return seconds % SECONDS_OF_DAY === 0 && shown === 'date' ? text : `${text}T${time}`
}

const clock = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`

const two = (number: number): string => String(number).padStart(2, '0')
