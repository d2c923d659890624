import { DAY_MS, epochToLocal } from '#core/calendar.ts'
import type { Run } from './run.ts'

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

/** A time in the form of `When.at`. */
export function clockText(ms: number): string {
  const { year, month, day, hour, minute, second } = epochToLocal(ms)
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}+08:00`
}

/** Sets the time of receipt of a record. Records of one message share it, so it is turned into text once. */
export function clockOf(): (run: Run, receivedAtMs: number) => void {
  let last = Number.NaN
  let now = ''
  let tomorrow = ''
  let year = 0
  return (run, receivedAtMs) => {
    if (receivedAtMs !== last) {
      last = receivedAtMs
      now = clockText(receivedAtMs)
      tomorrow = clockText(receivedAtMs + DAY_MS)
      year = Number(now.slice(0, 4))
    }
    run.now = now
    run.tomorrow = tomorrow
    run.year = year
    run.day = now.slice(0, 10)
  }
}
