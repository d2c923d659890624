import { isMisread } from './misread.ts'

// Blanks and invisible characters that sources leave in codes and names: all of \s (with U+3000, NBSP, BOM),
// soft hyphen, zero-width characters, direction marks.
const INVISIBLE = /[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+/g
const ZERO_WIDTH = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+/g
const BLANK_RUN = /\s+/g
const SCIENTIFIC = /^\d(?:\.\d+)?E\+\d+$/i

/**
 * The code as text to compare and store: NFKC, no blanks or invisible characters, Latin letters in upper case.
 * Leading zeros and hyphens stay (`ZJ-RP-0415088`); a scheme that writes its codes with optional hyphens drops them itself.
 */
export function normaliseCode(raw: string): string {
  let changes = false
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i)
    if (c > 0x7e) return normaliseWideCode(raw)
    if (c <= 0x20 || (c >= 0x61 && c <= 0x7a)) changes = true
  }
  return changes ? upperLatin(raw.replace(INVISIBLE, '')) : raw
}

function normaliseWideCode(raw: string): string {
  // NFKC turns some characters into a blank and a mark, so blanks go before and after it.
  const folded = raw.replace(INVISIBLE, '').normalize('NFKC').replace(INVISIBLE, '')
  return upperLatin(folded).normalize('NFKC')
}

function upperLatin(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}

/** What a cell of a spreadsheet says whose formula could not be calculated. */
const CELL_ERROR = /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!)$/
const LETTER_OR_DIGIT = /[0-9A-Z]/i

export const isCellError = (text: string): boolean => text.charCodeAt(0) === 0x23 && CELL_ERROR.test(text)

/**
 * Whether a text is no code, whatever the field: words such as 有, 个体户 or 见附页 stand in fields for codes, and all who write them would
 * be one party and all goods one lot.
 * @param code as `normaliseCode` gives it
 */
export const isNoCode = (code: string): boolean => !LETTER_OR_DIGIT.test(code) || isCellError(code)

/**
 * A name for display and comparison: outer blanks (also full-width and zero-width) are gone, inner runs are one space.
 * Characters themselves stay as written: full-width and private-use characters occur in personal names.
 */
export function cleanName(raw: string): string {
  if (isCleanAscii(raw)) return raw
  return raw.replace(ZERO_WIDTH, '').replace(BLANK_RUN, ' ').trim()
}

function isCleanAscii(raw: string): boolean {
  let afterBlank = true
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i)
    if (c > 0x7e || c < 0x20 || (c === 0x20 && afterBlank)) return false
    afterBlank = c === 0x20
  }
  return !afterBlank || raw === ''
}

const BLANKS = /[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+/gu

/** A part of a key in one width and without blanks, also such as cannot be seen. */
export const withoutBlanks = (text: string): string =>
  text.replace(BLANKS, '').normalize('NFKC').replace(BLANKS, '')

/** The name of a source field as mappings compare it: trimmed, NFKC, lower case (`ＰＢNumber ` → `pbnumber`). */
export function normaliseKey(raw: string): string {
  let changes = false
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i)
    if (c > 0x7e) return raw.replace(ZERO_WIDTH, '').normalize('NFKC').trim().toLowerCase().normalize('NFKC')
    if (c <= 0x20 || (c >= 0x41 && c <= 0x5a)) changes = true
  }
  return changes ? raw.trim().toLowerCase() : raw
}

/**
 * Whether the text was destroyed by a wrong character set: replacement characters, 锟斤拷, 烫烫烫, UTF-8 or GBK read as
 * Latin-1, UTF-8 read as GBK, question marks where characters were. Ordinary Chinese and English text is never called
 * destroyed; destroyed text that happens to look ordinary (`张?`) is not found.
 */
export function isMojibake(text: string): boolean {
  let marks = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 0x7e) return isDestroyed(text)
    if (c === 0x3f) marks++
  }
  // Every character was lost and only question marks (with digits or punctuation) are left.
  return marks > 1 && text.trimStart().startsWith('??') && !/[A-Za-z]/.test(text)
}

// 锟斤拷 is U+FFFD in UTF-8 read as GBK; 烫烫烫 and 屯屯屯 are memory that was never written, read as GBK.
const MARKS_OF_LOSS = /\ufffd|锟斤|烫烫烫|屯屯屯|ï¿½/
// After a question a doubled mark is ordinary (真的吗??), and so it is at the end of any sentence.
const LOST_IN_CHINESE = /(?:^|[^\s吗么呢吧啊呀?？])\?\?+(?=[\u3400-\u9fff\w(（])/u
const CHINESE = /[\u3400-\u9fff]/

function isDestroyed(text: string): boolean {
  if (MARKS_OF_LOSS.test(text)) return true
  if (text.includes('??') && CHINESE.test(text) && LOST_IN_CHINESE.test(text)) return true
  return isMisread(text)
}

/**
 * Whether a code went through a floating-point number: `3.30106E+19`, or 16 and more digits that end in 00000
 * (a spreadsheet keeps 15). Meaningful for codes only; a mass may well be 1E+3.
 */
export function isPrecisionLost(text: string): boolean {
  const length = text.length
  if (length < 4) return false
  // A code that ends in anything but a digit, or has neither a plus nor five zeros, is the common case.
  const last = text.charCodeAt(length - 1)
  if (last < 0x30 || last > 0x39) return false
  if (length >= 16 && text.endsWith('00000') && isAllDigits(text)) return true
  return text.includes('+') && SCIENTIFIC.test(text)
}

function isAllDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x30 || c > 0x39) return false
  }
  return true
}

/** Whether the text holds what PostgreSQL and UTF-8 cannot keep: NUL or half of a surrogate pair. */
export function hasForbiddenCharacter(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}

/** Text as PostgreSQL and UTF-8 keep it: NUL and halves of surrogate pairs become the replacement character. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')
