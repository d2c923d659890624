import type { Found } from '#core/lineage/assemble-graph.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { readLinks, readWalk, type Way } from '#store/lots.ts'
import { readHoldsNaming } from '#store/orders.ts'
import type { Reader } from '#store/sighted.ts'
import type { LinkReader } from './link-groups.ts'
import { LINKS_AT_ONCE } from './link-groups.ts'
import { linkTellers } from './link-tellers.ts'
import type { Place } from './place.ts'
import { readAhead } from './read-ahead.ts'
import { readMentionsAhead } from './read-mentions-ahead.ts'
import { type FoundBy, rootsOf } from './roots.ts'
import type { Direction } from './walk.ts'
import { anyGoods, walkGoods } from './walk-goods.ts'

/** What is asked of the graph. */
export interface TraceQuestion {
  /** Any code of any scheme as a person types it, or a graph code. */
  readonly code: string
  readonly direction: Direction
  /** Most steps from a root. */
  readonly depth: number
  /** Most nodes in the answer. */
  readonly limit: number
  /** ISO text: what was known then, by the time of receipt; absent for what is known now. */
  readonly at?: string
  readonly after?: Place | null
  /** Least confidence of a link. */
  readonly confidence?: number
  /** Systems whose own batch numbers the code may be. */
  readonly systems: readonly string[]
  /** A walk that reached more codes rests behind each step, and their records are read while it goes on. */
  readonly restBehind?: number
}

export interface LoadedTrace extends Found {
  readonly roots: readonly string[]
  /** How roots were found whose own code is not the one that was typed. */
  readonly found: ReadonlyMap<string, readonly FoundBy[]>
  readonly next: Place | null
  readonly truncated: boolean
}

const RECORDS_PER_NODE = 20
/** Codes that one statement walks at most. */
const WALK_MAX = 100_000
/** Codes of which the records are worth reading while the walk goes on. */
const REST_BEHIND = 100

/**
 * Finds what the code may mean, walks from all of it, and reads the records that mention the nodes.
 * HubError `not_found` where nothing that counts mentions the code, `invalid_request` where it cannot be one.
 * @param reader sees as much as the caller. Of what it finds the holds are read by all records there are (docs/adr/0057)
 */
export async function loadTrace(
  hub: Reader,
  question: TraceQuestion,
  reader: Reader = hub,
): Promise<LoadedTrace> {
  const { code, direction, depth, limit, systems, confidence = 0, restBehind = REST_BEHIND } = question
  const at = question.at ?? null
  const { roots, found } = await rootsOf(reader, code, systems, at)
  const after = question.after ?? null
  const bounds = { at, confidence }
  const atOnce = Math.max(LINKS_AT_ONCE, 2 * limit)
  const ways: readonly Way[] = direction === 'both' ? ['back', 'forward'] : [direction]
  const mentions = readMentionsAhead(reader, { at, perCode: RECORDS_PER_NODE })
  // A page that is not the first one lies behind those before it, whose nodes are walked again.
  const ahead = { ...bounds, steps: depth + 1, limit: atOnce, nodes: after ? WALK_MAX : limit, cut: !after }
  // On the first page of one way each code that was reached is in the answer. A limited caller has one connection for all.
  const mayRest = !after && ways.length === 1 && !reader.mentioning
  const step: LinkReader = (codes, way, from, links) =>
    readLinks(reader, codes, { ...bounds, way, after: from, limit: links })
  const walked = await walkGoods({
    begin: anyGoods(roots),
    bounds: { direction, depth, limit, after, atOnce },
    ahead: readAhead(
      ways,
      roots,
      async (place) => {
        if (mayRest && place.done > 0) mentions.begin([...place.before, ...place.from])
        return await readWalk(reader, place, mayRest ? { ...ahead, restBehind } : ahead)
      },
      step,
    ),
    step,
    mentionsOf: async (codes) => ({
      ...(await mentions.of(codes)),
      ...(reader === hub ? {} : { orders: await ordersNaming(hub, codes, at) }),
    }),
    tellers: linkTellers(reader),
  })
  return { ...walked, roots, found }
}

async function ordersNaming(
  hub: Reader,
  codes: readonly string[],
  at: string | null,
): Promise<Map<string, TracedRecord[]>> {
  const named = new Map<string, TracedRecord[]>()
  for (const { codes: of, record } of await readHoldsNaming(hub, codes, at))
    for (const code of of) named.set(code, [...(named.get(code) ?? []), record])
  return named
}
