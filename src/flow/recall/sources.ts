import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link, ReachedNode } from '#core/lineage/traced-record.ts'
import type { GoodsFact, Telling } from '#core/recall/goods-fact.ts'

/** What makes a code the source of a recall, in the order in which it is looked for. */
const TIERS: readonly Telling[] = ['dispatched', 'transformed', 'made', 'papered']

/**
 * Where a recall begins: at the dispatches that the goods came from, the nearest on each way; where there is none, at the nearest slaughters or packings, then at
 * the nearest harvests, then at the nearest papers; else at the code itself. Goods of several may be mixed, some of them further back than others.
 */
export function nearestSources(
  { nodes, links }: { readonly nodes: readonly ReachedNode[]; readonly links: readonly Link[] },
  facts: readonly GoodsFact[],
): GraphCode[] {
  const told = new Map<GraphCode, Set<Telling>>()
  for (const { tells, goods } of facts)
    for (const code of goods) told.set(code, (told.get(code) ?? new Set()).add(tells))
  const back = Map.groupBy(links, ({ to }) => to)
  const roots = nodes.filter(({ depth }) => depth === 0).map(({ code }) => code)
  for (const tier of TIERS) {
    const isSource = (code: GraphCode): boolean => told.get(code)?.has(tier) === true
    const reached = new Set(roots)
    // A set is read while it grows.
    for (const code of reached)
      if (!isSource(code)) for (const { from } of back.get(code) ?? []) reached.add(from)
    const here = [...reached].filter(isSource)
    if (here.length > 0) return here
  }
  return roots
}
