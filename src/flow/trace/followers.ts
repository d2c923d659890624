import type { CaseGoods } from '#core/cases/goods.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { ANY_GOODS, goodsBehind, isAmong, type LinkTeller } from '#core/lineage/goods-path.ts'
import { type Link, linkKey } from '#core/lineage/traced-record.ts'
import type { Way } from '#store/lots.ts'
import type { LinkGroup } from './link-groups.ts'

/** Decides over which links a walk goes on. */
export interface Follower {
  /** Of the links one step on that lead to one code those that are followed, each once a way. */
  follow(way: Way, group: LinkGroup): readonly Link[]
  /** The step is done: the codes from which the next one goes on. */
  next(way: Way): readonly GraphCode[]
  /** Whether links behind the last step, which are not followed any more, lead to what was not reached. */
  leadsOn(way: Way, groups: readonly LinkGroup[]): boolean
}

/** Follows every link, and keeps what it followed step by step. */
export interface EveryLink extends Follower {
  readonly steps: () => readonly Step[]
}
interface Step {
  readonly way: Way
  readonly groups: readonly LinkGroup[]
}

export function everyLink(roots: readonly GraphCode[]): EveryLink {
  const visited = { back: new Set(roots), forward: new Set(roots) }
  const done: Step[] = []
  const open: Record<Way, LinkGroup[]> = { back: [], forward: [] }
  return {
    steps: () => [...done, { way: 'back', groups: open.back }, { way: 'forward', groups: open.forward }],
    follow(way, group) {
      open[way].push(group)
      return group.links
    },
    next(way) {
      const groups = open[way]
      open[way] = []
      done.push({ way, groups })
      const fresh = groups.map(({ code }) => code).filter((code) => !visited[way].has(code))
      for (const code of fresh) visited[way].add(code)
      return fresh
    },
    leadsOn: (way, groups) => groups.some(({ code }) => !visited[way].has(code)),
  }
}

/** What the goods are called as which codes were reached. */
export type GoodsOfCodes = ReadonlyMap<GraphCode, readonly CaseGoods[]>

/** Follows the links whose records may tell of the goods as which the code before them was reached. */
export interface GoodsFollower extends Follower {
  /** As what a code was reached; nothing for one that was not. */
  readonly goodsOf: (code: GraphCode) => readonly CaseGoods[]
  /** Whether a code was reached as other goods after the step that reached it first. */
  readonly cameAgain: () => boolean
}

/** Codes that were reached as more goods than these are taken for any: a walk must end. */
const GOODS_MAX = 32

export function goodsFollower(
  begin: GoodsOfCodes,
  tellerOf: (link: Link) => LinkTeller | undefined,
): GoodsFollower {
  const known = { back: new Map<GraphCode, CaseGoods[]>(), forward: new Map<GraphCode, CaseGoods[]>() }
  const followed = { back: new Set<string>(), forward: new Set<string>() }
  const now = { back: begin, forward: begin }
  const reached = { back: new Map<GraphCode, CaseGoods[]>(), forward: new Map<GraphCode, CaseGoods[]>() }
  let cameAgain = false
  for (const way of ['back', 'forward'] as const)
    for (const [code, goods] of begin) known[way].set(code, [...goods])

  const reach = (way: Way, code: GraphCode, goods: CaseGoods): void => {
    const before = known[way].get(code) ?? []
    if (before.some((other) => isAmong(goods, other))) return
    const as = before.length < GOODS_MAX ? goods : ANY_GOODS
    cameAgain ||= before.length > 0 && !reached[way].has(code)
    known[way].set(code, [...before, as])
    reached[way].set(code, [...(reached[way].get(code) ?? []), as])
  }
  /** As what the goods come over a link; nothing where it is of others. */
  const behind = (way: Way, link: Link): CaseGoods[] => {
    const teller = tellerOf(link)
    const before = now[way].get(way === 'back' ? link.to : link.from) ?? []
    return teller === undefined
      ? [...before]
      : before.flatMap((goods) => goodsBehind(goods, teller, way) ?? [])
  }
  return {
    follow(way, { code, links }) {
      return links.filter((link) => {
        const as = behind(way, link)
        for (const goods of as) reach(way, code, goods)
        const key = linkKey(link)
        if (as.length === 0 || followed[way].has(key)) return false
        followed[way].add(key)
        return true
      })
    },
    next(way) {
      now[way] = reached[way]
      reached[way] = new Map()
      return [...now[way].keys()]
    },
    leadsOn: (way, groups) =>
      groups.some(
        ({ code, links }) => !known[way].has(code) && links.some((link) => behind(way, link).length > 0),
      ),
    goodsOf: (code) => [...(known.back.get(code) ?? []), ...(known.forward.get(code) ?? [])],
    cameAgain: () => cameAgain,
  }
}
