import {
  BLANKS,
  DAY,
  FIELD_COUNT,
  HOUR,
  HOUR_OF_TWELVE,
  LITERAL,
  MERIDIEM,
  MINUTE,
  MONTH,
  SECOND,
  SHORT_YEAR,
  type TimePattern,
  YEAR,
} from './pattern.ts'
import { type When, whenFromParts } from './when.ts'

/** Reads one text in one format; `raw` is what goes into the answer. Null where the text is not of this format. */
export type TimeReader = (text: string, raw: string) => When | null

/** Places of the pattern's fields start at what a pattern without them means: the first month, the first day, midnight. */
const NOTHING_READ = Int32Array.of(0, 1, 1, 0, 0, 0, 0, -1)

/**
 * A reader for a pattern. It walks the steps over character codes and keeps the numbers in one array of its own, so that a text
 * of another format costs a few comparisons and no memory. (Readers are called one after the other, never inside each other.)
 */
export function patternReader(pattern: TimePattern, offset: number): TimeReader {
  const { steps, shortest, longest, precision } = pattern
  const fields = new Int32Array(FIELD_COUNT)
  return (text, raw) => {
    if (text.length < shortest || text.length > longest) return null
    if (!walk(steps, text, fields)) return null
    const hour = hourOf(fields)
    if (hour < 0) return null
    return whenFromParts(
      fields[YEAR]!,
      fields[MONTH]!,
      fields[DAY]!,
      hour,
      fields[MINUTE]!,
      fields[SECOND]!,
      precision,
      offset,
      raw,
    )
  }
}

function walk(steps: Int32Array, text: string, fields: Int32Array): boolean {
  fields.set(NOTHING_READ)
  const end = text.length
  let at = 0
  for (let i = 0; i < steps.length; i += 3) {
    const step = steps[i]!
    if (step === LITERAL) {
      if (at >= end || text.charCodeAt(at++) !== steps[i + 1]!) return false
    } else if (step === BLANKS) {
      if (text.charCodeAt(at++) !== 32) return false
      while (text.charCodeAt(at) === 32) at++
    } else if (step === MERIDIEM) {
      const half = meridiem(text, at)
      if (half < 0) return false
      fields[MERIDIEM] = half
      at += 2
    } else {
      const stop = at + steps[i + 2]!
      const least = at + steps[i + 1]!
      let value = 0
      while (at < stop && at < end) {
        const digit = text.charCodeAt(at) - 48
        if (digit < 0 || digit > 9) break
        value = value * 10 + digit
        at++
      }
      if (at < least) return false
      if (step === SHORT_YEAR) fields[YEAR] = 2000 + value
      else if (step === HOUR_OF_TWELVE) fields[HOUR] = value
      else fields[step] = value
    }
  }
  return at === end
}

/** 0 before noon, 1 after, -1 for neither. */
function meridiem(text: string, at: number): number {
  switch (text.slice(at, at + 2).toUpperCase()) {
    case 'AM':
    case '上午':
      return 0
    case 'PM':
    case '下午':
      return 1
    default:
      return -1
  }
}

/** Hour 0–23, or -1 where a 12-hour clock shows an hour it does not have. */
function hourOf(fields: Int32Array): number {
  const hour = fields[HOUR]!
  const half = fields[MERIDIEM]!
  if (half < 0) return hour
  if (hour < 1 || hour > 12) return -1
  return (hour % 12) + half * 12
}
