import type { Link, ReachedNode } from '#core/lineage/traced-record.ts'
import type { Way } from '#store/lots.ts'
import type { Follower } from './followers.ts'
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
 * Walks the graph breadth first from the roots, one set of links for each depth and way, nearest nodes first, over those that the follower follows. Every code is visited
 * once a way and goods, so cycles end. The pages together hold each node once and every link of the nodes nearer than the depth; a link stands
 * on the page on which the code that it leads to was looked at.
 */
export async function walk(
  read: LinkReader,
  follower: Follower,
  roots: readonly string[],
  bounds: WalkBounds,
): Promise<Walked> {
  const { direction, depth: maxDepth, limit } = bounds
  const first = bounds.after ?? START
  const ways: readonly Way[] = direction === 'both' ? ['back', 'forward'] : [direction]
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
      for await (const groups of linkGroups(read, frontier[way], way, bounds.atOnce))
        for (const group of groups) {
          const { code } = group
          const followed = follower.follow(way, group)
          if (followed.length === 0) continue
          const place: Place = { depth, way, code }
          const isListed = listed.has(code)
          if (isAfter(place, first)) {
            if (!isListed && nodes.length >= limit) return page(last, true)
            if (!isListed) nodes.push({ code, depth, relation: way })
            for (const link of followed) links.push(link)
          }
          listed.add(code)
          last = place
          seen += followed.length
          if (seen > LINKS_MAX) return page(null, true)
        }
      frontier[way] = follower.next(way)
    }
    if (ways.every((way) => frontier[way].length === 0)) return page(null, false)
  }
  for (const way of ways)
    if (await goesOn(read, follower, { way, from: frontier[way], atOnce: bounds.atOnce }))
      return page(null, true)
  return page(null, false)
}

async function goesOn(
  read: LinkReader,
  follower: Follower,
  of: { readonly way: Way; readonly from: readonly string[]; readonly atOnce: number | undefined },
): Promise<boolean> {
  const { way, from, atOnce } = of
  for await (const groups of linkGroups(read, from, way, atOnce))
    if (follower.leadsOn(way, groups)) return true
  return false
}
