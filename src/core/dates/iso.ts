import { zoneOffset } from '#core/calendar.ts'
import type { TimeReader } from './match.ts'
import { type Precision, whenFromParts } from './when.ts'

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?)?$/

/**
 * `iso`: ISO 8601 in its extended form, `2021-11-05`, `2021-11-05T09:20`, `2021-11-05T09:20:00.123+08:00`; a blank may stand for
 * the `T`. A time with a zone is turned into +08:00, one without is of the zone given. Parts of a second are dropped.
 */
export function isoReader(offset: number): TimeReader {
  return (text, raw) => {
    if (text.length < 10 || text.length > 40 || text.charCodeAt(4) !== 45) return null
    const parts = ISO.exec(text)
    if (parts === null) return null
    const zone = parts[7] === undefined ? offset : zoneOffset(completeZone(parts[7]))
    if (zone === null) return null
    const precision: Precision = parts[4] === undefined ? 'day' : parts[6] === undefined ? 'minute' : 'second'
    return whenFromParts(
      Number(parts[1]),
      Number(parts[2]),
      Number(parts[3]),
      Number(parts[4] ?? 0),
      Number(parts[5] ?? 0),
      Number(parts[6] ?? 0),
      precision,
      zone,
      raw,
    )
  }
}

/** `z` → `Z`, `+08` → `+08:00`. */
function completeZone(zone: string): string {
  return zone.length === 3 ? `${zone}:00` : zone.toUpperCase()
}
