import { type Compiling, listOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import type { IntoList } from './document.ts'

/** A list whose entries are compiled one by one; nothing where none of them gives anything. */
export function compileList<T>(
  c: Compiling,
  node: Node,
  target: string,
  verb: string,
  compileEntry: (c: Compiling, node: Node, target: string) => IntoList<T> | null,
): Plan<T[]> | null {
  const members = listOf(c, node, target)
  if (members === null) return null
  const entries: IntoList<T>[] = []
  members.forEach((member, i) => {
    const entry = compileEntry(c, member, `${target}.${i}`)
    if (entry !== null) entries.push(entry)
  })
  if (entries.length < members.length) return null
  return {
    verb,
    evaluate: (run) => {
      const list: T[] = []
      for (let i = 0; i < entries.length; i++) (entries[i] as IntoList<T>)(run, list)
      return list.length === 0 ? undefined : list
    },
  }
}
