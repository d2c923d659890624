import { isRow } from '#adapters/push/record.ts'
import { parseJson } from '#core/parse-json.ts'
import type { ReadOptions, SourceValue } from '#core/source.ts'
import { aroundList } from './around-list.ts'
import type { Sniffed } from './sniff.ts'

const DEEPEST = 4

/** NDJSON where each of the first lines is an object of its own; else JSON with the path of its largest list of objects. */
export function sniffJson(text: string): Sniffed {
  const lines = text.split('\n', 4).filter((line) => line.trim() !== '')
  if (lines.length > 1 && lines.slice(0, 3).every((line) => isObject(line)))
    return {
      read: { format: 'ndjson', ...innerList(lines.slice(0, 3).map((line) => parsed(line))) },
      contentType: 'application/x-ndjson',
    }
  return { read: { format: 'json', ...listIn(text) }, contentType: 'application/json' }
}

/** Where the list of records stands inside a JSON text, and what stands around it; neither for a list, a single record, or no JSON. */
export function listIn(text: string): Pick<ReadOptions, 'rows' | 'lines' | 'envelope'> {
  const value = parsed(text)
  if (Array.isArray(value)) return innerList(value)
  const list = isRow(value) ? longestList(value, '', 0) : null
  if (value === undefined || list === null) return {}
  const rows = list.path
  const envelope = aroundList(value, rows)
  return { rows, ...innerList(list.rows), ...(envelope.length > 0 ? { envelope } : {}) }
}

interface List {
  readonly path: string
  readonly rows: readonly SourceValue[]
}

function longestList(value: { [name: string]: SourceValue }, path: string, depth: number): List | null {
  let best: List | null = null
  for (const [name, member] of Object.entries(value)) {
    // A dot in a name cannot be written in `rows`.
    if (name.includes('.')) continue
    const here = path === '' ? name : `${path}.${name}`
    const found = Array.isArray(member)
      ? member.length > 0 && member.every(isRow)
        ? { path: here, rows: member }
        : null
      : isRow(member) && depth < DEEPEST
        ? longestList(member, here, depth + 1)
        : null
    if (found && (!best || found.rows.length > best.rows.length)) best = found
  }
  return best
}

/** The member of the records that holds lists of objects, where each record has such a list or none; the one with most of them. */
function innerList(rows: readonly (SourceValue | undefined)[]): Pick<ReadOptions, 'lines'> {
  const counts = new Map<string, number>()
  const others = new Set<string>()
  for (const row of rows) {
    for (const [name, member] of isRow(row) ? Object.entries(row) : []) {
      if (Array.isArray(member) && member.every(isRow))
        counts.set(name, (counts.get(name) ?? 0) + member.length)
      else if (member !== null) others.add(name)
    }
  }
  const [best] = [...counts]
    .filter(([name, count]) => count > 0 && !others.has(name) && !name.includes('.'))
    .sort(([, one], [, other]) => other - one)
  return best ? { lines: best[0] } : {}
}

const isObject = (line: string): boolean => isRow(parsed(line))

/** Only the structure is looked at; what the numbers are is read later, by the reader that keeps their digits. */
function parsed(text: string): SourceValue | undefined {
  try {
    return parseJson(text) as SourceValue
  } catch {
    return undefined
  }
}
