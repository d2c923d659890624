import {
  CHINA_OFFSET_MINUTES,
  DAY_MS,
  daysFromCivil,
  epochToLocal,
  isValidDate,
  MINUTE_MS,
} from '#core/calendar.ts'

const HOUR_MS = 3_600_000
const HOUR = /^(\d{4})-(\d{2})-(\d{2})(?:T([01]\d|2[0-3]))?$/

/** The hour of records whose event has no time. */
export const NO_HOUR = ''

const two = (part: number): string => String(part).padStart(2, '0')

/** The hour of an instant by the clock of China, `2024-04-15T03`; `NO_HOUR` where there is no instant (NaN). */
export function hourOf(ms: number): string {
  if (Number.isNaN(ms)) return NO_HOUR
  const { year, month, day, hour } = epochToLocal(ms)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}`
}

/** Where a day (`2024-04-15`) or an hour (`2024-04-15T03`) of China begins and ends, in milliseconds since 1970; null for other text. */
export function spanOf(text: string): { readonly fromMs: number; readonly toMs: number } | null {
  const [, year, month, day, hour] = HOUR.exec(text) ?? []
  if (!isValidDate(Number(year), Number(month), Number(day))) return null
  const days = daysFromCivil(Number(year), Number(month), Number(day))
  const fromMs = days * DAY_MS + Number(hour ?? 0) * HOUR_MS - CHINA_OFFSET_MINUTES * MINUTE_MS
  return { fromMs, toMs: fromMs + (hour === undefined ? 24 : 1) * HOUR_MS }
}

/** A stretch of hours, the second not included. */
export interface Hours {
  readonly from: string
  readonly to: string
}

/** The days of a stretch of hours, each cut to it. */
export function daysOf({ from, to }: Hours): Hours[] {
  const days: Hours[] = []
  for (let at = from; at < to; ) {
    const { toMs } = spanOf(at.slice(0, 10)) as { toMs: number }
    const end = hourOf(toMs)
    days.push({ from: at, to: end < to ? end : to })
    at = end
  }
  return days
}

/** A stretch of hours in pieces of so many hours. */
export function piecesOf({ from, to }: Hours, hours: number): Hours[] {
  const pieces: Hours[] = []
  for (let at = from; at < to; ) {
    const end = hourOf((spanOf(at)?.fromMs ?? Number.NaN) + hours * HOUR_MS)
    pieces.push({ from: at, to: end < to ? end : to })
    at = end
  }
  return pieces
}

/** The day before the one in which an instant lies, by the clock of China. */
export const yesterdayOf = (nowMs: number): string => hourOf(nowMs - 24 * HOUR_MS).slice(0, 10)
