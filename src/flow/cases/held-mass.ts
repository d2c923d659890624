import { addDecimal, maxDecimal, subtractDecimal } from '#core/decimal.ts'
import { type DescribedLot, holdsLot } from './case-lots.ts'
import { along, type GoodsFlows, type MadeOf, wayOf } from './goods-flows.ts'

type WeighedLot = Pick<DescribedLot, 'code' | 'role' | 'depth' | 'kind' | 'mass' | 'massOf' | 'used'>

/** A code on the ways between held lots. */
interface Node {
  readonly code: string
  /** Null for what is not held itself: the ways lead through it. */
  readonly lot: WeighedLot | null
  readonly from: { readonly node: Node; readonly isMade: boolean }[]
  readonly to: { readonly node: Node; readonly isMade: boolean }[]
  /** Whether it, or something that came of it, is held and weighed. */
  isWeighed: boolean
  /** Used up in what was made of it. */
  isGone: boolean
  /** The nearest held, weighed lots that are still there and of which it may have come. */
  sources: ReadonlySet<WeighedLot>
}

/**
 * Kilograms of the lots that are held, each once. What came from another held lot is part of it, as far as it may be: what a mixed lot has beyond all that its held sources had came from others, and is
 * held with it. Goods that were used up are not there any more: what was made of them is held in their place. `weighed` where each of those tells its kilograms, so that no more is held.
 */
export function heldMass(
  lots: readonly DescribedLot[],
  flows: GoodsFlows,
  made: MadeOf,
): { readonly mass: string; readonly weighed: boolean } {
  // A paper tells of goods that its lots weigh already.
  const held = lots.filter((lot) => holdsLot(lot) && !lot.alone)
  const order = inOrder(held, flows, made)
  for (const node of order.toReversed()) {
    node.isWeighed = (node.lot?.mass ?? null) !== null || node.to.some((one) => one.node.isWeighed)
    node.isGone = isGone(node)
  }
  let weighed = held.length > 0
  let mass = '0'
  const together = new Map<string, string>()
  for (const node of order) {
    const { lot, from } = node
    node.sources = new Set(
      from.flatMap(({ node: { lot: source, isGone, sources } }) =>
        source !== null && source.mass !== null && !isGone ? [source] : [...sources],
      ),
    )
    if (lot === null) continue
    if (node.isGone) {
      if (lot.used === 'unknown' && node.to.some(({ isMade }) => isMade)) weighed = false
      continue
    }
    if (lot.mass === null) {
      if (node.sources.size === 0) weighed = false
      continue
    }
    if (node.sources.size > 0 && from.some((one) => one.isMade && one.node.isGone)) weighed = false
    const given = [...node.sources].reduce((sum, source) => addDecimal(sum, source.mass as string), '0')
    const more = maxDecimal('0', subtractDecimal(lot.mass, given))
    const key = togetherBy(node)
    if (key === null) mass = addDecimal(mass, more)
    else {
      // Of several papers nobody knows whether they are of the same goods.
      if (together.has(key) && lot.massOf === null) weighed = false
      together.set(key, maxDecimal(together.get(key) ?? '0', more))
    }
  }
  for (const one of together.values()) mass = addDecimal(mass, one)
  return { mass, weighed }
}

/** What is made of it is weighed, and nothing is known to be left; or all that came of it is gone. */
function isGone({ lot, to }: Node): boolean {
  const moved = to.filter(({ isMade }) => !isMade)
  if (lot?.used !== 'part' && to.some(({ node, isMade }) => isMade && node.isWeighed))
    return lot?.used === 'all' || moved.every(({ node }) => node.isGone)
  return to.length > 0 && moved.length === to.length && moved.every(({ node }) => node.isGone)
}

/** By what its kilograms are told together with those of others: one record tells a total of several, and papers of what was made are of the same goods. */
function togetherBy({ lot, from }: Node): string | null {
  if (lot === null || (lot.massOf === null && lot.kind === 'lot')) return null
  if (lot.massOf !== null) return `record ${lot.massOf}`
  const makers = from.flatMap(({ node, isMade }) => (isMade ? [node.code] : []))
  return makers.length === 0 ? null : `papers ${JSON.stringify(makers.sort())}`
}

/**
 * Every code that came of held lots, behind all that it came from. Of lots that each came from the other the one that lies furthest back comes first, and the way back to it is none.
 */
function inOrder(held: readonly WeighedLot[], flows: GoodsFlows, made: MadeOf): Node[] {
  const lots = new Map(held.map((lot) => [lot.code, lot]))
  const starts = held.toSorted((a, b) => along(a) - along(b)).map(({ code }) => code)
  // What comes first by the way that the first walk ended came of none that the second one comes to later.
  const first = walked(starts, { lots, flows, made }).map(({ code }) => code)
  return walked(first, { lots, flows, made })
}

interface Ways {
  readonly lots: ReadonlyMap<string, WeighedLot>
  readonly flows: GoodsFlows
  readonly made: MadeOf
}

function walked(starts: readonly string[], { lots, flows, made }: Ways): Node[] {
  const nodes = new Map<string, Node>()
  const nodeOf = (code: string): Node => {
    const node: Node = {
      ...{ code, lot: lots.get(code) ?? null, from: [], to: [], isWeighed: false, isGone: false },
      sources: new Set(),
    }
    nodes.set(code, node)
    return node
  }
  const done: Node[] = []
  const open = new Set<Node>()
  for (const start of starts) {
    if (nodes.has(start)) continue
    const path = [{ node: nodeOf(start), next: 0 }]
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { node } = at
      open.add(node)
      const code = flows.get(node.code)?.[at.next++]
      if (code === undefined) {
        open.delete(node)
        done.push(node)
        path.pop()
        continue
      }
      const known = nodes.get(code)
      if (known !== undefined && open.has(known)) continue
      const to = known ?? nodeOf(code)
      const isMade = made.has(wayOf({ from: node.code, to: code }))
      node.to.push({ node: to, isMade })
      to.from.push({ node, isMade })
      if (known === undefined) path.push({ node: to, next: 0 })
    }
  }
  return done.reverse()
}
