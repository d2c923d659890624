const SAFE_DIGITS = 15
const MAX_EXACT = 9007199254740992n
const PARTS = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Whether the text of a JSON number is one that a sender's floating point has damaged, or that no double can hold: more than
 * 15 significant digits, an integer beyond 2^53, or an exponent out of range. A fraction written as doubles print themselves
 * (`0.30000000000000004`) is what the sender computed, not a damaged code.
 */
export function losesPrecision(text: string): boolean {
  if (text.length <= SAFE_DIGITS && !/[eE]/.test(text)) return false
  const parts = PARTS.exec(text)
  if (!parts) return true
  const [, whole = '', fraction = '', exponent = ''] = parts
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '')
  const value = Number(text)
  if (!Number.isFinite(value) || (value === 0 && digits !== '')) return true
  if (exponent !== '') return digits.length > SAFE_DIGITS || Math.abs(value) > Number(MAX_EXACT)
  if (fraction === '') return digits.length > SAFE_DIGITS || BigInt(whole) > MAX_EXACT
  return digits.length > SAFE_DIGITS && String(value) !== text
}
