import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ReadOptions } from '#core/source.ts'
import { isMojibake, normaliseKey } from '#core/text.ts'

/** What a mapping needs of the titles of a table. */
export type Needed = Pick<ReadOptions, 'columns' | 'names'>

/** Titles are words; what has figures, quotation marks or brackets of programs in it may be a row, and rows may be of persons. */
const TITLE = /^[\p{L}\p{M}_()（）/／、.·% -]{1,20}$/u
const SHOWN_MAX_CHARS = 120
const FIX =
  'send the file to the record that it is for, with the titles of the interface document in its title row; changed titles need a changed mapping'

/** The names of a column that the key is made of and that no title has. */
export function missingColumn(
  titles: readonly string[],
  { columns = [], names }: Needed,
): readonly string[] | undefined {
  const spelt = (name: string): string => (names === 'any-case' ? normaliseKey(name) : name)
  const found = new Set(titles.map(spelt))
  return columns.find((one) => !one.some((name) => found.has(spelt(name))))
}

/**
 * The columns that the key is made of are there. Said once of the table, not in each of its rows.
 * @throws DecodeRefusal that names the column and the titles that there are
 */
export function checkNeeded(titles: readonly string[], needed: Needed, at: string): void {
  const missing = missingColumn(titles, needed)
  if (missing === undefined) return
  const column = missing.join('/')
  if (titles.some(isMojibake))
    throw new DecodeRefusal(
      'E_ENCODING',
      at,
      `no column ${column}: the titles are text that was destroyed before it was sent`,
      'send the file in its right character set (UTF-8 or GB18030)',
    )
  const reason = titles.every((title) => TITLE.test(title))
    ? `no column ${column}; the titles are ${shown(titles)}`
    : `no column ${column}; the first row is no title row of this record`
  throw new DecodeRefusal('E_SCHEMA', at, reason, FIX)
}

function shown(titles: readonly string[]): string {
  const text = titles.join('、')
  return text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text
}
