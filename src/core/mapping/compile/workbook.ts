import type { TableTitle, WorkbookOptions } from '#core/source.ts'
import { type Compiling, choiceOf, entryOf, mapOf, textOf, textsOf } from './compiling.ts'
import type { MapNode, Node } from './node.ts'

const NAMES = ['sheet', 'sheets', 'header', 'title', 'units', 'ditto', 'totals', 'hiddenRows'] as const
const PLACE = 'read.xlsx'
const CELL = /^[A-Z]{1,3}[1-9]\d{0,4}$/
const ROW = /^[1-9]\d{0,4}$/
/** A part of a title is named in a path: it has no dot and is no name of a prototype. */
const PART = /^(?!__proto__$|constructor$|prototype$)[^.\s]{1,50}$/

/** Compiles `read.xlsx`: which sheet, where its headings stand, and what people write into tables. */
export function compileWorkbook(c: Compiling, node: Node): WorkbookOptions | null {
  const map = mapOf(c, node, PLACE, NAMES, 'xlsx: { header: 2 }')
  if (map === null) return null
  const sheet = optional(map, 'sheet', (option, place) => textOf(c, option, place))
  const sheets = optional(map, 'sheets', (option, place) => choiceOf(c, option, place, ['all'] as const))
  const header = optional(map, 'header', (option, place) => headerOf(c, option, place))
  const title = optional(map, 'title', (option) => titleOf(c, option))
  const units = optional(map, 'units', (option, place) => textsOf(c, option, place))
  const ditto = optional(map, 'ditto', (option, place) => choiceOf(c, option, place, ['true', 'false']))
  const totals = optional(map, 'totals', (option, place) => totalsOf(c, option, place))
  const hiddenRows = optional(map, 'hiddenRows', (option, place) =>
    choiceOf(c, option, place, ['read', 'skip'] as const),
  )
  if ([sheet, sheets, header, title, units, ditto, totals, hiddenRows].includes(null)) return null
  if (sheet && sheets) {
    c.mistakes.add(map.at, `${PLACE}.sheets`, 'two_sources', { known: ['sheet', 'sheets'] })
    return null
  }
  if (title && Number(/\d+$/.exec(title.cell)?.[0]) >= firstOf(header)) {
    c.mistakes.add(map.at, `${PLACE}.title`, 'title_below', { found: title.cell })
    return null
  }
  return {
    ...(sheet ? { sheet } : {}),
    ...(sheets ? { sheets } : {}),
    ...(header ? { header } : {}),
    ...(title ? { title } : {}),
    ...(units ? { units } : {}),
    ...(ditto === 'true' ? { ditto: true } : {}),
    ...(totals ? { totals } : {}),
    ...(hiddenRows ? { hiddenRows } : {}),
  }
}

function optional<T>(
  map: MapNode,
  name: (typeof NAMES)[number],
  compile: (node: Node, place: string) => T | null,
): T | null | undefined {
  const node = entryOf(map, name)
  return node === undefined ? undefined : compile(node, `${PLACE}.${name}`)
}

function rowOf(c: Compiling, node: Node, place: string): number | null {
  const text = textOf(c, node, place)
  if (text === null || ROW.test(text)) return text === null ? null : Number(text)
  c.mistakes.add(node.at, place, 'bad_number', { found: text })
  return null
}

/** The row of the headings, or two that follow each other: groups, and the names inside them. */
function headerOf(c: Compiling, node: Node, place: string): WorkbookOptions['header'] | null {
  if (node.is !== 'list') return rowOf(c, node, place)
  const [groups, names, ...more] = node.members.map((member) => rowOf(c, member, place))
  if (groups === null || names === null) return null
  if (groups !== undefined && names === groups + 1 && more.length === 0) return [groups, names]
  c.mistakes.add(node.at, place, 'two_rows')
  return null
}

const firstOf = (header: WorkbookOptions['header'] | null): number => {
  const row = header ?? 1
  return typeof row === 'number' ? row : row[0]
}

function titleOf(c: Compiling, node: Node): TableTitle | null {
  const place = `${PLACE}.title`
  const map = mapOf(c, node, place, ['cell', 'parts'], 'title: { cell: A1, parts: [market, stall] }')
  if (map === null) return null
  const cellNode = entryOf(map, 'cell')
  const cell = cellNode === undefined ? 'A1' : textOf(c, cellNode, `${place}.cell`)
  const partsNode = entryOf(map, 'parts')
  if (partsNode === undefined) c.mistakes.add(node.at, place, 'missing', { wanted: 'parts' })
  const parts = partsNode === undefined ? null : textsOf(c, partsNode, `${place}.parts`)
  if (cell !== null && !CELL.test(cell))
    c.mistakes.add((cellNode ?? node).at, `${place}.cell`, 'bad_cell', { found: cell })
  const wrong = parts?.find((part, i) => !PART.test(part) || parts.indexOf(part) !== i)
  if (wrong !== undefined)
    c.mistakes.add((partsNode ?? node).at, `${place}.parts`, 'forbidden_path', { found: wrong })
  return cell === null || parts === null || wrong !== undefined || !CELL.test(cell) ? null : { cell, parts }
}

function totalsOf(c: Compiling, node: Node, place: string): Record<string, readonly string[]> | null {
  if (node.is !== 'map' || node.entries.size === 0) {
    c.mistakes.add(node.at, place, 'not_map', { wanted: 'totals: { 序号: [合计] }' })
    return null
  }
  const totals: Record<string, readonly string[]> = Object.create(null)
  for (const { name, value } of node.entries.values()) {
    const texts = textsOf(c, value, `${place}.${name}`)
    if (texts === null) return null
    totals[name] = texts
  }
  return { ...totals }
}
