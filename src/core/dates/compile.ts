import { zoneOffset } from '#core/calendar.ts'
import { foldWidth } from '#core/width.ts'
import { parseTimeFormat, type TimeFormat } from './format.ts'
import type { TimeReader } from './match.ts'
import type { When } from './when.ts'

const LONGEST_TIME = 64

/**
 * Makes one function that reads a time in the first of the formats that fits the whole text, and answers null where none does or
 * the text names no real time. Blanks around the text do not matter; full-width digits and signs are read as ASCII.
 * @param zone zone of texts that name none: `Asia/Shanghai` (default), `UTC` or `±hh:mm`
 * @throws RangeError for a format or zone that `parseTimeFormat` or `zoneOffset` refuses: check those first
 */
export function compileTime(
  formats: readonly TimeFormat[],
  zone = 'Asia/Shanghai',
): (raw: string) => When | null {
  const offset = zoneOffset(zone)
  if (offset === null) throw new RangeError('a zone is Asia/Shanghai, UTC or ±hh:mm', { cause: zone })
  const readers = formats.map((format) => readerOf(format, offset))
  const first = readers.length === 1 ? readers[0] : undefined
  const read: TimeReader = first ?? ((text, raw) => firstReading(readers, text, raw))
  return (raw) => {
    if (raw.length === 0 || raw.length > LONGEST_TIME) return null
    const when = read(raw, raw)
    return when ?? readCleaned(read, raw)
  }
}

function readerOf(format: TimeFormat, offset: number): TimeReader {
  const reading = parseTimeFormat(format)
  if (!reading.ok) throw new RangeError(reading.reason, { cause: format })
  return reading.reader(offset)
}

function firstReading(readers: readonly TimeReader[], text: string, raw: string): When | null {
  for (const reader of readers) {
    const when = reader(text, raw)
    if (when !== null) return when
  }
  return null
}

/** A second try for a text with blanks around it or wide characters. */
function readCleaned(read: TimeReader, raw: string): When | null {
  const cleaned = foldWidth(raw).trim()
  return cleaned === raw ? null : read(cleaned, raw)
}
