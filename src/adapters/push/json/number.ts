const SAFE_DIGITS = 15
const MAX_EXACT = 9007199254740992n
// No number that means something is longer; the patterns below must not see megabytes of zeros.
const TEXT_MAX = 100
const WHOLE = /^(-?)(\d+)(?:[eE]\+?(\d{1,6}))?$/
const PARTS = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Whether the text of a JSON number is one that a sender's floating point has damaged, or that no double can hold: more than
 * 15 significant digits, an integer beyond 2^53, or an exponent out of range. A fraction written as doubles print themselves
 * (`0.30000000000000004`) is what the sender computed, not a damaged code.
 */
export function losesPrecision(text: string): boolean {
  if (text.length <= SAFE_DIGITS && !text.includes('e') && !text.includes('E')) return false
  const parts = text.length > TEXT_MAX ? null : PARTS.exec(text)
  if (!parts) return true
  const [, whole = '', fraction = '', exponent = ''] = parts
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '')
  const value = Number(text)
  if (!Number.isFinite(value) || (value === 0 && digits !== '')) return true
  if (exponent !== '') return digits.length > SAFE_DIGITS || Math.abs(value) > Number(MAX_EXACT)
  if (fraction === '') return digits.length > SAFE_DIGITS || BigInt(whole) > MAX_EXACT
  return digits.length > SAFE_DIGITS && String(value) !== text
}

/**
 * A number that lost digits, in the form in which spreadsheets show one (`33082500724041500092` → `3.3082500724041500092E+19`): whoever
 * reads a code sees that it is none, while a mass or a time that cannot be read is told as such. Fractions and small numbers stay as
 * they are written: no code is one.
 */
export function lostNumber(text: string): string {
  const parts = WHOLE.exec(text)
  if (!parts) return text
  const [, sign = '', digits = '', exponent = '0'] = parts
  const power = digits.length - 1 + Number(exponent)
  const rest = digits.slice(1, TEXT_MAX).replace(/0+$/, '')
  return `${sign}${digits.charAt(0)}${rest === '' ? '' : `.${rest}`}E+${power}`
}

/**
 * Position after the number that begins at `from`, by the grammar of RFC 8259; where there is none, the one's complement of
 * the position of the first character that does not fit.
 */
export function scanNumber(text: string, from: number): number {
  let at = from
  if (text.charCodeAt(at) === 0x2d) at++
  at = text.charCodeAt(at) === 0x30 ? at + 1 : scanDigits(text, at)
  if (at >= 0 && text.charCodeAt(at) === 0x2e) at = scanDigits(text, at + 1)
  if (at < 0) return at
  const letter = text.charCodeAt(at)
  if (letter !== 0x65 && letter !== 0x45) return at
  const sign = text.charCodeAt(at + 1)
  return scanDigits(text, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1)
}

function scanDigits(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; ) code = text.charCodeAt(++at)
  return at > from ? at : ~at
}
