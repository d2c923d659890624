import { CHINA_OFFSET_MINUTES, civilFromDays, DAY_MS, MINUTE_MS } from '#core/calendar.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { When } from '#core/model/values.ts'

/** Parts of a record whose presence is counted, each for the kinds of record that can be expected to have it. */
export const MEASURED_PARTS = {
  region: [
    'party',
    'site',
    'document',
    'production',
    'transformation',
    'dispatch',
    'entry',
    'test',
    'sale',
    'payment',
    'hold',
    'disposal',
    'inspection',
  ],
  productClass: ['document', 'production', 'transformation', 'dispatch', 'entry', 'test', 'sale', 'disposal'],
  quantity: ['document', 'production', 'transformation', 'dispatch', 'entry', 'sale', 'disposal'],
  documents: ['document', 'dispatch', 'entry', 'sale'],
  lots: ['production', 'transformation', 'dispatch', 'entry', 'sale', 'disposal'],
} as const satisfies Readonly<Record<string, readonly Kind[]>>
export type MeasuredPart = keyof typeof MEASURED_PARTS

const HAS: Readonly<Record<MeasuredPart, (body: Body) => boolean>> = {
  region: ({ region }) => region?.code !== undefined,
  productClass: (body) => sides(body).some(({ product }) => product?.class !== undefined),
  quantity: (body) =>
    sides(body).some(({ quantity }) => quantity?.value !== undefined && quantity.value !== null),
  documents: (body) => sides(body).some(({ documents }) => (documents?.length ?? 0) > 0),
  lots: (body) => sides(body).some(({ lots }) => (lots?.length ?? 0) > 0),
}

/** The record itself and what went in and came out. */
const sides = (body: Body) => [body, body.input ?? {}, body.output ?? {}]

/** Names of the counters that one version of a record adds one to, those of `flags` with how much. docs/quality.md explains each. */
export function recordCounts(
  kind: Kind,
  body: Body,
  version: {
    readonly isFirst: boolean
    readonly receivedAtMs: number
    /** NaN where the record has no time. */
    readonly occurredAtMs: number
  },
): Map<string, number> {
  const counts = new Map<string, number>([['records', 1]])
  if (body.flags.length > 0) {
    counts.set('records.flagged', 1)
    counts.set('flags', body.flags.length)
  }
  for (const part of Object.keys(MEASURED_PARTS) as MeasuredPart[]) {
    const kinds: readonly Kind[] = MEASURED_PARTS[part]
    if (!kinds.includes(kind)) continue
    counts.set(`part.${part}.of`, 1)
    if (HAS[part](body)) counts.set(`part.${part}`, 1)
  }
  if (!version.isFirst) {
    counts.set('corrected', 1)
    return counts
  }
  const minutes = delayMinutes(body.occurredAt?.precision, version)
  if (minutes !== null) counts.set(delayName(minutes), 1)
  return counts
}

const DAY_MINUTES = 1440
const HOUR_MINUTES = 60
const MONTH_MINUTES = 30 * DAY_MINUTES
const YEAR_MINUTES = 366 * DAY_MINUTES
/** How long the time lasts that the source wrote, in minutes; a month or a year tells nothing of a delay. */
const LASTS: Readonly<Partial<Record<When['precision'], number>>> = {
  second: 0,
  minute: 1,
  hour: HOUR_MINUTES,
  day: DAY_MINUTES,
}

/**
 * Minutes from the event to the receipt, begun ones counted whole. A time that is known to the day (hour, minute) only counts from its
 * end. Never negative; above a day in whole hours, above 30 days in whole days, at most 366 days. Null where no delay can be told.
 */
export function delayMinutes(
  precision: When['precision'] | undefined,
  { occurredAtMs, receivedAtMs }: { readonly occurredAtMs: number; readonly receivedAtMs: number },
): number | null {
  const lasts = precision === undefined ? undefined : LASTS[precision]
  if (lasts === undefined || Number.isNaN(occurredAtMs)) return null
  const minutes = Math.max(0, Math.ceil((receivedAtMs - occurredAtMs) / MINUTE_MS - lasts))
  if (minutes <= DAY_MINUTES) return minutes
  if (minutes <= MONTH_MINUTES) return Math.ceil(minutes / HOUR_MINUTES) * HOUR_MINUTES
  return Math.min(Math.ceil(minutes / DAY_MINUTES) * DAY_MINUTES, YEAR_MINUTES)
}

const DELAY = 'delay.'
export const delayName = (minutes: number): string => `${DELAY}${minutes}`

/** Minutes of a counter of delays; null for another counter. */
export const delayOf = (name: string): number | null =>
  name.startsWith(DELAY) ? Number(name.slice(DELAY.length)) : null

/** Day in Beijing, `YYYY-MM-DD`. */
export function beijingDay(ms: number): string {
  const { year, month, day } = civilFromDays(Math.floor((ms + CHINA_OFFSET_MINUTES * MINUTE_MS) / DAY_MS))
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}
