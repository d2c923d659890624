import { daysFromCivil, isValidDate } from '#core/calendar.ts'
import type { Issue } from '#core/issue.ts'
import { SILENCE_REASONS } from './reasons.ts'

/** How often something is to come, and on which hours and days; times of China. */
export interface Rhythm {
  /** `30m`, `2h`: that much open time; `1d`: once on each so-manieth open day. */
  readonly every: string
  /** Hours of an open day, such as `03:00-11:00`, or `22:00-06:00` into the next one; several with commas. Absent: all day. */
  readonly hours?: string
  /** 1 Monday to 7 Sunday. Absent: all. */
  readonly days?: readonly number[]
}

/** What is expected of a system: of all its records together, of some of them by themselves, and when it is closed. */
export interface Expectation extends Partial<Rhythm> {
  /** Days or spans of days without anything, such as `2026-02-17/2026-02-23`. */
  readonly closed?: readonly string[]
  /** Days that are open whatever their weekday, such as the working Saturdays beside a holiday. */
  readonly open?: readonly string[]
  readonly records?: Readonly<Record<string, Rhythm>>
}

/** Days since 1970-01-01, both ends included. */
type Span = readonly [first: number, last: number]

/** When something may come. Minutes of a day; an end beyond 1440 lies in the next day. */
export interface OpenTimes {
  readonly hours: readonly (readonly [start: number, end: number])[]
  readonly weekdays: ReadonlySet<number>
  readonly closed: readonly Span[]
  readonly open: readonly Span[]
}

/** One thing that is watched for: any record of a system, or one of them. */
export interface Watch {
  /** Null: whichever. */
  readonly record: string | null
  readonly every: { readonly ms: number } | { readonly days: number }
  readonly times: OpenTimes
}

const EVERY = /^(\d{1,4})(m|h|d)$/
const UNIT_MS = { m: 60_000, h: 3_600_000 } as const
const DAY_MINUTES = 1440
/** A source that may be silent for longer is not watched by its silence. */
const EVERY_MAX_DAYS = 92

/** The watches of an expectation, or what is wrong with it, by JSON pointer below `at`. */
export function compileExpectation(
  wanted: Expectation,
  at = '/expect',
):
  | { readonly ok: true; readonly watches: readonly Watch[] }
  | { readonly ok: false; readonly issues: readonly Issue[] } {
  const issues: Issue[] = []
  const wrong = (path: string, code: keyof typeof SILENCE_REASONS): null => {
    const { reason, fix } = SILENCE_REASONS[code]
    if (!issues.some((issue) => issue.path === `${at}${path}`))
      issues.push({ path: `${at}${path}`, code: 'E_SCHEMA', reason: reason.en, fix: fix.en })
    return null
  }
  const spans = (name: 'closed' | 'open'): Span[] =>
    (wanted[name] ?? []).flatMap((text, i) => {
      const span = spanOf(text)
      return span ? [span] : (wrong(`/${name}/${i}`, 'span') ?? [])
    })
  const [closed, open] = [spans('closed'), spans('open')]
  const watchOf = (rhythm: Rhythm, path: string, record: string | null): Watch | null => {
    // Hours that a record has from its system are wrong there.
    const hoursAt = rhythm.hours === wanted.hours ? '/hours' : `${path}/hours`
    const every = everyOf(rhythm.every) ?? wrong(`${path}/every`, 'every')
    const hours = hoursOf(rhythm.hours) ?? wrong(hoursAt, 'hours')
    const weekdays = new Set(rhythm.days ?? [1, 2, 3, 4, 5, 6, 7])
    if (weekdays.size === 0 && open.length === 0) wrong(`${path}/days`, 'no_day')
    return every && hours && { record, every, times: { hours, weekdays, closed, open } }
  }
  const { every, hours, days } = wanted
  const shared = { ...(hours === undefined ? {} : { hours }), ...(days === undefined ? {} : { days }) }
  const own = every === undefined ? [] : [watchOf({ every, ...shared }, '', null)]
  const records = Object.entries(wanted.records ?? {}).map(([record, rhythm]) =>
    watchOf(
      { ...shared, ...rhythm },
      `/records/${record.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      record,
    ),
  )
  if (own.length + records.length === 0) wrong('', 'nothing')
  if (issues.length > 0) return { ok: false, issues }
  return { ok: true, watches: [...own, ...records].filter((watch) => watch !== null) }
}

function everyOf(text: string): Watch['every'] | null {
  const [, number, unit] = EVERY.exec(text) ?? []
  const count = Number(number)
  if (unit === undefined || count === 0) return null
  if (unit === 'd') return count <= EVERY_MAX_DAYS ? { days: count } : null
  const ms = count * UNIT_MS[unit as 'm' | 'h']
  return ms <= EVERY_MAX_DAYS * DAY_MINUTES * 60_000 ? { ms } : null
}

/** Windows by their start; null where one cannot be read, or two overlap. */
function hoursOf(text: string | undefined): OpenTimes['hours'] | null {
  if (text === undefined) return [[0, DAY_MINUTES]]
  const windows: [number, number][] = []
  for (const part of text.split(',')) {
    const found = /^\s*(\d{2}):(\d{2})-(\d{2}):(\d{2})\s*$/.exec(part)
    if (!found) return null
    const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = found.slice(1).map(Number)
    const [start, end] = [h1 * 60 + m1, h2 * 60 + m2]
    if (h1 > 23 || m1 > 59 || m2 > 59 || end > DAY_MINUTES || start === end) return null
    windows.push([start, end > start ? end : end + DAY_MINUTES])
  }
  windows.sort(([a], [b]) => a - b)
  const first = windows[0] as [number, number]
  const ends = [...windows.slice(1).map(([start]) => start), first[0] + DAY_MINUTES]
  return windows.every(([, end], i) => end <= (ends[i] as number)) ? windows : null
}

function spanOf(text: string): Span | null {
  const [first, last = first, more] = text.split('/')
  const [from, to] = [dayOf(first), dayOf(last)]
  return more === undefined && from !== null && to !== null && from <= to ? [from, to] : null
}

function dayOf(text: string | undefined): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? '') ?? []
  const date = [Number(year), Number(month), Number(day)] as const
  return day !== undefined && isValidDate(...date) ? daysFromCivil(...date) : null
}
