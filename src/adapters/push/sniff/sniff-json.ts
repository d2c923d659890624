import { isRow } from '#adapters/push/record.ts'
import type { SourceValue } from '#core/source.ts'
import type { Sniffed } from './sniff.ts'

const DEEPEST = 4

/** NDJSON where each of the first lines is an object of its own; else JSON with the path of its largest list of objects. */
export function sniffJson(text: string): Sniffed {
  const lines = text.split('\n', 4).filter((line) => line.trim() !== '')
  if (lines.length > 1 && lines.slice(0, 3).every((line) => isObject(line)))
    return { read: { format: 'ndjson' }, contentType: 'application/x-ndjson' }
  const rows = rowsOf(text)
  return { read: { format: 'json', ...(rows === '' ? {} : { rows }) }, contentType: 'application/json' }
}

/** Path of the list of records inside a JSON text; empty for the root, and for a text that is not JSON. */
export function rowsOf(text: string): string {
  const value = parsed(text)
  return isRow(value) ? (longestList(value, '', 0)?.path ?? '') : ''
}

interface List {
  readonly path: string
  readonly length: number
}

function longestList(value: { [name: string]: SourceValue }, path: string, depth: number): List | null {
  let best: List | null = null
  for (const [name, member] of Object.entries(value)) {
    // A dot in a name cannot be written in `rows`.
    if (name.includes('.')) continue
    const here = path === '' ? name : `${path}.${name}`
    const found = Array.isArray(member)
      ? member.length > 0 && member.every(isRow)
        ? { path: here, length: member.length }
        : null
      : isRow(member) && depth < DEEPEST
        ? longestList(member, here, depth + 1)
        : null
    if (found && (!best || found.length > best.length)) best = found
  }
  return best
}

const isObject = (line: string): boolean => isRow(parsed(line))

/** Only the structure is looked at; what the numbers are is read later, by the reader that keeps their digits. */
function parsed(text: string): SourceValue | undefined {
  try {
    return JSON.parse(text) as SourceValue
  } catch {
    return undefined
  }
}
