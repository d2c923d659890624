import type { MappedSource } from '#core/mapping/mapping.ts'

/** What a trial can tell of an order that is told with all its lines; at its last line. */
export interface TriedWhole {
  /** Key of the order. */
  readonly key: readonly string[]
  /** How many lines it has; null where the key of one cannot be read, so that nothing would end. */
  readonly lines: number | null
  /** How many lines that the same order has elsewhere in the sample end by it; those that a hub knows may be more. */
  readonly ends: number
}

/** The orders of a sample as they would be taken one after the other, by the place of their last line. */
export function triedWholes(sources: readonly MappedSource[]): Map<number, TriedWhole> {
  const tried = new Map<number, TriedWhole>()
  const newest = new Map<
    string,
    { readonly order: string | undefined; readonly lines: ReadonlySet<string> }
  >()
  for (const { index, whole } of sources) {
    if (!whole || whole.lines === undefined) continue
    const { id, key, order, lines, unsure, lacksOrderAt } = whole
    const before = newest.get(id)
    const isLate = order !== undefined && before?.order !== undefined && order < before.order
    const counts = unsure === undefined && lacksOrderAt === undefined && !isLate
    tried.set(index, {
      key,
      lines: unsure === undefined ? lines.size : null,
      ends: counts && before ? before.lines.difference(lines).size : 0,
    })
    if (counts) newest.set(id, { order, lines })
  }
  return tried
}
