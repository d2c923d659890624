import { localToEpoch } from '#core/calendar.ts'

/** Writes a time of the form of `When.at` in a format of the language; null where the format cannot be written. */
export function timeWriter(format: string): ((at: string) => string) | null {
  if (format === 'iso') return (at) => at
  if (format === 'epoch-ms') return (at) => String(epochOf(at))
  if (format === 'epoch-s') return (at) => String(epochOf(at) / 1000)
  if (!/yyyy|yy/.test(format) || /[^ymdhsMDHSTZ\d\W年月日时分秒]/.test(format)) return null
  const parts = format.match(/yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss|s|[^yMdHms]+/g)
  if (parts === null || parts.join('') !== format) return null
  return (at) => parts.map((part) => TOKENS[part]?.(at) ?? part).join('')
}

const trimmed = (text: string): string => (text.startsWith('0') ? text.slice(1) : text)

const TOKENS: Readonly<Record<string, (at: string) => string>> = {
  yyyy: (at) => at.slice(0, 4),
  yy: (at) => at.slice(2, 4),
  MM: (at) => at.slice(5, 7),
  M: (at) => trimmed(at.slice(5, 7)),
  dd: (at) => at.slice(8, 10),
  d: (at) => trimmed(at.slice(8, 10)),
  HH: (at) => at.slice(11, 13),
  H: (at) => trimmed(at.slice(11, 13)),
  mm: (at) => at.slice(14, 16),
  m: (at) => trimmed(at.slice(14, 16)),
  ss: (at) => at.slice(17, 19),
  s: (at) => trimmed(at.slice(17, 19)),
}

const epochOf = (at: string): number =>
  localToEpoch({
    year: Number(at.slice(0, 4)),
    month: Number(at.slice(5, 7)),
    day: Number(at.slice(8, 10)),
    hour: Number(at.slice(11, 13)),
    minute: Number(at.slice(14, 16)),
    second: Number(at.slice(17, 19)),
  })
