import type { Pool } from 'pg'
import { caseOfHold } from '#core/cases/case-of-hold.ts'
import type { Found } from '#core/lineage/assemble-graph.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { mentioning } from '#core/lineage/node-state.ts'
import type { Link, ReachedNode, TracedRecord } from '#core/lineage/traced-record.ts'
import { isCrowded, readCrowd } from '#store/crowded-stalls.ts'
import { readLinks, readMentions, readWalk } from '#store/lots.ts'
import { readMentioned } from '#store/mentioned.ts'
import { type CaseCode, readSuspects } from '#store/suspects.ts'
import { type GoodsOfCodes, goodsFollower } from './followers.ts'
import { LINKS_AT_ONCE, type LinkReader } from './link-groups.ts'
import { linkTellers } from './link-tellers.ts'
import type { LoadedTrace } from './load-trace.ts'
import { isSameNational } from './public-codes.ts'
import { readAhead } from './read-ahead.ts'
import type { Walked } from './walk.ts'
import { anyGoods, walkGoods } from './walk-goods.ts'

const DEPTH = 12
const NODES_MAX = 100
const RECORDS_PER_NODE = 20
/** Codes that no paper or label of the goods bears are for inspectors. */
const NOT_ASKED = new Map()
/** Links that are less sure than this are for inspectors: a hold does not spread over them either. */
export const SURE_ENOUGH = 0.8

/** Likely links of one step that are read: more are no path that anybody could follow, and take the database seconds. */
const LIKELY_MAX = 50_000
/** Above what is likely: exact links alone. */
export const EXACT = 0.81

/** What lies behind the codes that records mention, over links that are sure enough; null where no record tells of any of them. */
export async function loadPublic(pool: Pool, codes: readonly GraphCode[]): Promise<LoadedTrace | null> {
  if (codes.length === 0) return null
  const [known, crowded] = await Promise.all([
    readMentioned(pool, codes, null),
    isCrowded(pool, codes, LIKELY_MAX),
  ])
  if (known.length === 0) return null
  const walked = crowded ? await walkCrowd(pool, known) : await walkBack(pool, anyGoods(known), SURE_ENOUGH)
  const { records } = walked
  // Own numbers of parties look like batch numbers: what no record names as goods or as a paper is nothing here.
  const roots = known.filter((code) => mentioning(code, records.get(code) ?? []).length > 0)
  if (roots.length === 0) return null
  const trace = { ...walked, roots, found: NOT_ASKED }
  return { ...trace, records: await withoutSuspects(pool, trace) }
}

/** Suspects are not sold at their stall alone: what is ordered for them says nothing of goods that came of them. */
async function withoutSuspects(
  pool: Pool,
  { roots, records }: Pick<LoadedTrace, 'roots' | 'records'>,
): Promise<LoadedTrace['records']> {
  const behind = [...records].filter(([code]) => !roots.includes(code))
  const lots = behind.flatMap(([code, told]) => told.flatMap((record) => caseLotOf(code, record) ?? []))
  if (lots.length === 0) return records
  const isSuspect = await readSuspects(pool, lots)
  const own = behind.map(([code, told]) => {
    const spreading = told.filter((record) => {
      const lot = caseLotOf(code, record)
      return lot === null || !isSuspect(lot)
    })
    return [code, spreading] as const
  })
  return new Map([...records, ...own])
}

function caseLotOf(code: GraphCode, record: TracedRecord): CaseCode | null {
  const caseId = record.kind === 'hold' ? caseOfHold(record) : null
  return caseId === null ? null : { caseId, code }
}

async function walkBack(
  pool: Pool,
  begin: GoodsOfCodes,
  confidence: number,
  tellers = linkTellers(pool),
): Promise<Walked & Found> {
  let isCut = false
  const read = { at: null, confidence }
  // A full read with some left out would pass for the last one.
  const noteCut = (links: readonly Link[], limit: number): readonly Link[] => {
    if (links.length >= limit) isCut = true
    return links
  }
  const step: LinkReader = async (near, way, after, limit) =>
    noteCut(await readLinks(pool, near, { ...read, way, after, limit }), limit)
  const ahead = readAhead(
    ['back'],
    [...begin.keys()],
    async (place) => {
      const steps = await readWalk(pool, place, {
        ...read,
        steps: DEPTH + 1,
        limit: LINKS_AT_ONCE,
        nodes: NODES_MAX,
        cut: true,
      })
      return steps.map((links) => noteCut(links, LINKS_AT_ONCE))
    },
    step,
  )
  const walked = await walkGoods({
    begin,
    bounds: { direction: 'back', depth: DEPTH, limit: NODES_MAX, after: null },
    ...{ ahead, step, tellers },
    mentionsOf: (codes) => readMentions(pool, codes, { at: null, perCode: RECORDS_PER_NODE }),
  })
  return { ...walked, truncated: walked.truncated || isCut }
}

/** A part of the path, where a stall sold the code so often of so much that all of it would take seconds: some of what was there, held goods first. */
async function walkCrowd(pool: Pool, known: readonly GraphCode[]): Promise<Walked & Found> {
  const links = await readCrowd(pool, known, NODES_MAX / 2)
  const tellers = linkTellers(pool)
  await tellers.note(links)
  const crowd = goodsFollower(anyGoods(known), tellers.of)
  const groups = [...Map.groupBy(links, ({ from }) => from)].map(([code, of]) => ({ code, links: of }))
  for (const group of groups) crowd.follow('back', group)
  const near = new Set(groups.map(({ code }) => code).filter((code) => !known.includes(code)))
  const begin = new Map([...known, ...near].map((code) => [code, crowd.goodsOf(code)] as const))
  const behind = await walkBack(pool, begin, EXACT, tellers)
  const nodes = behind.nodes.map((node): ReachedNode => {
    if (near.has(node.code)) return { code: node.code, depth: 1, relation: 'back' }
    return node.relation === 'root' ? node : { ...node, depth: node.depth + 1 }
  })
  return { ...behind, nodes, links: [...links, ...behind.links], next: null, truncated: true }
}

/** The roots that are the same goods: one leads to the other, or they are one national number. The first of each stands for it. */
export function groupsOf({ roots, links }: LoadedTrace): GraphCode[][] {
  const behind = new Map(roots.map((root) => [root, reach([root], links)]))
  const groups: GraphCode[][] = []
  for (const root of roots) {
    const isSame = (other: GraphCode): boolean =>
      isSameNational(root, other) ||
      behind.get(root)?.has(other) === true ||
      behind.get(other)?.has(root) === true
    const group = groups.find((members) => members.some(isSame))
    if (group) group.push(root)
    else groups.push([root])
  }
  return groups
}

/** Codes that goods of these codes came from by links of at least this confidence, with themselves. */
export function reach(codes: readonly GraphCode[], links: readonly Link[], least = 0): Set<GraphCode> {
  const from = new Map<GraphCode, GraphCode[]>()
  for (const link of links) {
    if (link.confidence < least) continue
    const list = from.get(link.to)
    if (list) list.push(link.from)
    else from.set(link.to, [link.from])
  }
  const reached = new Set(codes)
  for (const code of reached) for (const next of from.get(code) ?? []) reached.add(next)
  return reached
}
