import type { Change } from '#store/changes.ts'
import type { Hold } from '#store/held-changes.ts'
import type { Overtaken } from '#store/replayed-changes.ts'
import { WAITS } from './batch.ts'

/**
 * The changes of a page up to the first that a replay stands before within it, and what replays made of their records before the page. Behind
 * a change that is cut off here the next page begins.
 */
export function behindReplays(
  page: readonly Change[],
  overtaken: readonly Overtaken[],
): { readonly changes: readonly Change[]; readonly ahead: readonly Overtaken[] } {
  if (overtaken.length === 0) return { changes: page, ahead: overtaken }
  const made = Map.groupBy(overtaken, ({ recordId }) => recordId)
  const first = new Map<string, bigint>()
  let until = 0
  for (const { recordId, position } of page) {
    const begun = first.get(recordId)
    if (begun === undefined) first.set(recordId, position)
    else if (made.get(recordId)?.some((one) => one.position > begun && one.position < position)) break
    until++
  }
  return {
    changes: page.slice(0, until),
    ahead: overtaken.filter(({ recordId, position }) => position < (first.get(recordId) ?? 0n)),
  }
}

/**
 * What replays made of the records of changes before these: it waits ahead of them among the held changes, so that every version goes and none
 * goes back, whoever goes on. The first of a record of which nothing waits is due.
 * @param held records of which a version waits already
 */
export function holdsAhead(
  changes: readonly Change[],
  ahead: readonly Overtaken[],
  held: ReadonlySet<string>,
  nowMs: number,
): Hold[] {
  if (ahead.length === 0) return []
  const concerned = new Set(changes.map(({ recordId }) => recordId))
  const known = new Set<string>(held)
  return ahead
    .filter(({ recordId }) => concerned.has(recordId))
    .map((one) => {
      const nextAtMs = known.has(one.recordId) ? null : nowMs
      known.add(one.recordId)
      return { ...one, ...WAITS, nextAtMs }
    })
}
