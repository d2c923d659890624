import { isoReader } from './iso.ts'
import { patternReader, type TimeReader } from './match.ts'
import { readDotnet, readEpochMs, readEpochSeconds, readExcel1900, readExcel1904 } from './numbered.ts'
import { readPattern } from './pattern.ts'

/** A format of times, as a mapping names it: one of `TIME_FORMAT_NAMES` or a pattern such as `yyyy/M/d H:mm:ss`. */
export type TimeFormat = string

export type TimeFormatReading =
  | {
      readonly ok: true
      /** Makes the reader of this format for texts without a zone of their own. @param offset minutes east of UTC */
      readonly reader: (offset: number) => TimeReader
    }
  | { readonly ok: false; readonly reason: string; readonly suggestion: string }

const NAMED: Readonly<Record<string, (offset: number) => TimeReader>> = {
  iso: isoReader,
  'epoch-ms': () => readEpochMs,
  'epoch-s': () => readEpochSeconds,
  excel: () => readExcel1900,
  'excel-1904': () => readExcel1904,
  dotnet: () => readDotnet,
}

/** Formats that have a name instead of a pattern. */
export const TIME_FORMAT_NAMES: readonly string[] = Object.keys(NAMED)

const OTHER_NAMES: Readonly<Record<string, string>> = {
  iso8601: 'iso',
  rfc3339: 'iso',
  epoch: 'epoch-ms',
  epochms: 'epoch-ms',
  millis: 'epoch-ms',
  timestamp: 'epoch-ms',
  unix: 'epoch-s',
  epochs: 'epoch-s',
  seconds: 'epoch-s',
  serial: 'excel',
  excel1900: 'excel',
  xls: 'excel',
  xlsx: 'excel',
  excel1904: 'excel-1904',
  net: 'dotnet',
}

/** Reads the name or pattern of a format, or says what is wrong with it and what was probably meant. */
export function parseTimeFormat(format: TimeFormat): TimeFormatReading {
  const named = Object.hasOwn(NAMED, format) ? NAMED[format] : undefined
  if (named !== undefined) return { ok: true, reader: named }
  const close = format.toLowerCase().replace(/[^a-z0-9]/g, '')
  const meant = TIME_FORMAT_NAMES.find((name) => name.replace('-', '') === close)
  const other = meant ?? (Object.hasOwn(OTHER_NAMES, close) ? OTHER_NAMES[close] : undefined)
  if (other !== undefined)
    return { ok: false, reason: `no format has the name "${format}"`, suggestion: other }
  const reading = readPattern(format)
  if (!reading.ok) return reading
  return { ok: true, reader: (offset) => patternReader(reading.pattern, offset) }
}
