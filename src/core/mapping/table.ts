import { beginCompiling, type Compiling, entryOf, listOf, mapOf, textOf } from './compile/compiling.ts'
import { mistakesOf } from './compile/mistakes.ts'
import { parseFile } from './compile/node.ts'
import type { CodeRow, CodeTable, Mistake } from './mapping.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/**
 * Reads a code table, `tables/<name>.yaml`: `rows: [{ code, value, from?, to? }]`, with the days on which a row counts. Tells of
 * every mistake; the table is null where there is one.
 */
export function parseCodeTable(
  name: string,
  path: string,
  text: string,
): { table: CodeTable | null; mistakes: Mistake[] } {
  const parsed = parseFile(text)
  const mistakes = mistakesOf(path, parsed.place)
  for (const fault of parsed.faults) mistakes.unreadable(fault)
  const c: Compiling = beginCompiling(mistakes)
  const root =
    parsed.root === null ? null : mapOf(c, parsed.root, '', ['rows'], 'rows: [{ code: …, value: … }]')
  const rowsNode = root === null ? undefined : entryOf(root, 'rows')
  if (root !== null && rowsNode === undefined) mistakes.add(root.at, '', 'missing', { wanted: 'rows' })
  const members = rowsNode === undefined ? [] : (listOf(c, rowsNode, 'rows') ?? [])
  const rows: CodeRow[] = []
  members.forEach((member, i) => {
    const place = `rows.${i}`
    const map = mapOf(c, member, place, ['code', 'value', 'from', 'to'])
    if (map === null) return
    const read = (wanted: string): string | undefined => {
      const node = entryOf(map, wanted)
      return node === undefined ? undefined : (textOf(c, node, `${place}.${wanted}`) ?? undefined)
    }
    const [code, value, from, to] = [read('code'), read('value'), read('from'), read('to')]
    for (const wanted of ['code', 'value'])
      if (!map.entries.has(wanted)) mistakes.add(member.at, place, 'missing', { wanted })
    for (const day of [from, to])
      if (day && !DAY.test(day))
        mistakes.add(member.at, place, 'bad_format', { found: day, meant: 'yyyy-MM-dd' })
    if (code && value) rows.push({ code, value, ...(from ? { from } : {}), ...(to ? { to } : {}) })
  })
  return mistakes.none
    ? { table: { name, rows }, mistakes: [] }
    : { table: null, mistakes: mistakes.sorted() }
}
