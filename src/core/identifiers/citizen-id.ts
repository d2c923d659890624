import { isValidDate } from '#core/calendar.ts'
import { normaliseCode } from '#core/text.ts'
import { digitsAt, dropHyphens, isDigits } from './shape.ts'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'
const FIRST_YEAR = 1900
const LAST_YEAR = 2099

/**
 * Whether the text has the form of a citizen identity number 公民身份号码 (GB 11643-1999): 18 characters or the older 15,
 * with a birth date that exists. The check character is another question. Lower-case x is normalised before.
 */
export function isCitizenIdShape(code: string): boolean {
  if (code.length === 15)
    return (
      isDigits(code) &&
      isValidDate(1900 + digitsAt(code, 6, 8), digitsAt(code, 8, 10), digitsAt(code, 10, 12))
    )
  if (code.length !== 18 || !isDigits(code.slice(0, 17))) return false
  const last = code.charCodeAt(17)
  if (last !== 0x58 && (last < 0x30 || last > 0x39)) return false
  const year = digitsAt(code, 6, 10)
  return (
    year >= FIRST_YEAR &&
    year <= LAST_YEAR &&
    isValidDate(year, digitsAt(code, 10, 12), digitsAt(code, 12, 14))
  )
}

/** Whether the check character is right; undefined for 15 digits, which have none. Expects `isCitizenIdShape`. */
export function citizenIdCheckOk(code: string): boolean | undefined {
  return code.length === 18 ? code.charAt(17) === checkCharacter(code) : undefined
}

/** The 18-character form of a 15-digit number: 19 before the year, the check character after. 18 characters stay. */
export function widenCitizenId(code: string): string {
  if (code.length !== 15) return code
  const body = `${code.slice(0, 6)}19${code.slice(6)}`
  return body + checkCharacter(body)
}

function checkCharacter(code: string): string {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += (code.charCodeAt(i) - 0x30) * (WEIGHTS[i] ?? 0)
  return CHECKS.charAt(sum % 11)
}

/**
 * The number for the eye: first and last character, stars between (`1****************X`), as on public pages. Not for
 * comparing: many persons share a mask.
 */
export function maskCitizenId(code: string): string {
  if (code.length < 3) return '*'.repeat(code.length)
  return code.charAt(0) + '*'.repeat(code.length - 2) + code.charAt(code.length - 1)
}

/**
 * What is stored instead of the number: the keyed hash of its 18-character form, the same for `…x`, `…X`, blanks, hyphens
 * and the 15-digit form of one person. Null where the text is no citizen identity number (a mask, for instance), so that
 * two persons never share a digest by mistake.
 */
export function citizenIdDigest(id: string, keyedHash: (text: string) => string): string | null {
  const code = dropHyphens(normaliseCode(id))
  return isCitizenIdShape(code) ? keyedHash(widenCitizenId(code)) : null
}
