import { multiplyDecimal, parseDecimal } from './decimal.ts'
import { foldWidth } from './width.ts'

/**
 * Chinese numerals: the capital ones of certificates and invoices (零壹贰叁肆伍陆柒捌玖拾佰仟万亿), the common ones (〇一二…十百千万亿两廿卅),
 * traditional shapes, and a mixture with ASCII digits (`2拾`, `1.5万`).
 */
const DIGITS: Readonly<Record<string, number>> = tableOf([
  '0零〇○',
  '1一壹',
  '2二贰貳两兩',
  '3三叁參叄参',
  '4四肆',
  '5五伍',
  '6六陆陸',
  '7七柒',
  '8八捌',
  '9九玖',
])

const SMALL_UNITS: Readonly<Record<string, number>> = {
  十: 10,
  拾: 10,
  百: 100,
  佰: 100,
  千: 1000,
  仟: 1000,
}
const LARGE_UNITS: Readonly<Record<string, number>> = { 万: 1e4, 萬: 1e4, 亿: 1e8, 億: 1e8 }
const TENS: Readonly<Record<string, number>> = { 廿: 20, 卄: 20, 卅: 30, 卌: 40 }
const LONGEST = 40

/**
 * Reads a Chinese number: `肆拾` → `40`, `贰拾伍点五` → `25.5`, `1.5万` → `15000`, `二〇二四` → `2024`.
 * Answers a canonical decimal, or null for what is no number and for what has two readings: `二百五` is 250 in speech and 205
 * in a slip of the pen, so nobody is asked to trust either.
 */
export function parseChineseNumber(raw: string): string | null {
  if (raw.length > LONGEST) return null
  let text = foldWidth(raw).trim()
  const negative = text.startsWith('负') || text.startsWith('負')
  if (negative) text = text.slice(1)
  const value = readUnsigned(text)
  if (value === null) return null
  return negative && value !== '0' ? `-${value}` : value
}

function readUnsigned(text: string): string | null {
  const point = text.search(/[点點]/)
  if (point >= 0) return readWithPoint(text.slice(0, point), text.slice(point + 1))
  const ascii = /^(\d+(?:\.\d+)?)([十拾百佰千仟万萬亿億]?)$/.exec(text)
  if (ascii !== null) return readAsciiMultiple(ascii[1] ?? '', ascii[2] ?? '')
  const value = readPositional(text) ?? readInteger(text)
  return value === null ? null : String(value)
}

function readAsciiMultiple(digits: string, unit: string): string | null {
  if (unit === '') return parseDecimal(digits)
  return multiplyDecimal(digits, String(SMALL_UNITS[unit] ?? LARGE_UNITS[unit]))
}

function readWithPoint(whole: string, fraction: string): string | null {
  const integer = readPositional(whole) ?? readInteger(whole)
  if (integer === null || fraction === '') return null
  let digits = ''
  for (const char of fraction) {
    const digit = DIGITS[char]
    if (digit === undefined) return null
    digits += digit
  }
  return parseDecimal(`${integer}.${digits}`)
}

/** Digits in a row without units, as years and serials are written: 二〇二四. */
function readPositional(text: string): number | null {
  let value = 0
  for (const char of text) {
    const digit = DIGITS[char]
    if (digit === undefined) return null
    value = value * 10 + digit
  }
  return text !== '' && Number.isSafeInteger(value) ? value : null
}

/** 亿 and 万 part the number; what stands before one of them is a number of its own, what stands after is smaller than it. */
function readInteger(text: string): number | null {
  for (const unit of ['亿億', '万萬']) {
    const at = lastOf(text, unit)
    if (at < 0) continue
    const scale = LARGE_UNITS[text[at] ?? ''] ?? 1
    const left = readPart(text.slice(0, at))
    const right = readRemainder(text.slice(at + 1), scale)
    if (left === null || right === null || left === 0) return null
    const value = left * scale + right
    return Number.isSafeInteger(value) ? value : null
  }
  return readSection(text)
}

function readPart(text: string): number | null {
  if (text === '') return null
  return text.length > 1 && readPositional(text) !== null ? null : readInteger(text)
}

/** After 万 a bare digit may be that many thousands (一万二): only 零 or a unit of its own makes it clear. */
function readRemainder(text: string, scale: number): number | null {
  if (text === '') return 0
  const zero = DIGITS[text[0] ?? ''] === 0
  const rest = zero ? text.slice(1) : text
  if (rest === '' || (!zero && rest.length === 1 && DIGITS[rest] !== undefined)) return null
  const value = readPart(rest)
  return value === null || value === 0 || value >= scale ? null : value
}

/** A number below 10,000: digits and 十百千 in falling order. */
function readSection(text: string): number | null {
  let value = 0
  let digit = -1
  let lastUnit = 10_000
  let afterZero = false
  for (const char of text) {
    const next = DIGITS[char]
    const unit = SMALL_UNITS[char]
    const tens = TENS[char]
    if (next !== undefined) {
      if (digit >= 0 || (next === 0 && (value === 0 || afterZero))) return soleZero(text)
      if (next === 0) afterZero = true
      else digit = next
    } else if (unit !== undefined) {
      const times = digit >= 0 ? digit : unit === 10 && value === 0 ? 1 : -1
      if (times < 0 || unit >= lastUnit) return null
      value += times * unit
      digit = -1
      lastUnit = unit
      afterZero = false
    } else if (tens !== undefined && digit < 0 && lastUnit > 10) {
      value += tens
      lastUnit = 10
    } else return null
  }
  if (digit >= 0) return lastUnit > 10 && !afterZero && value > 0 ? null : value + digit
  return text === '' || afterZero ? null : value
}

function soleZero(text: string): number | null {
  return text.length === 1 && DIGITS[text] === 0 ? 0 : null
}

function lastOf(text: string, chars: string): number {
  let at = -1
  for (const char of chars) at = Math.max(at, text.lastIndexOf(char))
  return at
}

function tableOf(rows: readonly string[]): Readonly<Record<string, number>> {
  const table: Record<string, number> = {}
  rows.forEach((row, digit) => {
    for (const char of row) table[char] = digit
  })
  return table
}
