import type { GraphCode } from '#core/lineage/codes.ts'
import type { ReachedNode } from '#core/lineage/traced-record.ts'
import type { GoodsFact, Telling } from '#core/recall/goods-fact.ts'

/** What makes a code the source of a recall, in the order in which it is looked for. */
const TIERS: readonly Telling[] = ['dispatched', 'transformed', 'made', 'papered']

/**
 * Where a recall begins: at the nearest dispatch that the goods came from; where there is none, at the nearest slaughter or packing, then at
 * the nearest harvest, then at the nearest paper; else at the code itself. All of the same distance together: goods of several may be mixed.
 */
export function nearestSources(nodes: readonly ReachedNode[], facts: readonly GoodsFact[]): GraphCode[] {
  const told = new Map<GraphCode, Set<Telling>>()
  for (const { tells, goods } of facts)
    for (const code of goods) told.set(code, (told.get(code) ?? new Set()).add(tells))
  for (const tier of TIERS) {
    const with_ = nodes.filter(({ code }) => told.get(code)?.has(tier))
    const nearest = Math.min(...with_.map(({ depth }) => depth))
    const here = with_.filter(({ depth }) => depth === nearest)
    if (here.length > 0) return here.map(({ code }) => code)
  }
  return nodes.filter(({ depth }) => depth === 0).map(({ code }) => code)
}
