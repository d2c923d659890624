import type { GraphCode } from '#core/lineage/codes.ts'
import type { TraceNode } from '#core/lineage/graph.ts'
import { type MentionRole, mentionsOf } from '#core/lineage/mentions.ts'
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
 * what lies further back comes first, and what made goods or papers comes before what names them as its sources.
 */
export function inPathOrder<T extends Placed>(steps: readonly T[]): T[] {
  const days = Map.groupBy(steps.toSorted(byPlace), ({ record }) => dayOf(record.body.occurredAt) ?? '')
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, day]) => timesInOrder(sourcesFirst(day)))
}

const MADE: ReadonlySet<MentionRole> = new Set(['self', 'output', 'voucher'])
const CAME_OF: ReadonlySet<MentionRole> = new Set(['input', 'source', 'upstream'])
/** Kinds of records whose goods are there through them; others tell of goods that are there. */
const BRINGS: ReadonlySet<Kind> = new Set(['production', 'dispatch', 'entry', 'transformation'])

/** In the same order but for steps that name what later ones made; where each came of the other the order stays. */
function sourcesFirst<T extends Placed>(steps: readonly T[]): readonly T[] {
  if (steps.length < 2) return steps
  const codes = (step: T, isMeant: (role: MentionRole, kind: Kind) => boolean): GraphCode[] =>
    mentionsOf(step.record.body).flatMap(({ code, role }) => (isMeant(role, step.record.kind) ? code : []))
  const makers = new Map<GraphCode, T[]>()
  for (const step of steps)
    for (const code of codes(
      step,
      (role, kind) => MADE.has(role) || (role === 'subject' && BRINGS.has(kind)),
    ))
      makers.set(code, [...(makers.get(code) ?? []), step])
  const before = new Map(
    steps.map((step) => [
      step,
      codes(step, (role, kind) => CAME_OF.has(role) || (role === 'subject' && !BRINGS.has(kind))).flatMap(
        (code) => makers.get(code) ?? [],
      ),
    ]),
  )
  const left = new Set(steps)
  const ordered: T[] = []
  while (left.size > 0) {
    const isNext = (step: T): boolean =>
      before.get(step)?.every((one) => one === step || !left.has(one)) ?? true
    const next = [...left].find(isNext) ?? ([...left][0] as T)
    left.delete(next)
    ordered.push(next)
  }
  return ordered
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
