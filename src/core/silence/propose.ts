import { CHINA_OFFSET_MINUTES, DAY_MS, MINUTE_MS } from '#core/calendar.ts'
import { compileExpectation, type OpenTimes, type Rhythm } from './expectation.ts'
import { chinaDay, openMs, weekdayOf } from './open-time.ts'

/** What came within one hour: when the first and when the last; milliseconds since 1970. */
export interface ArrivalHour {
  readonly firstMs: number
  readonly lastMs: number
}

/** What was learned of how something comes. */
export interface LearnedRhythm {
  /** Null where there is too little to learn from, or no rhythm in it. */
  readonly proposal: Rhythm | null
  readonly days: number
  readonly daysWithArrivals: number
  /** Longest open time between two arrivals by the proposal, in milliseconds. */
  readonly longestGapMs: number | null
}

/** Two weeks show each weekday twice. */
const DAYS_MIN = 14
const ARRIVALS_MIN = 10
/** A weekday, or an hour of the day, on which something came at least this often is one on which something is to come. */
const SHARE = 0.5
const HOUR_MS = 3_600_000
/** Hours of a day from which on there is no use in naming them. */
const ALL_DAY_HOURS = 21
/** What is proposed allows for a silence this much longer than those that were seen. */
const ALLOWANCE = 1.5
/** What comes in fewer hours of a day is a daily file, whose hour may change. */
const HOURS_OF_DAILY = 3
const STEPS_H = [1, 2, 3, 4, 6, 8, 12] as const

/**
 * Proposes how often something is to be expected, from the hours in which it came. Nothing is expected more often than hourly: within
 * an hour nothing is known but the first and the last.
 * @param hours in their order
 */
export function proposeRhythm(hours: readonly ArrivalHour[], nowMs: number): LearnedRhythm {
  const first = hours[0]
  const days = first ? chinaDay(nowMs) - chinaDay(first.firstMs) : 0
  const seen = new Set(hours.map(({ firstMs }) => chinaDay(firstMs)))
  const none = { proposal: null, days, daysWithArrivals: seen.size, longestGapMs: null }
  if (!first || days < DAYS_MIN || hours.length < ARRIVALS_MIN) return none
  const weekdays = oftenSeen(chinaDay(first.firstMs), chinaDay(nowMs), seen)
  if (weekdays.length === 0) return none
  const usual = hours.filter(({ firstMs }) => weekdays.includes(weekdayOf(chinaDay(firstMs))))
  const onDays = weekdays.length === 7 ? {} : { days: weekdays }
  const usualDays = new Set(usual.map(({ firstMs }) => chinaDay(firstMs))).size
  const isDaily = usual.length / usualDays < HOURS_OF_DAILY
  const shape = isDaily ? onDays : { ...hoursSeen(usual), ...onDays }
  const times = timesOf({ every: '1d', ...shape })
  const gaps = usual
    .slice(1)
    .map(({ firstMs }, i) => openMs(times, (usual[i] as ArrivalHour).lastMs, firstMs))
    .sort((a, b) => a - b)
  // One long silence among hundreds was a fault of that time, not the rhythm.
  const usualGapMs = gaps[Math.floor((gaps.length - 1) * 0.99)] ?? 0
  const every = isDaily ? `${Math.max(1, Math.ceil(usualGapMs / DAY_MS))}d` : everyFor(usualGapMs)
  return { ...none, longestGapMs: gaps.at(-1) ?? 0, proposal: { every, ...shape } }
}

const hourOf = (ms: number): number => Math.floor((ms + CHINA_OFFSET_MINUTES * MINUTE_MS) / HOUR_MS) % 24

/** Weekdays on which something came on at least half of the whole days. */
function oftenSeen(firstDay: number, today: number, seen: ReadonlySet<number>): number[] {
  const whole = new Map<number, { days: number; seen: number }>()
  for (let day = firstDay; day < today; day++) {
    const count = whole.get(weekdayOf(day)) ?? { days: 0, seen: 0 }
    whole.set(weekdayOf(day), { days: count.days + 1, seen: count.seen + (seen.has(day) ? 1 : 0) })
  }
  return [...whole]
    .filter(([, count]) => count.seen / count.days >= SHARE)
    .map(([weekday]) => weekday)
    .sort()
}

/** The shortest stretch of the day that holds every hour in which something usually comes; nothing where that is nearly all day, or no hour. */
function hoursSeen(usual: readonly ArrivalHour[]): Pick<Rhythm, 'hours'> {
  const days = new Set(usual.map(({ firstMs }) => chinaDay(firstMs))).size
  const counts = new Array<number>(24).fill(0)
  for (const { firstMs } of usual) counts[hourOf(firstMs)] = (counts[hourOf(firstMs)] ?? 0) + 1
  const busy = counts.flatMap((count, hour) => (count / days >= SHARE ? [hour] : []))
  if (busy.length === 0) return {}
  // The stretch begins behind the longest rest between two busy hours.
  const rests = busy.map((hour, i) => ((busy[(i + 1) % busy.length] as number) - hour + 24) % 24 || 24)
  const longest = rests.indexOf(Math.max(...rests))
  const start = busy[(longest + 1) % busy.length] as number
  const length = 24 - (rests[longest] as number) + 1
  if (length > ALL_DAY_HOURS) return {}
  return { hours: `${clock(start)}-${clock((start + length) % 24 || 24)}` }
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

function timesOf(rhythm: Rhythm): OpenTimes {
  const compiled = compileExpectation(rhythm)
  if (!compiled.ok) throw new Error('a proposal is an expectation')
  return (compiled.watches[0] as { times: OpenTimes }).times
}

function everyFor(gapMs: number): string {
  const hours = STEPS_H.find((step) => step * HOUR_MS >= gapMs * ALLOWANCE)
  return hours === undefined ? '1d' : `${hours}h`
}
