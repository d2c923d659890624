import type { Link, ReachedNode } from '#core/lineage/traced-record.ts'
import type { Way } from '#store/lots.ts'
import { type LinkReader, linkGroups } from './link-groups.ts'
import { isAfter, type Place } from './place.ts'

export type Direction = Way | 'both'

export interface WalkBounds {
  readonly direction: Direction
  /** Most steps from a root. */
  readonly depth: number
  /** Most nodes on one page. */
  readonly limit: number
  /** The page begins after this place; null for the first page. */
  readonly after: Place | null
  /** Links read at once of one step. */
  readonly atOnce?: number
}

export interface Walked {
  readonly nodes: readonly ReachedNode[]
  /** One that both ways came to is there twice. */
  readonly links: readonly Link[]
  /** Where the next page begins; null when everything within the depth was given. */
  readonly next: Place | null
  /** Whether there is more: on the next page, or beyond the depth. */
  readonly truncated: boolean
}

/** Links read for one page, with those of the pages before it, which are walked again: a walk must end. */
const LINKS_MAX = 500_000
const START: Place = { depth: 0, way: 'back', code: '' }

/**
 * Walks the graph breadth first from the roots, one set of links for each depth and way, nearest nodes first. Every code is visited
 * once a way, so cycles end. The pages together hold each node once and every link of the nodes nearer than the depth; a link stands
 * on the page on which the code that it leads to was looked at.
 */
export async function walk(read: LinkReader, roots: readonly string[], bounds: WalkBounds): Promise<Walked> {
  const { direction, depth: maxDepth, limit } = bounds
  const first = bounds.after ?? START
  const ways: readonly Way[] = direction === 'both' ? ['back', 'forward'] : [direction]
  const visited = { back: new Set(roots), forward: new Set(roots) }
  const frontier: Record<Way, readonly string[]> = { back: roots, forward: roots }
  const listed = new Set(roots)
  const nodes: ReachedNode[] = bounds.after
    ? []
    : roots.map((code) => ({ code, depth: 0, relation: 'root' as const }))
  const links: Link[] = []
  let seen = 0
  let last = first
  const page = (next: Place | null, truncated: boolean): Walked => ({
    nodes,
    links,
    next,
    truncated,
  })

  for (let depth = 1; depth <= maxDepth; depth++) {
    for (const way of ways) {
      const reached: string[] = []
      for await (const groups of linkGroups(read, frontier[way], way, bounds.atOnce))
        for (const group of groups) {
          const { code } = group
          const place: Place = { depth, way, code }
          const isListed = listed.has(code)
          if (isAfter(place, first)) {
            if (!isListed && nodes.length >= limit) return page(last, true)
            if (!isListed) nodes.push({ code, depth, relation: way })
            for (const link of group.links) links.push(link)
          }
          if (!visited[way].has(code)) reached.push(code)
          visited[way].add(code)
          listed.add(code)
          last = place
          seen += group.links.length
          if (seen > LINKS_MAX) return page(null, true)
        }
      frontier[way] = reached
    }
    if (ways.every((way) => frontier[way].length === 0)) return page(null, false)
  }
  for (const way of ways)
    if (await goesOn(read, frontier[way], way, visited[way], bounds.atOnce)) return page(null, true)
  return page(null, false)
}

async function goesOn(
  read: LinkReader,
  codes: readonly string[],
  way: Way,
  visited: ReadonlySet<string>,
  atOnce: number | undefined,
): Promise<boolean> {
  for await (const groups of linkGroups(read, codes, way, atOnce))
    if (groups.some(({ code }) => !visited.has(code))) return true
  return false
}
