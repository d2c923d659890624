import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import { linksOnce, type StepReader } from '#core/cases/links-once.ts'
import { type Reached, spread } from '#core/cases/spread.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { type Link, linkKey, type TracedRecord } from '#core/lineage/traced-record.ts'
import { type GoodsFact, goodsFact } from '#core/recall/goods-fact.ts'
import { topsOf } from '#core/recall/order.ts'
import type { GoodsLinks } from '#flow/cases/goods-links.ts'

const DEPTH = 30
const BOUNDS = { codes: 5000, sold: 5000, depth: DEPTH }

/** Codes with the links between them. */
export interface Part {
  readonly codes: readonly GraphCode[]
  readonly links: readonly Link[]
}

/** What a recall reaches. */
export interface RecallReach {
  /** The codes furthest back, from which everything else is reached. */
  readonly sources: readonly GraphCode[]
  /** The codes asked for, and what their goods came from. */
  readonly back: readonly GraphCode[]
  /** Over links that are as sure as is asked for: what a case of the same goods would hold or follow. */
  readonly sure: Part
  /** What less sure links lead to as well, forward from there. */
  readonly all: Part
  /** Links of all that are not so sure. */
  readonly leftOut: number
  /** The codes of all, by the goods as which they are reached. */
  readonly ofGoods: readonly { readonly goods: CaseGoods; readonly codes: ReadonlySet<GraphCode> }[]
  readonly truncated: boolean
}

export interface ReachAsked {
  readonly goods: readonly CaseGoods[]
  readonly direction: 'source' | 'forward'
  readonly confidence: number
}

/** Follows the goods of the roots as a case does (`spread`): back to the nearest dispatch on each way, and forward from all that is on it. */
export async function reachOf(
  links: GoodsLinks,
  roots: readonly GraphCode[],
  { goods, direction, confidence }: ReachAsked,
): Promise<RecallReach> {
  const isSure = atLeast(confidence)
  const ways: OneWay[] = []
  for (const each of goods)
    ways.push({ ...(await wayOf(links, roots, each, { direction, isSure })), goods: each })
  const all = together(ways.map((way) => way.all))
  const sure = together(ways.map((way) => way.sure))
  const back = [...new Set(ways.flatMap((way) => way.back))]
  return {
    sources: direction === 'forward' ? roots : topsOf(back, sure.links),
    back,
    sure,
    all,
    leftOut: all.links.filter((link) => !isSure(link)).length,
    ofGoods: ways.map((way) => ({ goods: way.goods, codes: new Set(way.all.codes) })),
    truncated: links.isCut() || ways.some(({ isCut }) => isCut),
  }
}

/** The records with what they tell of goods, where they may tell of those as which one of their codes was reached. */
export const factsReached = (
  records: readonly TracedRecord[],
  ofGoods: RecallReach['ofGoods'],
): { readonly record: TracedRecord; readonly fact: GoodsFact }[] =>
  records.flatMap((record) => {
    const fact = goodsFact(record)
    return fact !== null && isReached(fact, record, ofGoods) ? [{ record, fact }] : []
  })

const isReached = (
  { goods: own, papers, from }: GoodsFact,
  { kind, body }: TracedRecord,
  ofGoods: RecallReach['ofGoods'],
): boolean =>
  ofGoods.some(
    ({ goods, codes }) =>
      mayBe(goods, kind, body) && [own, papers, from].some((list) => list.some((code) => codes.has(code))),
  )

interface OneWay {
  readonly goods: CaseGoods
  /** The roots, and what they came from. */
  readonly back: readonly GraphCode[]
  readonly sure: Part
  readonly all: Part
  readonly isCut: boolean
}

async function wayOf(
  links: GoodsLinks,
  roots: readonly GraphCode[],
  goods: CaseGoods,
  of: { readonly direction: 'source' | 'forward'; readonly isSure: (link: Link) => boolean },
): Promise<Omit<OneWay, 'goods'>> {
  const { step, read } = linksOnce(links.of(goods))
  const sureStep: StepReader = async (codes, way) =>
    way === 'back' && of.direction === 'forward' ? [] : (await step(codes, way)).filter(of.isSure)
  const anyStep: StepReader = async (codes, way) => (way === 'back' ? [] : await step(codes, way))
  const held = await spread(sureStep, roots, links.isSale, BOUNDS)
  const reached = held.reached.filter(({ role }) => role !== 'origin')
  const unsold = codesOf(reached.filter(({ role }) => role !== 'sold'))
  const more = await spread(anyStep, unsold, links.isSale, BOUNDS)
  return {
    back: codesOf(reached.filter(({ role }) => role === 'tested' || role === 'upstream')),
    sure: between(codesOf(reached), read().filter(of.isSure)),
    all: between([...new Set([...codesOf(reached), ...codesOf(more.reached)])], read()),
    isCut: held.truncated || more.truncated,
  }
}

const codesOf = (reached: readonly Reached[]): GraphCode[] => reached.map(({ code }) => code)

/** The database holds confidences in four bytes, and tells them in as few digits as tell them apart. */
const atLeast = (confidence: number): ((link: Link) => boolean) => {
  const least = Math.fround(confidence)
  return (link) => Math.fround(link.confidence) >= least
}

function between(codes: readonly GraphCode[], links: readonly Link[]): Part {
  const known = new Set(codes)
  return { codes, links: links.filter(({ from, to }) => known.has(from) && known.has(to)) }
}

const together = (parts: readonly Part[]): Part => ({
  codes: [...new Set(parts.flatMap(({ codes }) => codes))],
  links: unlike(parts.flatMap(({ links }) => links)),
})

const unlike = (links: readonly Link[]): Link[] => [
  ...new Map(links.map((link) => [linkKey(link), link])).values(),
]
