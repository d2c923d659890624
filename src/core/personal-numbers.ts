import { citizenIdCheckOk, isCitizenIdShape } from './identifiers/citizen-id.ts'
import { cover } from './mask.ts'

/** Numbers of telephones inside a longer text, and citizens' numbers, which have 18 signs. */
const NUMBERS = /(?<!\d)(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\d{17}[\dXx])(?!\d)/g
const WIDE = /[０-９Ｘｘ]/g
/** How far a character in full width stands behind its own. */
const WIDER = 0xfee0
/** Digits of the shortest of them. */
const DIGITS = 11

/** A text with the telephones and citizens' numbers in it covered, also such in full width. */
export function coverNumbers(text: string): string {
  if (!mayHoldNumber(text)) return text
  const covered = covering(text)
  const plain = covered.replace(WIDE, (digit) => String.fromCharCode(digit.charCodeAt(0) - WIDER))
  const inPlain = covering(plain)
  return inPlain === plain ? covered : inPlain
}

const covering = (text: string): string =>
  text.replace(NUMBERS, (number) =>
    number.length === 18
      ? isCitizenIdShape(number.toUpperCase()) && citizenIdCheckOk(number.toUpperCase()) === true
        ? cover(number, [6, 0])
        : number
      : cover(number, [3, 4]),
  )

/** Whether a telephone or a citizen's number stands in a text. */
export const holdsNumber = (text: string): boolean => coverNumbers(text) !== text

/** Whether enough digits follow each other, with blanks and hyphens at most between them: nearly every text is told by that to hold no number. */
function mayHoldNumber(text: string): boolean {
  if (text.length < DIGITS) return false
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const code = unit >= WIDE_ZERO ? unit - WIDER : unit
    if (code >= 0x30 && code <= 0x39) {
      if (++digits === DIGITS) return true
    } else if (code !== BLANK && code !== HYPHEN) digits = 0
  }
  return false
}
const BLANK = 0x20
const WIDE_ZERO = 0xff10
const HYPHEN = 0x2d
