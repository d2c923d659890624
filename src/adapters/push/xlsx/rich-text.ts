import { CELL_MAX_CHARS } from './limits.ts'
import { damaged } from './refuse.ts'

const ESCAPED = /_x([0-9A-Fa-f]{4})_/g

/** Texts of cells escape what XML cannot hold as `_x000D_`; NUL and halves of pairs stay escaped, for no text can hold them. */
export function unescapeCell(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(ESCAPED, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? whole : String.fromCharCode(code)
  })
}

/**
 * Puts together the text of a shared or inline string: plain, or in runs (`r`) of different fonts. Readings in another script
 * (`rPh`) are left out.
 */
export function richText() {
  let parts = ''
  let taking = false
  let inReading = false
  return {
    begin(): void {
      parts = ''
      taking = false
      inReading = false
    },
    open(name: string): void {
      if (name === 'rPh') inReading = true
      else if (name === 't') taking = !inReading
    },
    close(name: string): void {
      if (name === 'rPh') inReading = false
      else if (name === 't') taking = false
    },
    text(text: string, at: string): void {
      if (!taking) return
      parts += text
      if (parts.length > CELL_MAX_CHARS) throw longText(at)
    },
    value: (): string => unescapeCell(parts),
  }
}

export const longText = (at: string) =>
  damaged(
    at,
    `a text of more than ${CELL_MAX_CHARS} characters, which no spreadsheet keeps`,
    'shorten the text',
  )
