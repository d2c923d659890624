import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { linksOnce, type StepReader } from './links-once.ts'

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
 * A farm's dispatch leads from its lot to its papers, any other from its papers to its lot (ADR 0025). So a lot from which a link of a dispatch leads to a paper
 * was dispatched, by whatever name the goods were tested; and so was a lot to which such a link leads.
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
    const known = reached.get(one.code)
    // What was bought by a ticket and entered somewhere is not gone.
    if (known && !(known.role === 'sold' && one.role === 'downstream')) return false
    const isGone = one.role === 'sold'
    if (isGone ? gone >= bounds.sold : reached.size - gone >= most) {
      truncated = true
      return false
    }
    reached.set(one.code, one)
    if (isGone) gone++
    if (known) gone--
    return true
  }
  for (const code of tested) add({ code, role: 'tested', depth: 0, via: null }, bounds.codes)

  const { step } = linksOnce(read)
  /** What leads on from the dispatch, kept for the origin. */
  const behind: Link[] = []
  let frontier: readonly GraphCode[] = [...reached.keys()]
  const stepBack = async (): Promise<Link[]> => {
    const { followed, left } = beforeDispatch(
      await step(frontier, 'back'),
      await dispatchedOf(frontier, step),
    )
    behind.push(...left)
    return followed
  }
  const stepForward = (): Promise<readonly Link[]> => step(frontier, 'forward')
  for (let depth = 1; depth <= bounds.depth && frontier.length > 0; depth++) {
    const next: GraphCode[] = []
    for (const via of await stepBack())
      if (add({ code: via.from, role: 'upstream', depth, via }, bounds.codes)) next.push(via.from)
    frontier = next
  }
  if (frontier.length > 0) truncated ||= (await stepBack()).some(({ from }) => !reached.has(from))
  frontier = [...reached.keys()]
  for (let depth = 1; depth <= bounds.depth && frontier.length > 0; depth++) {
    const next: GraphCode[] = []
    for (const via of await stepForward()) {
      const isSold = isSale(via)
      const isNew = add({ code: via.to, role: isSold ? 'sold' : 'downstream', depth, via }, bounds.codes)
      if (isNew && !isSold) next.push(via.to)
    }
    frontier = next
  }
  if (frontier.length > 0) truncated ||= (await stepForward()).some(({ to }) => !reached.has(to))
  const most = Math.min(reached.size - gone + ORIGIN_CODES, bounds.codes)
  const wasTruncated = truncated
  let links: readonly Link[] = behind
  for (let depth = 1; depth <= ORIGIN_DEPTH && links.length > 0; depth++) {
    const next = links.filter((via) => add({ code: via.from, role: 'origin', depth, via }, most))
    links = next.length > 0 ? await step([...new Set(next.map(({ from }) => from))], 'back') : []
  }
  return { reached: [...reached.values()], truncated: wasTruncated }
}

/** Of links that lead to codes those that are followed back, and those that lead on from a dispatch. */
function beforeDispatch(
  links: readonly Link[],
  dispatched: ReadonlySet<GraphCode>,
): { readonly followed: Link[]; readonly left: Link[] } {
  const followed: Link[] = []
  const left: Link[] = []
  for (const [code, into] of Map.groupBy(links, ({ to }) => to)) {
    const dispatches = into.filter(({ kind }) => kind === 'dispatch')
    const isEnd = !isPaper(code) && (dispatches.length > 0 || dispatched.has(code))
    const on = isEnd ? [] : dispatches.length > 0 ? dispatches : into
    followed.push(...on)
    left.push(...into.filter((link) => !on.includes(link)))
  }
  return { followed, left }
}

/** Those of the lots that were dispatched under a paper: behind each the path is another's. */
async function dispatchedOf(codes: readonly GraphCode[], step: StepReader): Promise<ReadonlySet<GraphCode>> {
  const links = await step(
    codes.filter((code) => !isPaper(code)),
    'forward',
  )
  return new Set(links.flatMap(({ kind, from, to }) => (kind === 'dispatch' && isPaper(to) ? [from] : [])))
}
