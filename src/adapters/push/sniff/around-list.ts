import { isRow } from '#adapters/push/record.ts'
import type { SourceValue } from '#core/source.ts'

const DEEPEST = 4
/** A sender says little of itself; what has more members around its list is something else. */
const MOST = 20
const NAME_MAX_CHARS = 100
const POISON = new Set(['__proto__', 'constructor', 'prototype'])

/** Paths of the single values around the list at `rows`: `method`, `head.nodeId`. */
export function aroundList(document: SourceValue, rows: string): string[] {
  const found: string[] = []
  const look = (value: SourceValue, path: string, depth: number): void => {
    if (!isRow(value) || depth > DEEPEST) return
    for (const [name, member] of Object.entries(value)) {
      // A dot or a backslash in a name cannot be written in a path.
      if (name === '' || /[.\\]/.test(name) || name.length > NAME_MAX_CHARS || POISON.has(name)) continue
      const here = path === '' ? name : `${path}.${name}`
      if (here === rows || Array.isArray(member)) continue
      if (isRow(member)) look(member, here, depth + 1)
      else if (member !== null && found.length < MOST) found.push(here)
    }
  }
  look(document, '', 0)
  return found
}
