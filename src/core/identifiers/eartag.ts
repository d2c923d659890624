import type { Flag } from '#core/flags.ts'
import { normaliseCode } from '#core/text.ts'
import { isDigits } from './shape.ts'

/** What a cell of ear tags 牲畜耳标号 says. `full` and `tails` are in the order written, ranges spelt out. */
export interface EarTags {
  /** Whole tags of 15 digits. */
  readonly full: readonly string[]
  /** Tags of which only the last digits (3 to 8) are written, as the vet may do on a paper certificate. */
  readonly tails: readonly string[]
  /** Parts that are no tags, as written (`见附页`), and ranges beyond the cap. */
  readonly unread: readonly string[]
  readonly flags: readonly Flag[]
}

/** A certificate covers one lorry, with some hundred pigs at most; a longer range is a slip of the pen (`1-99999999`), and five thousand such rows would fill the memory. */
const CAP = 500
const TAG_LENGTH = 15
const TAIL_MIN = 3
const TAIL_MAX = 8
const SEPARATORS = /[,，、;；/|\r\n\t]+/
const RANGE = /^(\d+)(?:[-‐-―−~～]+|至|到)(\d+)$/

/** Whether the text is a whole ear tag 畜禽标识: species 1 (1 pig, 2 cattle, 3 sheep), county 6, serial 8. No check digit. */
export function isEarTagShape(code: string): boolean {
  return isDigits(code, TAG_LENGTH) && code.charCodeAt(0) !== 0x30
}

/**
 * Reads a cell of ear tags: whole tags (blanks inside allowed), last digits, ranges with both ends included
 * (`219-236`, `133082500000217-236`), lists of these. Partial tags raise W_TAG_PARTIAL; at most 500 tags come out.
 */
export function parseEarTags(raw: string): EarTags {
  const full: string[] = []
  const tails: string[] = []
  const unread: string[] = []
  for (const part of raw.split(SEPARATORS)) {
    for (const piece of pieces(part)) {
      const tags = expand(piece, CAP - full.length - tails.length)
      if (tags === null) unread.push(piece)
      else for (const tag of tags) (tag.length === TAG_LENGTH ? full : tails).push(tag)
    }
  }
  return { full, tails, unread, flags: tails.length > 0 ? ['W_TAG_PARTIAL'] : [] }
}

/** The part as one code without its blanks where that is a tag or a range, else what the blanks divide. */
function pieces(part: string): string[] {
  const joined = normaliseCode(part)
  if (joined === '') return []
  const divided = part.trim().split(/\s+/)
  if (divided.length === 1 || isEarTagShape(joined) || RANGE.test(joined)) return [joined]
  const codes = divided.map(normaliseCode).filter((code) => code !== '')
  return codes.every((code) => isTag(code) || RANGE.test(code)) ? codes : [joined]
}

function isTag(code: string): boolean {
  return isEarTagShape(code) || (code.length >= TAIL_MIN && code.length <= TAIL_MAX && isDigits(code))
}

/** The tags that the piece stands for; null where it is none, runs backwards, or is more than `room`. */
function expand(piece: string, room: number): string[] | null {
  const range = RANGE.exec(piece)
  if (!range) return isTag(piece) && room > 0 ? [piece] : null
  const first = range[1] ?? ''
  const written = range[2] ?? ''
  if (!isTag(first) || !isTag(written) || written.length > first.length) return null
  const prefix = first.slice(0, Math.max(0, first.length - TAIL_MAX))
  const last = first.slice(0, first.length - written.length) + written
  // Tags of two counties or species have no order between them.
  if (!last.startsWith(prefix)) return null
  return count(prefix, first.slice(prefix.length), last.slice(prefix.length), room)
}

function count(prefix: string, first: string, last: string, room: number): string[] | null {
  const from = Number(first)
  const to = Number(last)
  if (to < from || to - from >= room) return null
  return Array.from(
    { length: to - from + 1 },
    (_, i) => prefix + String(from + i).padStart(first.length, '0'),
  )
}
