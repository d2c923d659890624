import type { Link } from '#core/lineage/traced-record.ts'
import type { WalkPlace, Way } from '#store/lots.ts'
import type { LinkReader } from './link-groups.ts'

/** Reads some steps of a walk from a place in one round trip, at least one. */
export type StepsReader = (place: WalkPlace) => Promise<readonly (readonly Link[])[]>

interface Ahead {
  steps: Promise<readonly (readonly Link[])[]>
  next: number
  before: readonly string[]
  done: number
}

/**
 * A reader for one walk that reads its steps ahead: what the walk asks for step by step is there already, and what lies behind the steps that were read is
 * read ahead from there when it is asked for. The walk asks for each step of a way once from its beginning, from all codes that it reached last.
 */
export function readAhead(
  ways: readonly Way[],
  roots: readonly string[],
  readSteps: StepsReader,
  readOn: LinkReader,
): LinkReader {
  const ahead = new Map(
    ways.map((way): [Way, Ahead] => {
      const steps = readSteps({ way, from: roots, before: [], done: 0 })
      return [way, { steps, next: 0, before: [], done: 0 }]
    }),
  )
  // A walk that ends before it looks at one way leaves its steps unread; an error of theirs is then nobody's.
  for (const { steps } of ahead.values()) steps.catch(() => {})
  return async (codes, way, after, limit) => {
    const own = ahead.get(way)
    if (after !== null || !own) return await readOn(codes, way, after, limit)
    if (own.next === (await own.steps).length) {
      own.steps = readSteps({ way, from: codes, before: own.before, done: own.done })
      own.next = 0
    }
    own.before = [...own.before, ...codes]
    own.done++
    return (await own.steps)[own.next++] ?? []
  }
}
