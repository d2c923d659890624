import type { SourceRecord, SourceValue } from '#core/source.ts'

const NONE: readonly string[] = Object.freeze([])
const MOST = 100

/** Finds the source fields that a mapping neither reads nor ignores; a field inside an object or list is named with dots. */
export function driftFinder(known: ReadonlySet<string>): (source: SourceRecord) => readonly string[] {
  const parents = new Set<string>()
  for (const path of known) {
    let at = path.indexOf('.')
    while (at > 0) {
      parents.add(path.slice(0, at))
      at = path.indexOf('.', at + 1)
    }
  }
  return ({ value }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return NONE
    let found: string[] | null = null
    for (const name in value) {
      if (known.has(name) && !parents.has(name)) continue
      found ??= []
      look(value[name] as SourceValue, name, known, parents, found)
    }
    return found === null || found.length === 0 ? NONE : found
  }
}

function look(
  value: SourceValue,
  path: string,
  known: ReadonlySet<string>,
  parents: ReadonlySet<string>,
  found: string[],
): void {
  if (!parents.has(path)) {
    if (!known.has(path) && !found.includes(path) && found.length < MOST) found.push(path)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const member of value) if (typeof member === 'object') look(member, path, known, parents, found)
    return
  }
  for (const name in value) look(value[name] as SourceValue, `${path}.${name}`, known, parents, found)
}
