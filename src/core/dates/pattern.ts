import type { Precision } from './when.ts'

/**
 * Date patterns with the letters of Java's and .NET's formatters:
 * `yyyy` `yy` year, `MM` `M` month, `dd` `d` day, `HH` `H` hour 0–23, `mm` `m` minute, `ss` `s` second, `SSS` milliseconds (read and
 * dropped), `hh` `h` hour 1–12 together with `a` (AM, PM, 上午, 下午). A doubled letter is exactly two digits, a single one takes one
 * or two. `T`, punctuation, blanks and Chinese characters stand for themselves, other letters in 'single quotes'. One blank in
 * the pattern takes one or more. `yy` is a year of 2000–2099.
 */

/** Fields that a pattern fills, as places in an array of numbers. */
export const YEAR = 0
export const MONTH = 1
export const DAY = 2
export const HOUR = 3
export const MINUTE = 4
export const SECOND = 5
const MILLIS = 6
export const MERIDIEM = 7
export const FIELD_COUNT = 8

/** Steps beyond the fields. */
export const LITERAL = 8
export const BLANKS = 9
export const SHORT_YEAR = 10
export const HOUR_OF_TWELVE = 11

/** A pattern, ready to match: flat triples of step, least and most digits (of a literal: its character code, 0). */
export interface TimePattern {
  readonly steps: Int32Array
  readonly shortest: number
  readonly longest: number
  readonly precision: Precision
}

export type PatternReading =
  | { readonly ok: true; readonly pattern: TimePattern }
  | { readonly ok: false; readonly reason: string; readonly suggestion: string }

const LETTERS: Readonly<Record<string, readonly [step: number, least: number, most: number]>> = {
  yyyy: [YEAR, 4, 4],
  yy: [SHORT_YEAR, 2, 2],
  MM: [MONTH, 2, 2],
  M: [MONTH, 1, 2],
  dd: [DAY, 2, 2],
  d: [DAY, 1, 2],
  HH: [HOUR, 2, 2],
  H: [HOUR, 1, 2],
  hh: [HOUR_OF_TWELVE, 2, 2],
  h: [HOUR_OF_TWELVE, 1, 2],
  mm: [MINUTE, 2, 2],
  m: [MINUTE, 1, 2],
  ss: [SECOND, 2, 2],
  s: [SECOND, 1, 2],
  SSS: [MILLIS, 3, 3],
  a: [MERIDIEM, 2, 2],
}

const FIELD_NAMES = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond', 'a'] as const
const PRECISIONS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'second'] as const
const LONGEST_PATTERN = 80

/** Reads a pattern, or says what is wrong with it and what was probably meant. */
export function readPattern(pattern: string): PatternReading {
  if (pattern.length === 0 || pattern.length > LONGEST_PATTERN) {
    return refuse('a pattern has 1 to 80 characters', 'yyyy-MM-dd HH:mm:ss')
  }
  if (pattern.includes('%')) return refuse('this is a pattern of strftime', fromStrftime(pattern))
  const steps: number[] = []
  for (let at = 0; at < pattern.length; ) {
    const token = tokenAt(pattern, at)
    const problem = addToken(steps, token, pattern)
    if (problem !== null) return problem
    at += token.length
  }
  return checked(steps, pattern)
}

/** A run of one letter, a quoted text with its quotes, or one character. */
function tokenAt(pattern: string, at: number): string {
  const char = pattern[at] ?? ''
  if (char === "'") {
    const end = pattern.indexOf("'", at + 1)
    return end < 0 ? pattern.slice(at) : pattern.slice(at, end + 1)
  }
  if (!isLetter(char)) return char
  let end = at + 1
  while (pattern[end] === char) end++
  return pattern.slice(at, end)
}

function addToken(steps: number[], token: string, pattern: string): PatternReading | null {
  if (token.startsWith("'")) return addQuoted(steps, token)
  if (!isLetter(token[0] ?? '') || token === 'T') {
    addLiteral(steps, token)
    return null
  }
  const field = Object.hasOwn(LETTERS, token) ? LETTERS[token] : undefined
  if (field === undefined) {
    return refuse(`"${token}" is not a letter of a date pattern`, suggestPattern(pattern))
  }
  const before = steps.length - 3
  const openEnded =
    before >= 0 && isDigitStep(steps[before] ?? LITERAL) && steps[before + 1] !== steps[before + 2]
  if (openEnded && isDigitStep(field[0])) {
    return refuse(`"${token}" follows a field of one or two digits without anything between`, padded(pattern))
  }
  steps.push(...field)
  return null
}

