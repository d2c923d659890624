import { FORMATS_MAX } from './limits.ts'
import type { Attributes, PartEvents } from './part-reader.ts'
import { tooLarge } from './refuse.ts'
import type { Shown } from './serial.ts'

/** Number formats that every program knows by number (ECMA-376 part 1, 18.8.30), those of Chinese programs among them. */
const KNOWN = new Map<number, Shown>()
for (const id of [14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58])
  KNOWN.set(id, 'date')
for (const id of [18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56]) KNOWN.set(id, 'time')

const CODE_MAX_CHARS = 1024
// Texts in quotes, escaped signs, fill and space signs, and brackets (colour, locale, condition) say nothing of dates.
const WORDS = /"[^"]*"?|\\.|[_*].|\[[^\]]*\]?/g
const ELAPSED = /\[(?:h+|m+|s+)\]/i

/** What a format of the workbook's own shows. `[h]:mm` counts hours and is a number. */
export function shownBy(code: string): Shown {
  const [first = ''] = code.slice(0, CODE_MAX_CHARS).split(';')
  if (ELAPSED.test(first)) return 'number'
  const bare = first.replace(WORDS, '').toLowerCase()
  if (bare.includes('general') || /[0#?@]/.test(bare.replace(/[hms.:]*s\.0+/g, ''))) return 'number'
  if (/[yd]/.test(bare)) return 'date'
  if (/[hs]/.test(bare)) return 'time'
  return bare.includes('m') ? 'date' : 'number'
}

/** What the cells of each format show, in the order of `cellXfs`, filled while the part of the styles is read. */
export function formatReader(): { readonly events: PartEvents; readonly shown: readonly Shown[] } {
  const own = new Map<number, Shown>()
  const shown: Shown[] = []
  let inFormats = false
  const open = (name: string, attributes: Attributes): void => {
    if (name === 'numFmt') own.set(Number(attributes['numFmtId']), shownBy(attributes['formatCode'] ?? ''))
    else if (name === 'cellXfs') inFormats = true
    else if (name === 'xf' && inFormats) {
      const id = Number(attributes['numFmtId'] ?? '0')
      shown.push(own.get(id) ?? KNOWN.get(id) ?? 'number')
    }
    if (shown.length > FORMATS_MAX || own.size > FORMATS_MAX)
      throw tooLarge('styles', `more than ${FORMATS_MAX} cell formats`)
  }
  const close = (name: string): void => {
    if (name === 'cellXfs') inFormats = false
  }
  return { events: { open, close }, shown }
}
