import type { GraphCode } from '#core/lineage/codes.ts'
import type { GoodsFact } from './goods-fact.ts'
import { isNotLater, isTraded } from './returns.ts'

type Groups = ReadonlyMap<GraphCode, { readonly came: readonly GoodsFact[] }>
/** From which groups the goods of each came, and whether they were turned into others. */
type Edges = ReadonlyMap<GraphCode, Map<GraphCode, boolean>>
type WayTo = (top: GraphCode) => ReadonlySet<GraphCode>

/**
 * Goods that someone gave who had taken them on the same way came from him, not straight from where the paper came from; where a record names what he had taken, from that. He gave nothing that was
 * refused or came to him later, nor, where he has the goods themselves, what was made of them.
 */
export function boughtOn(groups: Groups, edges: Edges): void {
  const takers = new Map<string, GraphCode[]>()
  for (const [top, { came }] of groups)
    for (const taker of new Set(
      came.flatMap((fact) => (fact.tells === 'dispatched' || fact.refused ? [] : (fact.taker ?? []))),
    ))
      takers.set(taker, [...(takers.get(taker) ?? []), top])
  const wayTo = wayOver(edges, () => true)
  const wayUnturned = wayOver(edges, (turns) => !turns)
  const had = new Map(
    [...groups].map(([top, { came }]) => [
      top,
      new Set(came.flatMap((fact) => (isTraded(fact) ? (fact.taker ?? []) : []))),
    ]),
  )
  const nearer: [top: GraphCode, from: GraphCode][] = []
  for (const [top, { came }] of groups) {
    const parents = [...(edges.get(top)?.keys() ?? [])]
    for (const giver of new Set(came.flatMap((one) => (one.giver === one.taker ? [] : (one.giver ?? []))))) {
      if (parents.some((parent) => had.get(parent)?.has(giver))) continue
      const given = came.filter((one) => one.giver === giver)
      const isBefore = (one: GraphCode): boolean =>
        groups
          .get(one)
          ?.came.some((fact) => fact.taker === giver && given.some((later) => isNotLater(fact, later))) ===
        true
      const isOn = (way: WayTo) => (one: GraphCode) => parents.some((parent) => way(one).has(parent))
      const all = (takers.get(giver) ?? []).filter((one) => one !== top && isOn(wayTo)(one) && isBefore(one))
      const unturned = all.filter(isOn(wayUnturned))
      for (const one of unturned.length > 0 ? unturned : all) nearer.push([top, one])
    }
  }
  for (const [top, from] of nearer) {
    const parents = edges.get(top)
    if (parents && !parents.has(from)) parents.set(from, false)
  }
}

function wayOver(edges: Edges, isFollowed: (turns: boolean) => boolean): WayTo {
  const ways = new Map<GraphCode, ReadonlySet<GraphCode>>()
  const before = (top: GraphCode): GraphCode[] =>
    [...(edges.get(top) ?? [])].flatMap(([one, turns]) => (isFollowed(turns) ? [one] : []))
  return (top) => {
    const known = ways.get(top)
    if (known) return known
    const way = new Set(before(top))
    // A set is read while it grows.
    for (const one of way) for (const earlier of before(one)) way.add(earlier)
    ways.set(top, way)
    return way
  }
}
