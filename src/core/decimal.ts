/**
 * Exact decimal arithmetic on text, for masses and money. Canonical form: no `+`, no superfluous zeros before or after,
 * no bare point, never `-0`. All functions but `parseDecimal` take plain decimals (`-?\d+(\.\d+)?`), throw RangeError
 * for anything else, and answer in canonical form. Whole numbers below 2^53 are exact in a double, so small operands
 * are computed as numbers; all others as BigInt.
 */

/** Longer texts are no mass and no price, and big integers of any length would be work for nothing. */
const MAX_LENGTH = 64
/** Digits that always fit in 2^53 − 1. */
const SAFE_DIGITS = 15
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent)

/**
 * The decimal in canonical form, or null where the text is none. Reads full-width digits and signs (`１８６．５`), a
 * leading `+`, `.5` and `5.`, outer blanks, and thousands separators that stand every three digits (`1,234.5`);
 * `12,5` is null, because it may mean 12.5 or 125. No exponent: a number with one was rounded by a program.
 */
export function parseDecimal(raw: string): string | null {
  const length = raw.length
  if (length === 0 || length > MAX_LENGTH) return null
  const first = raw.charCodeAt(0)
  let at = first === 0x2d ? 1 : 0
  const digits = at
  let point = -1
  for (; at < length; at++) {
    const c = raw.charCodeAt(at)
    if (c >= 0x30 && c <= 0x39) continue
    if (c !== 0x2e || point >= 0) return parseWritten(raw)
    point = at
  }
  return canonical(raw, digits, point)
}

/** Canonical form of a text known to be sign, digits and at most one point; null where it has no digit. */
function canonical(text: string, digits: number, point: number): string | null {
  const length = text.length
  const whole = point < 0 ? length : point
  let start = digits
  while (start < whole - 1 && text.charCodeAt(start) === 0x30) start++
  let end = length
  if (point >= 0) {
    while (end > point + 1 && text.charCodeAt(end - 1) === 0x30) end--
    if (end === point + 1) end = point
  }
  const bare = point === digits
  if (bare && length === digits + 1) return null
  if (digits === length) return null
  if (bare) return end === point ? '0' : `${digits ? '-0' : '0'}${text.slice(point, end)}`
  if (end - start === 1 && text.charCodeAt(start) === 0x30) return '0'
  if (start === digits) return end === length ? text : text.slice(0, end)
  return digits ? `-${text.slice(start, end)}` : text.slice(start, end)
}

const WRITTEN = /^[+-]?(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.\d*)?$/

/** The slow way, for what people and spreadsheets write. */
function parseWritten(raw: string): string | null {
  const text = narrow(raw).trim()
  if (!WRITTEN.test(text)) return null
  const plain = text.replaceAll(',', '').replace(/^\+/, '')
  return canonical(plain, plain.charCodeAt(0) === 0x2d ? 1 : 0, plain.indexOf('.'))
}

// Only these characters are folded: NFKC would also make 52 of 5² and 1 of ①.
const WIDE = /[\uff0b-\uff0e\uff10-\uff19\u2212\u200b\ufeff]/g

function narrow(raw: string): string {
  return raw.replace(WIDE, (char) => {
    if (char === '\u2212') return '-'
    if (char === '\u200b' || char === '\ufeff') return ''
    return String.fromCharCode(char.charCodeAt(0) - 0xfee0)
  })
}

/** a + b. */
export function addDecimal(a: string, b: string): string {
  return combine(a, b, 1)
}

/** a − b. */
export function subtractDecimal(a: string, b: string): string {
  return combine(a, b, -1)
}

function combine(a: string, b: string, sign: 1 | -1): string {
  const scaleA = scaleOf(a)
  const scaleB = scaleOf(b)
  const scale = Math.max(scaleA, scaleB)
  if (a.length + scale - scaleA < SAFE_DIGITS && b.length + scale - scaleB < SAFE_DIGITS) {
    const sum = unscaled(a) * power(scale - scaleA) + sign * unscaled(b) * power(scale - scaleB)
    return format(String(sum), scale)
  }
  const sum = bigUnscaled(a, scale - scaleA) + BigInt(sign) * bigUnscaled(b, scale - scaleB)
  return format(String(sum), scale)
}