function addQuoted(steps: number[], token: string): PatternReading | null {
  if (token === "''") {
    addLiteral(steps, "'")
    return null
  }
  if (token.length < 2 || !token.endsWith("'")) return refuse('a quote is not closed', `${token}'`)
  for (const char of token.slice(1, -1)) addLiteral(steps, char)
  return null
}

function addLiteral(steps: number[], text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 32) steps.push(BLANKS, 1, 8)
    else steps.push(LITERAL, code, 0)
  }
}

function checked(steps: readonly number[], pattern: string): PatternReading {
  const seen = new Set<number>()
  let shortest = 0
  let longest = 0
  for (let i = 0; i < steps.length; i += 3) {
    const step = steps[i] ?? LITERAL
    shortest += step === LITERAL ? 1 : (steps[i + 1] ?? 0)
    longest += step === LITERAL ? 1 : (steps[i + 2] ?? 0)
    if (step === LITERAL || step === BLANKS) continue
    const field = step === SHORT_YEAR ? YEAR : step === HOUR_OF_TWELVE ? HOUR : step
    if (seen.has(field)) return refuse(`the ${FIELD_NAMES[field]} occurs twice`, suggestPattern(pattern))
    seen.add(field)
  }
  const finest = Math.max(-1, ...[...seen].filter((field) => field <= MILLIS))
  for (let field = YEAR; field <= finest; field++) {
    if (!seen.has(field)) return refuse(`the ${FIELD_NAMES[field]} is missing`, suggestPattern(pattern))
  }
  if (finest < 0) return refuse('the pattern has no field', 'yyyy-MM-dd')
  const twelve = steps.some((step, i) => i % 3 === 0 && step === HOUR_OF_TWELVE)
  if (twelve !== seen.has(MERIDIEM)) {
    const reason = twelve
      ? '"h" is the hour of a 12-hour clock and needs "a" (AM, PM, 上午, 下午); the hour 0–23 is "H"'
      : '"a" belongs to the hour of a 12-hour clock, "h"'
    return refuse(reason, twelve ? pattern.replaceAll('h', 'H') : pattern.replaceAll('H', 'h'))
  }
  const precision = PRECISIONS[finest] ?? 'day'
  return { ok: true, pattern: { steps: Int32Array.from(steps), shortest, longest, precision } }
}

function refuse(reason: string, suggestion: string): PatternReading {
  return { ok: false, reason, suggestion }
}

function isDigitStep(step: number): boolean {
  return step !== LITERAL && step !== BLANKS && step !== MERIDIEM
}

function isLetter(char: string): boolean {
  return /^[A-Za-z]$/.test(char)
}

function padded(pattern: string): string {
  return pattern.replace(/([MdHhms])\1*/g, (run) => (run.length === 1 ? run + run : run))
}

/** Mends the usual slips: capitals for year and day, small letters for the month, minutes in the place of months. */
function suggestPattern(pattern: string): string {
  const known = pattern
    .replaceAll('Y', 'y')
    .replaceAll('D', 'd')
    .replaceAll('S', 's')
    .replaceAll('sss', 'SSS')
  const [date = '', ...rest] = known.split(/(?=[ T]|H|h)/)
  const time = rest
    .join('')
    .replaceAll('M', 'm')
    .replace(/Z$|X+$|z+$/, '')
  const mended = date.replaceAll('m', 'M') + time
  return /[^yMdHhmsSaT\W]/.test(mended) || mended === pattern ? 'yyyy-MM-dd HH:mm:ss' : mended
}

const STRFTIME: Readonly<Record<string, string>> = {
  Y: 'yyyy',
  y: 'yy',
  m: 'MM',
  d: 'dd',
  H: 'HH',
  M: 'mm',
  S: 'ss',
}

function fromStrftime(pattern: string): string {
  return pattern.replace(/%(\w)/g, (all, letter: string) => STRFTIME[letter] ?? all).replaceAll('%', '')
}
