import { joinHeadings } from '#adapters/push/table/heading-rows.ts'
import { columnName, placeOf } from '#adapters/push/xlsx/reference.ts'
import { meaningOfName } from '#core/mapping/propose/meaning.ts'
import { isDitto } from '#core/nulls.ts'
import type { SheetLine } from './first-rows.ts'

const HEADING_MAX_CHARS = 40
const GROUP_MAX_CHARS = 12
/** A number, a day, a code: what stands in rows. */
const DATUM = /^[\d.,:/ +-]*\d[\d.,:/ +-]*$/
/** What says something of the table as a whole: `单位：…`, `2025年3月`. */
const REMARK = /[:：\d]/u

/** The headings of a table: by the letter of their column, and where they stand among the lines. */
export interface Headings {
  readonly first: number
  readonly last: number
  readonly names: ReadonlyMap<string, string>
}

/** The row of the headings, or the two rows of groups and the names inside them; null of a sheet without rows. */
export function headingsOf(lines: readonly SheetLine[]): Headings | null {
  const at = headingAt(lines)
  const line = lines[at]
  if (line === undefined) return null
  const names = textsOf(line)
  return groupsAt(lines, at) ?? groupsAt(lines, at - 1) ?? { first: at, last: at, names }
}

/**
 * The row of groups at a place, with the names below it: a name stands where the groups have none, and is known for what it means there; or names
 * that come twice are told apart by their groups.
 */
function groupsAt(lines: readonly SheetLine[], at: number): Headings | null {
  const [above, below] = [lines[at], lines[at + 1]]
  if (!above || !below || below.row !== above.row + 1) return null
  const [groups, own] = [textsOf(above), textsOf(below)]
  if (groups.size < 2 || ![...groups.values()].every(isGroup) || !isHeading(below)) return null
  if (![...own.keys()].some((letter) => !groups.has(letter))) return null
  const joined = joinHeadings(byColumn(groups), byColumn(own))
  const names = new Map(
    joined.map(({ column, group, text }) => [
      columnName(column),
      group === undefined ? text : `${group}.${text}`,
    ]),
  )
  const isTwice = new Set(own.values()).size < own.size
  const isKnown = joined.some(
    ({ group, text }) => group !== undefined && meaningOfName(`${group}.${text}`) !== undefined,
  )
  const isWhole = new Set(names.values()).size === names.size
  return isWhole && isKnown && (isTwice || groups.size * 2 > own.size)
    ? { first: at, last: at + 1, names }
    : null
}

const isGroup = (text: string): boolean => text.length <= GROUP_MAX_CHARS && !REMARK.test(text)

/**
 * The first row of which most cells are filled, with short texts that are all different; where none is such, one in which a text comes
 * twice: the reader names its cell then.
 */
function headingAt(lines: readonly SheetLine[]): number {
  const width = lines.reduce((most, { cells }) => Math.max(most, cells.size), 0)
  const likely = lines.map((line) => line.cells.size * 2 > width && isHeading(line))
  const found = lines.findIndex(({ cells }, i) => likely[i] && new Set(cells.values()).size === cells.size)
  return Math.max(found < 0 ? likely.indexOf(true) : found, 0)
}

const isHeading = ({ cells }: SheetLine): boolean =>
  [...cells.values()].every(
    (name) =>
      typeof name === 'string' && name.length <= HEADING_MAX_CHARS && !DATUM.test(name) && !isDitto(name),
  )

/** As the reader reads a heading: line breaks in it only make the column narrow. */
const oneLine = (heading: string): string =>
  heading
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .join('')

const textsOf = ({ cells }: SheetLine): Map<string, string> =>
  new Map(
    [...cells].flatMap(([letter, value]) => {
      const text = oneLine(String(value))
      return text === '' ? [] : [[letter, text] as const]
    }),
  )

const byColumn = (texts: ReadonlyMap<string, string>): Map<number, string> =>
  new Map([...texts].map(([letter, text]) => [placeOf(`${letter}1`)?.column ?? 0, text] as const))