/** a × b, exact. */
export function multiplyDecimal(a: string, b: string): string {
  const scale = scaleOf(a) + scaleOf(b)
  if (a.length + b.length <= SAFE_DIGITS) return format(String(unscaled(a) * unscaled(b)), scale)
  return format(String(bigUnscaled(a, 0) * bigUnscaled(b, 0)), scale)
}

/**
 * a ÷ b, rounded to at most `scale` digits after the point, half to even (the last digit kept becomes even when the rest
 * is exactly one half), so that sums of many quotients do not drift. Throws RangeError when b is zero.
 */
export function divideDecimal(a: string, b: string, scale: number): string {
  const shift = scale + scaleOf(b) - scaleOf(a)
  const dividend = bigUnscaled(a, Math.max(shift, 0))
  const divisor = bigUnscaled(b, Math.max(-shift, 0))
  if (divisor === 0n) throw new RangeError('division by zero')
  return format(String(divideHalfEven(dividend, divisor)), scale)
}

/** a rounded to at most `scale` digits after the point, half to even. */
export function roundDecimal(a: string, scale: number): string {
  return scaleOf(a) <= scale ? addDecimal(a, '0') : divideDecimal(a, '1', scale)
}

function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = absolute(dividend % divisor) * 2n
  const half = absolute(divisor)
  if (rest < half || (rest === half && quotient % 2n === 0n)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Negative, zero or positive as a is less than, equal to or greater than b; `1` equals `1.00`. */
export function compareDecimal(a: string, b: string): -1 | 0 | 1 {
  // Of so few digits two numbers that differ are two numbers of JavaScript too, in the same order.
  if (a.length < SAFE_DIGITS && b.length < SAFE_DIGITS) {
    const [one, other] = [Number(a), Number(b)]
    return one === other ? 0 : one < other ? -1 : 1
  }
  const difference = subtractDecimal(a, b)
  if (difference === '0') return 0
  return difference.charCodeAt(0) === 0x2d ? -1 : 1
}

/** The smaller of the two, the first where they are equal. */
export const minDecimal = (a: string, b: string): string => (compareDecimal(b, a) < 0 ? b : a)

/** The greater of the two, the first where they are equal. */
export const maxDecimal = (a: string, b: string): string => (compareDecimal(b, a) > 0 ? b : a)

/** Whether the value is zero, however many zeros it is written with. */
export function isZero(a: string): boolean {
  return addDecimal(a, '0') === '0'
}

/** −a. */
export function negateDecimal(a: string): string {
  return subtractDecimal('0', a)
}

function scaleOf(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function power(exponent: number): number {
  return POWERS[exponent] ?? 10 ** exponent
}

/** The digits as a whole number, without the point; the caller has made sure that they are few. */
function unscaled(text: string): number {
  const negative = text.charCodeAt(0) === 0x2d
  let value = 0
  let count = 0
  let points = 0
  for (let i = negative ? 1 : 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c >= 0x30 && c <= 0x39) {
      value = value * 10 + (c - 0x30)
      count++
    } else if (c === 0x2e && count > 0 && points === 0) points++
    else throw notDecimal()
  }
  if (count === 0) throw notDecimal()
  return negative ? -value : value
}

function bigUnscaled(text: string, shift: number): bigint {
  if (!/^-?\d+(?:\.\d*)?$/.test(text)) throw notDecimal()
  return BigInt(text.replace('.', '')) * 10n ** BigInt(shift)
}

/** The text itself stays out of the message: it may be a personal number in the wrong field. */
function notDecimal(): RangeError {
  return new RangeError('not a plain decimal')
}

/** Puts the point back `scale` digits from the end, in canonical form. */
function format(integer: string, scale: number): string {
  if (scale === 0) return integer === '-0' ? '0' : integer
  const negative = integer.charCodeAt(0) === 0x2d
  const digits = (negative ? integer.slice(1) : integer).padStart(scale + 1, '0')
  const point = digits.length - scale
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === 0x30) end--
  if (end === point) {
    const whole = digits.slice(0, point)
    return negative && whole !== '0' ? `-${whole}` : whole
  }
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point, end)}`
}
