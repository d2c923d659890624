import type { LotRole } from '#core/cases/spread.ts'
import type { Link } from '#core/lineage/traced-record.ts'

/** Of each code what came of it. */
export type GoodsFlows = ReadonlyMap<string, readonly string[]>

/** Ways, as `wayOf` gives them, by which one was made into the other. */
export type MadeOf = ReadonlySet<string>

export const wayOf = ({ from, to }: Pick<Link, 'from' | 'to'>): string => `${from}\n${to}`

export const madeOf = (links: readonly Pick<Link, 'from' | 'to' | 'kind'>[]): MadeOf =>
  new Set(links.flatMap((link) => (link.kind === 'transformation' ? [wayOf(link)] : [])))

export function flowsOf(links: readonly Pick<Link, 'from' | 'to'>[]): GoodsFlows {
  const flows = new Map<string, string[]>()
  for (const { from, to } of links) {
    const known = flows.get(from)
    if (known) known.push(to)
    else flows.set(from, [to])
  }
  return flows
}

interface FlowingLot {
  readonly code: string
  readonly role: LotRole
  readonly depth: number
}

/** What lies furthest back comes first. */
export const along = ({ role, depth }: FlowingLot): number =>
  role === 'upstream' ? -depth : role === 'tested' ? 0 : depth

/**
 * Those of the lots that came from no other of them, be it by way of a paper: the kilograms of the others are part of theirs. Of lots that each came from the other one stands for both.
 */
export function notOfOthers<T extends FlowingLot>(lots: readonly T[], flows: GoodsFlows): T[] {
  const tops = new Map<string, T>()
  const covered = new Set<string>()
  for (const lot of lots.toSorted((a, b) => along(a) - along(b))) {
    if (covered.has(lot.code)) continue
    const next = [lot.code]
    for (let code = next.pop(); code !== undefined; code = next.pop())
      for (const to of flows.get(code) ?? []) {
        if (covered.has(to)) continue
        covered.add(to)
        tops.delete(to)
        next.push(to)
      }
    tops.set(lot.code, lot)
  }
  return lots.filter(({ code }) => tops.has(code))
}
