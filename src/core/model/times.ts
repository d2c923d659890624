import { readChinaTime } from '#core/dates/china-day.ts'
import type { Issue } from '#core/issue.ts'
import type { When } from './values.ts'

const isWhen = (value: object): value is When => 'at' in value && 'precision' in value

/**
 * A body that fits its schema, with every time in the zone of China: days are read off the text, so that a time of another zone would be of another day. What
 * was written stays in `raw`; what is no time stays as it is.
 */
export function inChina<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(inChina) as T
  if (isWhen(value)) return whenInChina(value) as T
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inChina(part)])) as T
}

function whenInChina(when: When): When {
  const told = readChinaTime(when.at)
  if (told === null || told.at === when.at) return when
  // A bare day is no midnight.
  const precision = told.precision === 'day' && FINER.has(when.precision) ? 'day' : when.precision
  return { at: told.at, precision, raw: when.raw ?? when.at }
}
const FINER: ReadonlySet<string> = new Set(['second', 'minute', 'hour'])

/** The times of a body that fits its schema which are none, or not of the zone of China. */
export function timeIssues(value: unknown, at: string): Issue[] {
  if (value === null || typeof value !== 'object') return []
  if (isWhen(value))
    return readChinaTime(value.at)?.at === value.at
      ? []
      : [
          {
            path: `${at}/at`,
            code: 'E_SCHEMA',
            reason: 'no time of the calendar in ISO 8601, such as 2026-04-15T06:30:00+08:00',
            fix: 'Write the time with its zone, to the second.',
          },
        ]
  return Object.entries(value).flatMap(([name, part]) => timeIssues(part, `${at}/${name}`))
}
