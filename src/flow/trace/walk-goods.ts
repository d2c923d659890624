import type { CaseGoods } from '#core/cases/goods.ts'
import { goodsOf, mayBe } from '#core/cases/goods.ts'
import type { Found } from '#core/lineage/assemble-graph.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { tellingRecord } from '#core/lineage/describe-node.ts'
import { type BesideLots, disposedBeside } from '#core/lineage/disposed.ts'
import { ANY_GOODS, isAmong } from '#core/lineage/goods-path.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { Mentions } from '#store/lots.ts'
import {
  type EveryLink,
  everyLink,
  type GoodsFollower,
  type GoodsOfCodes,
  goodsFollower,
} from './followers.ts'
import type { LinkReader } from './link-groups.ts'
import type { LinkTellers } from './link-tellers.ts'
import { type WalkBounds, type Walked, walk } from './walk.ts'

/** What mentions codes, and the holds of `Found` where they are other ones. */
export type MentionsAndOrders = Mentions & Pick<Found, 'orders'>

export interface GoodsWalk {
  /** Where the walk begins, and as what; see `anyGoods`. */
  readonly begin: GoodsOfCodes
  readonly bounds: WalkBounds
  /** Reads many steps in one round trip, whatever goods they are of. */
  readonly ahead: LinkReader
  /** Reads one step. */
  readonly step: LinkReader
  readonly mentionsOf: (codes: readonly GraphCode[]) => Promise<MentionsAndOrders>
  readonly tellers: LinkTellers
}

/** Codes that are asked for stand for whatever goods they have. */
export const anyGoods = (codes: readonly GraphCode[]): Map<GraphCode, readonly CaseGoods[]> =>
  new Map(codes.map((code) => [code, [ANY_GOODS]]))

/**
 * Walks over the links of the goods of each path, and reads what mentions the codes that it reached, as far as it may be of these goods. Most paths are of one product: so the walk is made with all links at once, and
 * made again step by step where some of them turn out to be of other goods.
 */
export async function walkGoods(question: GoodsWalk): Promise<Walked & Found> {
  const walked = await walkedGoods(question)
  return { ...walked, beside: await readBeside(walked, question) }
}

/** Records of the lots of which a quantity is as well that was disposed of one that was reached. */
async function readBeside(
  { records, more }: Mentions,
  { mentionsOf }: Pick<GoodsWalk, 'mentionsOf'>,
): Promise<BesideLots> {
  const beside = new Set([...records].flatMap(([code, told]) => disposedBeside(code, told)))
  if (beside.size === 0) return new Map()
  const open = [...beside].filter((code) => !records.has(code))
  const read = open.length > 0 ? await mentionsOf(open) : null
  const isWhole = (code: GraphCode): boolean => !more.has(code) && read?.more.has(code) !== true
  return new Map(
    [...beside].filter(isWhole).flatMap((code) => {
      const told = records.get(code) ?? read?.records.get(code)
      return told ? [[code, told.filter(({ status }) => status === 'active')] as const] : []
    }),
  )
}

async function walkedGoods(question: GoodsWalk): Promise<Walked & Found> {
  const { begin, bounds, ahead, step, mentionsOf, tellers } = question
  const roots = [...begin.keys()]
  const every = everyLink(roots)
  const first = await walk(ahead, every, roots, bounds)
  const mentions = await mentionsOf(first.nodes.map(({ code }) => code))
  for (const records of mentions.records.values()) tellers.take(records)
  await tellers.note(linksOf(every))
  const only = onlyGoods(begin, every, tellers)
  if (only) return { ...first, ...ofGoods(mentions, only) }
  const replayed = goodsFollower(begin, tellers.of)
  if (isOneGoods(every, replayed)) return { ...first, ...ofGoods(mentions, replayed) }
  const own = goodsFollower(begin, tellers.of)
  const noting: LinkReader = async (...asked) => {
    const links = await step(...asked)
    await tellers.note(links)
    return links
  }
  const second = await walk(noting, own, roots, bounds)
  return { ...second, ...ofGoods(await mentionsOf(second.nodes.map(({ code }) => code)), own) }
}

function* linksOf({ steps }: EveryLink): Generator<Link> {
  for (const { groups } of steps()) for (const { links } of groups) yield* links
}

/**
 * As what each code was reached, where every record on the way tells of the same goods and nothing was made of them: so it is with most paths, and a look at each link is all it takes. Null
 * where they differ.
 */
function onlyGoods(
  begin: GoodsOfCodes,
  every: EveryLink,
  tellers: LinkTellers,
): Pick<GoodsFollower, 'goodsOf'> | null {
  for (const goods of begin.values()) if (goods.length !== 1 || goods[0] !== ANY_GOODS) return null
  let told: CaseGoods | null = null
  for (const link of linksOf(every)) {
    const teller = tellers.of(link)
    if (teller === undefined || teller.kind === 'transformation') return null
    const own = goodsOf(teller.body)
    told ??= own
    if (!isAmong(own, told) || !isAmong(told, own)) return null
  }
  const reached = [told ?? ANY_GOODS]
  return { goodsOf: (code) => begin.get(code) ?? reached }
}

/** Whether a walk over the goods takes the same steps: every link is of the goods as which the code before it was reached, and none is reached as others later. */
function isOneGoods({ steps }: EveryLink, goods: GoodsFollower): boolean {
  for (const { way, groups } of steps()) {
    if (groups.some((group) => goods.follow(way, group).length < group.links.length)) return false
    goods.next(way)
  }
  return !goods.cameAgain()
}

/**
 * Of the records that mention each code those that may tell of the goods as which it was reached. What tells best of a paper or lot whose goods are called otherwise stays, where nothing else tells
 * what it is.
 */
function ofGoods(
  { records, more, orders }: MentionsAndOrders,
  { goodsOf }: Pick<GoodsFollower, 'goodsOf'>,
): MentionsAndOrders {
  const keep = (code: GraphCode, told: readonly TracedRecord[]): readonly TracedRecord[] => {
    const as = goodsOf(code)
    return told.filter(({ kind, body }) => as.some((goods) => mayBe(goods, kind, body)))
  }
  const own = [...records].map(([code, told]): [GraphCode, readonly TracedRecord[]] => {
    const kept = keep(code, told)
    if (kept.length === told.length) return [code, told]
    const teller = tellingRecord(code, kept) ? undefined : tellingRecord(code, told)
    return [code, teller ? told.filter((one) => one === teller || kept.includes(one)) : kept]
  })
  return {
    records: new Map(own),
    more,
    ...(orders ? { orders: new Map([...orders].map(([code, told]) => [code, keep(code, told)])) } : {}),
  }
}
