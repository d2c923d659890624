import { daysFromCivil, zoneOffset } from '#core/calendar.ts'
import type { TimeReader } from './match.ts'
import { whenFromDays, whenFromEpoch } from './when.ts'

/** Times written as one number: seconds or milliseconds since 1970, days since 1900 or 1904, and .NET's JSON form. */

/** `epoch-ms`: 13 digits, milliseconds since 1970-01-01 UTC (2001 to 2286). */
export const readEpochMs: TimeReader = (text, raw) =>
  text.length === 13 && allDigits(text, 0, 13) ? whenFromEpoch(Number(text), 'second', raw) : null

/** `epoch-s`: 10 digits, seconds since 1970-01-01 UTC (2001 to 2286). */
export const readEpochSeconds: TimeReader = (text, raw) =>
  text.length === 10 && allDigits(text, 0, 10) ? whenFromEpoch(Number(text) * 1000, 'second', raw) : null

/** Serials outside these are numbers that strayed into a date column; 20000 is 1954-10-03, 80000 is 2119-01-11. */
const FIRST_SERIAL = 20_000
const LAST_SERIAL = 80_000
const SECONDS_OF_DAY = 86_400

/**
 * Serial 1 is 1900-01-01, but the system counts a 29 February 1900 (serial 60) that never was, so from serial 61 on the day before
 * the first is 1899-12-30 (ECMA-376 part 1, 18.17.4.1). Serials before 20000 are refused, and that day with them.
 */
const EXCEL_ORIGIN_DAYS = daysFromCivil(1899, 12, 30)
/** The 1904 system of old Macintosh workbooks starts 1,462 days later. */
const DAYS_FROM_1900_TO_1904 = 1462

/** `excel`: days of the 1900 system, the fraction being the time of day, which is rounded to the second. */
export const readExcel1900: TimeReader = (text, raw) => readSerial(text, raw, 0)

/** `excel-1904`: days of the 1904 system. */
export const readExcel1904: TimeReader = (text, raw) => readSerial(text, raw, DAYS_FROM_1900_TO_1904)

function readSerial(text: string, raw: string, shift: number): ReturnType<TimeReader> {
  const point = text.indexOf('.')
  const wholeEnd = point < 0 ? text.length : point
  if (wholeEnd !== 5 || text.length > 24 || !allDigits(text, 0, 5)) return null
  if (point >= 0 && (point === text.length - 1 || !allDigits(text, point + 1, text.length))) return null
  const seconds = point < 0 ? 0 : Math.round(Number(`0${text.slice(point)}`) * SECONDS_OF_DAY)
  const serial = Number(text.slice(0, 5)) + shift
  if (serial < FIRST_SERIAL || serial > LAST_SERIAL) return null
  const days = EXCEL_ORIGIN_DAYS + serial + Math.floor(seconds / SECONDS_OF_DAY)
  return whenFromDays(days, seconds % SECONDS_OF_DAY, seconds === 0 ? 'day' : 'second', raw)
}

const DOTNET = /^\\?\/Date\((-?\d{1,15})([+-]\d{4})?\)\\?\/$/

/** `dotnet`: `/Date(1491004800000+0800)/`. The number is UTC already; the zone only tells how the sender would have shown it. */
export const readDotnet: TimeReader = (text, raw) => {
  if (text.length > 40) return null
  const parts = DOTNET.exec(text)
  if (parts === null || (parts[2] !== undefined && zoneOffset(parts[2]) === null)) return null
  return whenFromEpoch(Number(parts[1]), 'second', raw)
}

function allDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}
