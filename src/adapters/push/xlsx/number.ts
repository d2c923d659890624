const NUMBER = /^([+-]?)(\d+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/
const NUMBER_MAX_CHARS = 64
/** Digits that a spreadsheet keeps of a number. */
const DIGITS = 15
/** Zeros behind the point up to which a small number is written out. */
const SMALLEST_EXPONENT = -20

/**
 * The text of a number cell. The digits are those of the file: `4.5397E4` is `45397`. Zeros at the end of a fraction are of the
 * program that wrote it (`7.0`, where another writes `7`): a number has none. Seventeen digits, in which programs write a
 * double (`2.6000000000000001`), become the shortest that mean the same double (`2.6`). A whole number of more than 15 digits is
 * given with an exponent, as the sheet shows it (`3.30109E+19`): no spreadsheet keeps its last digits, so it is no code any more.
 * What is no number is given as it is.
 */
export function numberText(raw: string): string {
  const text = raw.trim()
  if (isPlainWhole(text)) return text
  const parts = text.length > NUMBER_MAX_CHARS ? null : NUMBER.exec(text)
  if (parts === null || (parts[2] ?? parts[3] ?? '') === '') return text
  const digits = `${parts[2] ?? ''}${parts[3] ?? ''}`.replace(/^0+/, '')
  if (digits.replace(/0+$/, '').length > DIGITS) {
    const shortest = shortestOf(text)
    if (shortest !== text) return numberText(shortest)
  }
  const sign = parts[1] === '-' && digits !== '' ? '-' : ''
  const exponent = Number(parts[4] ?? '0')
  if (digits === '') return '0'
  const written = `${parts[2] ?? ''}${parts[3] ?? ''}`
  // Where the point stands, counted from the first digit that is not a zero.
  const point = (parts[2] ?? '').length - (written.length - digits.length) + exponent
  if (point > DIGITS) return sign + withExponent(digits, point - 1)
  if (point < SMALLEST_EXPONENT) return text
  return sign + plain(digits, point)
}

/** Most cells: up to 15 digits and nothing else. */
function isPlainWhole(text: string): boolean {
  if (text.length === 0 || text.length > DIGITS || (text.length > 1 && text.charCodeAt(0) === 0x30))
    return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}

function shortestOf(text: string): string {
  const value = Number(text)
  return Number.isFinite(value) && value !== 0 ? String(value) : text
}

function withExponent(digits: string, exponent: number): string {
  const rest = digits.slice(1).replace(/0+$/, '')
  return `${digits[0]}${rest === '' ? '' : `.${rest}`}E+${exponent}`
}

function plain(digits: string, point: number): string {
  if (digits.length <= point) return digits.padEnd(point, '0')
  const whole = point <= 0 ? '0' : digits.slice(0, point)
  const fraction = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)
  const kept = fraction.replace(/0+$/, '')
  return kept === '' ? whole : `${whole}.${kept}`
}
