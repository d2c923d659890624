import { refuseTable } from './refuse.ts'

/** A column of a table that people fill in. */
export interface TableColumn {
  /** Name of the field; of a column in a group the name of that, a dot and its own. */
  readonly field: string
  /** What stands over it and its neighbours. */
  readonly group?: string
  /** What the heading says. */
  readonly heading: string
  /** Unit that stands in the heading, where the mapping says that one does. */
  readonly unit?: string
}

const POISON = new Set(['__proto__', 'constructor', 'prototype'])
// What stands in rows and never in a heading: a number, a date, a code.
const DATUM = /^[\d.,:/ +-]*\d[\d.,:/ +-]*$/
const NAME_MAX_CHARS = 200

/** Fields that are no column: the parts of the title and the units of the headings. */
export const TITLE = 'title'
export const UNIT = 'unit'

/** Reads one heading. @param units fields whose heading has their unit behind the name: `数量(斤)`, `数量（公斤）`, `重量/kg` */
export function readHeading(text: string, units: readonly string[], at: string): TableColumn {
  // Line breaks in a heading only make the column narrow.
  const lines = text.split(/[\r\n]+/)
  const heading = lines.map((line) => line.trim()).join('')
  if (POISON.has(heading) || heading.length > NAME_MAX_CHARS) throw refuseTable('bad_name', at)
  if (heading !== '' && DATUM.test(heading)) throw refuseTable('no_header', at)
  for (const field of units) {
    if (!heading.startsWith(field)) continue
    const unit = unitBehind(heading.slice(field.length).trim())
    if (unit !== null) return { field, heading, unit }
  }
  return { field: heading, heading }
}

/** Reads a heading that may stand in a group. @param units fields as they are called with their group */
export function readGrouped(
  text: string,
  group: string | undefined,
  units: readonly string[],
  at: string,
): TableColumn {
  if (group === undefined) return readHeading(text, units, at)
  const before = `${group}.`
  const own = units.flatMap((unit) => (unit.startsWith(before) ? [unit.slice(before.length)] : []))
  const { field, heading, ...rest } = readHeading(text, own, at)
  return { ...rest, field: before + field, heading: before + heading, group }
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '（': '）', '[': ']', '【': '】', '〔': '〕' }

function unitBehind(rest: string): string | null {
  const last = PAIRS[rest.charAt(0)]
  const isWhole = last !== undefined && rest.length > 2 && rest.endsWith(last)
  const unit = isWhole ? rest.slice(1, -1) : /^[/／]./.test(rest) ? rest.slice(1) : ''
  return unit.trim() === '' ? null : unit.trim()
}

/** The fields of all columns are different, and none is called as a group is. @throws DecodeRefusal */
export function checkFields(
  columns: readonly (TableColumn & { readonly at: string })[],
  others: readonly string[],
): void {
  const seen = new Set<string>(others)
  const groups = new Set<string>()
  for (const { field, at, group } of columns) {
    if (seen.has(field) || groups.has(field)) throw refuseTable('same_name', at)
    seen.add(field)
    if (group === undefined) continue
    if (seen.has(group)) throw refuseTable('same_name', at)
    groups.add(group)
  }
}
