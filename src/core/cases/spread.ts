import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'

/** A hold spreads over links that are at least so sure. */
export const SPREAD_CONFIDENCE = 0.8

/** What a code is to a case; see migration 0022. */
export type LotRole = 'tested' | 'upstream' | 'downstream' | 'sold' | 'origin'

/** A code of the goods of a case, and the step by which it was reached. */
export interface Reached {
  readonly code: GraphCode
  readonly role: LotRole
  readonly depth: number
  /** Null for what was tested. */
  readonly via: Link | null
}

export interface Spread {
  readonly reached: readonly Reached[]
  /** More is reached than a case may hold. */
  readonly truncated: boolean
}

/**
 * Gives the links that lead one step from the codes and that count for the case: sure enough, and of its goods. In an order that is the same for the
 * same links.
 */
export type StepReader = (codes: readonly GraphCode[], way: 'back' | 'forward') => Promise<readonly Link[]>

export interface SpreadBounds {
  readonly codes: number
  /** Codes of goods that are gone, counted for themselves: a thousand tickets leave no lot out. */
  readonly sold: number
  readonly depth: number
}
export const SPREAD_BOUNDS: SpreadBounds = { codes: 2000, sold: 2000, depth: 30 }
/** Behind the dispatch nothing is held; a few steps tell whom to ask. */
const ORIGIN_DEPTH = 4
const ORIGIN_CODES = 100

const isPaper = (code: GraphCode): boolean => code.startsWith('doc:')

/**
 * The goods that a hold of these lots concerns: the lots, what they came from up to the nearest dispatch (产地准出), and everything that came of any of
 * those. What lies behind the dispatch is told and not held.
 *
 * A farm's dispatch leads from its lot to its papers, any other from its papers to its lot (ADR 0025). So where a link of a dispatch leads to a paper, the
 * lot behind it is what was dispatched; where it leads to a lot, that lot is.
 * @param isSale whether the link is a sale to a consumer, whose goods are gone
 */
export async function spread(
  read: StepReader,
  tested: readonly GraphCode[],
  isSale: (link: Link) => boolean,
  bounds: SpreadBounds = SPREAD_BOUNDS,
): Promise<Spread> {
  const reached = new Map<GraphCode, Reached>()
  let truncated = false
  let gone = 0
  const add = (one: Reached, most: number): boolean => {
    if (reached.has(one.code)) return false
    const isGone = one.role === 'sold'
    if (isGone ? gone >= bounds.sold : reached.size - gone >= most) {
      truncated = true
      return false
    }
    reached.set(one.code, one)
    if (isGone) gone++
    return true
  }
  for (const code of tested) add({ code, role: 'tested', depth: 0, via: null }, bounds.codes)

  /** What leads on from the dispatch, kept for the origin. */
  const behind: Link[] = []
  let frontier: readonly GraphCode[] = [...reached.keys()]
  for (let depth = 1; depth <= bounds.depth && frontier.length > 0; depth++) {
    const next: GraphCode[] = []
    const followed: Link[] = []
    for (const [code, links] of Map.groupBy(await read(frontier, 'back'), ({ to }) => to)) {
      const dispatches = links.filter(({ kind }) => kind === 'dispatch')
      if (dispatches.length === 0 || isPaper(code)) {
        const on = dispatches.length > 0 ? dispatches : links
        followed.push(...on)
        behind.push(...links.filter((link) => !on.includes(link)))
      } else behind.push(...links)
    }
    // A lot to which its own dispatch leads is that, whatever else leads to it in the same step and in whichever order the links come.
    for (const via of [...followed.filter(isOfDispatched), ...followed.filter((one) => !isOfDispatched(one))])
      if (add({ code: via.from, role: 'upstream', depth, via }, bounds.codes)) next.push(via.from)
    // What a dispatch leads from is the lot that was dispatched: behind it the path is another's.
    frontier = next.filter((code) => !isDispatched(reached.get(code)))
    const ends = next.filter((code) => isDispatched(reached.get(code)))
    if (ends.length > 0) behind.push(...(await read(ends, 'back')))
  }
  frontier = [...reached.keys()]
  for (let depth = 1; depth <= bounds.depth && frontier.length > 0; depth++) {
    const next: GraphCode[] = []
    for (const via of await read(frontier, 'forward')) {
      const isSold = isSale(via)
      const isNew = add({ code: via.to, role: isSold ? 'sold' : 'downstream', depth, via }, bounds.codes)
      if (isNew && !isSold) next.push(via.to)
    }
    frontier = next
  }
  const most = Math.min(reached.size - gone + ORIGIN_CODES, bounds.codes)
  const wasTruncated = truncated
  let links: readonly Link[] = behind
  for (let depth = 1; depth <= ORIGIN_DEPTH && links.length > 0; depth++) {
    const next = links.filter((via) => add({ code: via.from, role: 'origin', depth, via }, most))
    links = next.length > 0 ? await read([...new Set(next.map(({ from }) => from))], 'back') : []
  }
  return { reached: [...reached.values()], truncated: wasTruncated }
}

/** Whether the link leads back to a lot over its own dispatch. */
const isOfDispatched = ({ kind, from, to }: Link): boolean =>
  kind === 'dispatch' && isPaper(to) && !isPaper(from)

/** Whether the lot was reached back over its own dispatch. */
const isDispatched = (one: Reached | undefined): boolean => !!one?.via && isOfDispatched(one.via)
