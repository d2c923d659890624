import { quoted } from './quoted.ts'
import type { Recognised } from './recognise.ts'

/** Tells whether lines of a mapping name a field. A field that is called as a word of the language is taken for one that they name. */
export function usedIn(lines: readonly string[]): (field: Recognised) => boolean {
  const text = lines.filter((line) => !line.trimStart().startsWith('#')).join('\n')
  const words = new Set(text.match(/[\p{L}\p{N}_.-]+/gu))
  return ({ profile: { name } }) => {
    const written = quoted(name)
    return written === name ? words.has(name) : text.includes(written)
  }
}
