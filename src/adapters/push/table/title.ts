import type { TableTitle } from '#core/source.ts'
import { refuseTable } from './refuse.ts'

/** The parts of a title cell, which stand in their order with blanks between them. @throws DecodeRefusal where there are fewer or more */
export function readTitle(text: string, title: TableTitle): Readonly<Record<string, string>> {
  const words = wordsOf(text)
  const { parts, cell } = title
  if (words.length !== parts.length) throw refuseTable('no_title', cell)
  return Object.fromEntries(parts.map((part, i) => [part, words[i] as string]))
}

/** The words of a title, between its blanks. */
export const wordsOf = (text: string): string[] => text.split(/[\s\u3000]+/).filter((word) => word !== '')
