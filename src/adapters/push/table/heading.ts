import { refuseTable } from './refuse.ts'

/** A column of a table that people fill in. */
export interface TableColumn {
  /** Name of the field. */
  readonly field: string
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

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '（': '）', '[': ']', '【': '】', '〔': '〕' }

function unitBehind(rest: string): string | null {
  const last = PAIRS[rest.charAt(0)]
  const isWhole = last !== undefined && rest.length > 2 && rest.endsWith(last)
  const unit = isWhole ? rest.slice(1, -1) : /^[/／]./.test(rest) ? rest.slice(1) : ''
  return unit.trim() === '' ? null : unit.trim()
}

/** The fields of all columns are different. @throws DecodeRefusal */
export function checkFields(
  columns: readonly (TableColumn & { readonly at: string })[],
  others: readonly string[],
): void {
  const seen = new Set<string>(others)
  for (const { field, at } of columns) {
    if (seen.has(field)) throw refuseTable('same_name', at)
    seen.add(field)
  }
}
