import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { TableTitle } from '#core/source.ts'

/** The parts of a title cell, which stand in their order with blanks between them. @throws DecodeRefusal where there are fewer or more */
export function readTitle(text: string, title: TableTitle): Readonly<Record<string, string>> {
  const words = text.split(/[\s\u3000]+/).filter((word) => word !== '')
  const { parts, cell } = title
  if (words.length !== parts.length) {
    const reason =
      words.length === 0
        ? 'no title row: the cell is empty'
        : `no title row: the cell has ${words.length} parts between blanks, not ${parts.length}`
    const fix = `write ${parts.length} parts into ${cell} with a blank between them: ${parts.join(', ')}`
    throw new DecodeRefusal('E_SCHEMA', cell, reason, fix)
  }
  return Object.fromEntries(parts.map((part, i) => [part, words[i] as string]))
}
