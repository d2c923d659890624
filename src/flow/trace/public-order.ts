import type { TraceNode } from '#core/lineage/graph.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { When } from '#core/model/values.ts'

/** A record of the path, at the lot or paper that it is shown for. */
export interface Placed {
  readonly record: TracedRecord
  readonly node: Pick<TraceNode, 'depth'>
}

/** Kinds of records that a path shows, in the order in which goods meet them. */
export const PATH_KINDS: readonly Kind[] = [
  'production',
  'document',
  'dispatch',
  'entry',
  'transformation',
  'test',
  'sale',
  'hold',
  'disposal',
]

/** What is done to all goods that a record names, so that it comes after what the last of them had gone through. */
const LAST: ReadonlySet<Kind> = new Set(['hold', 'disposal'])

/** Of two places of one record the one that its step stands at: as far back as its goods came from, or where the last of them got to. */
export function placeOf<T extends Placed>(a: T, b: T): T {
  const [near, far] = a.node.depth <= b.node.depth ? [a, b] : [b, a]
  return LAST.has(a.record.kind) ? near : far
}

/** The day that a time names, YYYY-MM-DD. */
export const dayOf = (when: When | null | undefined): string | undefined => when?.at.slice(0, 10)

/**
 * Steps by day. Those of one day that have a time follow it; those of which only the day is known keep their place in the path, where
 * what lies further back comes first.
 */
export function inPathOrder<T extends Placed>(steps: readonly T[]): T[] {
  const days = Map.groupBy(steps.toSorted(byPlace), ({ record }) => dayOf(record.body.occurredAt) ?? '')
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, day]) => timesInOrder(day))
}

function timesInOrder<T extends Placed>(day: readonly T[]): T[] {
  const timed = day
    .filter((step) => timeOf(step) !== null)
    .sort((a, b) => {
      const [timeA, timeB] = [timeOf(a) ?? '', timeOf(b) ?? '']
      return timeA < timeB ? -1 : timeA > timeB ? 1 : 0
    })
    .values()
  return day.map((step) => (timeOf(step) === null ? step : (timed.next().value ?? step)))
}

const TIMED: ReadonlySet<When['precision']> = new Set(['second', 'minute', 'hour'])

function timeOf({ record }: Placed): string | null {
  const { occurredAt } = record.body
  return occurredAt && TIMED.has(occurredAt.precision) ? occurredAt.at : null
}

const byPlace = (a: Placed, b: Placed): number =>
  b.node.depth - a.node.depth ||
  PATH_KINDS.indexOf(a.record.kind) - PATH_KINDS.indexOf(b.record.kind) ||
  (a.record.id < b.record.id ? -1 : 1)
