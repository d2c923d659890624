import type { Link } from '#core/lineage/traced-record.ts'
import type { Way } from '#store/lots.ts'
import type { LinkReader } from './link-groups.ts'

/** Reads the steps of a walk one way, as far as one round trip goes. */
export type StepsReader = (way: Way) => Promise<readonly (readonly Link[])[]>

/**
 * A reader for one walk that has read its steps ahead: what the walk asks for step by step is there already, and what lies behind the steps that were
 * read is read when it is asked for. The walk asks for each step of a way once from its beginning, from all codes that it reached.
 */
export function readAhead(ways: readonly Way[], readSteps: StepsReader, readOn: LinkReader): LinkReader {
  const ahead = new Map(ways.map((way) => [way, { steps: readSteps(way), next: 0 }]))
  // A walk that ends before it looks at one way leaves its steps unread; an error of theirs is then nobody's.
  for (const { steps } of ahead.values()) steps.catch(() => {})
  return async (codes, way, after, limit) => {
    const own = ahead.get(way)
    if (after !== null || !own) return await readOn(codes, way, after, limit)
    const steps = await own.steps
    const links = steps[own.next++]
    return links ?? (await readOn(codes, way, after, limit))
  }
}
