import { AdapterError } from '#adapters/adapter.ts'
import { CHINA_OFFSET_MINUTES, DAY_MS, epochToLocal, MINUTE_MS } from '#core/calendar.ts'
import { compileTime } from '#core/dates/compile.ts'
import { parseTimeFormat } from '#core/dates/format.ts'
import { epochOf } from '#core/dates/when.ts'

/** Values of a watermark as whole numbers: milliseconds since 1970 of a time, else the number itself. */
export interface Scale {
  readonly isTime: boolean
  /** Whether a JSON body takes it as a number. */
  readonly isNumeric: boolean
  /** Smallest difference that the text of a value tells. */
  readonly unit: bigint
  /** The value of a text as the source writes it; null where it is none. */
  read(text: string): bigint | null
  /** The text of a value; what is finer than the unit is cut off, so that a lower bound only widens. */
  write(value: bigint): string
}

const WHOLE = /^-?\d{1,38}$/
const FRACTION = /[.,](\d{1,3})\d*/
const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

const NUMBER: Scale = {
  isTime: false,
  isNumeric: true,
  unit: 1n,
  read: (text) => (WHOLE.test(text) ? BigInt(text) : null),
  write: String,
}

const epoch = (unit: bigint): Scale => ({
  isTime: true,
  isNumeric: true,
  unit,
  read: (text) => (/^\d{1,15}$/.test(text) ? BigInt(text) * unit : null),
  write: (value) => String(floorBy(value, unit)),
})

/** Rounds towards the past, also before 1970. */
function floorBy(value: bigint, unit: bigint): bigint {
  return value >= 0n ? value / unit : -((-value + unit - 1n) / unit)
}

const readIso = compileTime(['iso'])

const iso = (isUtc: boolean): Scale => ({
  isTime: true,
  isNumeric: false,
  unit: 1n,
  read(text) {
    const when = readIso(text)
    if (when === null) return null
    const ms = FRACTION.exec(text)?.[1]?.padEnd(3, '0') ?? '0'
    return BigInt(epochOf(when) + Number(ms))
  },
  write(value) {
    const shift = isUtc ? 0 : CHINA_OFFSET_MINUTES * MINUTE_MS
    const text = new Date(Number(value) + shift).toISOString().replace('.000Z', 'Z')
    return isUtc ? text : text.replace('Z', '+08:00')
  },
})

const TOKENS = /'([^']*)'|yyyy|MM|M|dd|d|HH|H|mm|m|ss|s|SSS|[\s\S]/g
const LETTERS_ONLY_READ = /yy(?!yy)|h|a/

function pattern(text: string, setting: string): Scale {
  const reading = parseTimeFormat(text)
  if (!reading.ok) throw refused(`${reading.reason}; perhaps ${reading.suggestion}`, setting)
  const bare = text.replace(/'[^']*'/g, '')
  if (LETTERS_ONLY_READ.test(bare.replace('yyyy', '')) || !/yyyy.*M.*d/.test(bare))
    throw refused('a watermark needs a pattern with yyyy, MM and dd at least, and hours of 24', setting)
  const readTime = compileTime([text])
  const hasMillis = bare.endsWith('SSS')
  return {
    isTime: true,
    isNumeric: false,
    unit: BigInt(hasMillis ? 1 : unitOf(bare)),
    read(given) {
      const when = readTime(given)
      if (when === null) return null
      return BigInt(epochOf(when) + (hasMillis ? Number(given.trim().slice(-3)) : 0))
    },
    write(value) {
      const ms = Number(value)
      const { year, month, day, hour, minute, second } = epochToLocal(ms)
      const numbers: Readonly<Record<string, number>> = { M: month, d: day, H: hour, m: minute, s: second }
      return text.replace(TOKENS, (token, quoted: string | undefined) => {
        if (token === 'yyyy') return pad(year, 4)
        if (token === 'SSS') return pad(((ms % 1000) + 1000) % 1000, 3)
        const number = numbers[token.charAt(0)]
        return number === undefined ? (quoted ?? token) : pad(number, token.length)
      })
    },
  }
}

function unitOf(bare: string): number {
  if (bare.includes('s')) return 1000
  if (bare.includes('m')) return MINUTE_MS
  return bare.includes('H') ? 60 * MINUTE_MS : DAY_MS
}

/**
 * The scale of a format.
 * @throws AdapterError config for a format that is none, or cannot be written
 */
export function scaleOf(format: string, setting: string): Scale {
  switch (format) {
    case 'number':
      return NUMBER
    case 'epoch-s':
      return epoch(1000n)
    case 'epoch-ms':
      return epoch(1n)
    case 'iso':
      return iso(false)
    case 'iso-utc':
      return iso(true)
    case 'excel':
    case 'excel-1904':
    case 'dotnet':
      throw refused(`${format} is no format of a watermark`, setting)
    default:
      return pattern(format, setting)
  }
}

const refused = (detail: string, setting: string): AdapterError =>
  new AdapterError('config', detail, { setting })
