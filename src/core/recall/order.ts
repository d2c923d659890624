import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { codeInAnyHand } from './code-as.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { goingOn } from './papers.ts'

type Groups = ReadonlyMap<
  GraphCode,
  {
    readonly codes: readonly GraphCode[]
    readonly came: readonly GoodsFact[]
    readonly left: readonly GoodsFact[]
    readonly back: readonly GoodsFact[]
  }
>
type Edges = ReadonlyMap<GraphCode, ReadonlyMap<GraphCode, boolean>>

/**
 * Holdings with their parents before them. Where records lead in a circle, the way that leads back to where it is entered from the first ones is left out; of parents of which
 * one came from the other the nearer one stays, but where both are one lot by its code: nobody tells of which hand it was.
 */
export function orderOf(groups: Groups, edges: Edges, first: readonly GraphCode[]): Holding[] {
  const tops = [...groups.keys()].sort()
  const begin = tops.filter((top) => edges.get(top)?.size === 0)
  const { order, parentsOf } = withoutCircles([...first, ...begin, ...tops], childrenOf(tops, edges))
  const place = new Map(order.map((top, index) => [top, index]))
  const above = new Map<number, ReadonlySet<number>>()
  const codesOf = order.map((top) => keptCodes(groups.get(top)?.codes ?? []))
  return order.map((top, index): Holding => {
    const { codes, came, left, back } = groups.get(top) as NonNullable<ReturnType<Groups['get']>>
    const all = (parentsOf.get(top) ?? []).map((parent) => place.get(parent) as number)
    const further = new Set(
      all.flatMap((parent) =>
        [...(above.get(parent) ?? [])].filter((one) =>
          codesOf[one]?.isDisjointFrom(codesOf[parent] as ReadonlySet<GraphCode>),
        ),
      ),
    )
    const parents = all.filter((parent) => !further.has(parent)).sort((a, b) => a - b)
    above.set(index, new Set([...further, ...all]))
    const turned = edges.get(top)
    const madeFrom = parents.filter((parent) => turned?.get(order[parent] as GraphCode) === true)
    return { index, codes: [...codes].sort(), came, left, back, parents, madeFrom }
  })
}

/** The codes from which all of them are reached: those to which no other leads, and of each circle to which nothing else leads one. */
export function topsOf(codes: readonly GraphCode[], links: readonly Link[]): GraphCode[] {
  const known = [...new Set(codes)].sort()
  const edges = new Map<GraphCode, Map<GraphCode, boolean>>(known.map((code) => [code, new Map()]))
  for (const { from, to } of goingOn(links))
    if (from !== to && edges.has(from)) edges.get(to)?.set(from, false)
  const children = childrenOf(known, edges)
  const reached = new Set<GraphCode>()
  const tops: GraphCode[] = []
  // In this order whatever leads to a code of another circle stands before it.
  for (const top of withoutCircles(known, children).order) {
    if (reached.has(top)) continue
    tops.push(top)
    const own = new Set([top])
    // A set is read while it grows.
    for (const code of own)
      for (const child of children.get(code) ?? []) if (!reached.has(child)) own.add(child)
    for (const code of own) reached.add(code)
  }
  return tops.sort()
}

type Children = ReadonlyMap<GraphCode, readonly GraphCode[]>

function childrenOf(tops: readonly GraphCode[], edges: Edges): Children {
  const children = new Map<GraphCode, GraphCode[]>(tops.map((top) => [top, []]))
  for (const top of tops) for (const parent of edges.get(top)?.keys() ?? []) children.get(parent)?.push(top)
  return children
}

/** All that is reached from one after the other, parents first, and of each its parents but those that close a circle. */
function withoutCircles(starts: readonly GraphCode[], children: Children) {
  const parentsOf = new Map<GraphCode, GraphCode[]>()
  const order: GraphCode[] = []
  const state = new Map<GraphCode, 'open' | 'done'>()
  for (const start of starts) {
    if (state.has(start)) continue
    const stack: { readonly top: GraphCode; readonly waiting: GraphCode[] }[] = []
    const enter = (top: GraphCode): void => {
      state.set(top, 'open')
      stack.push({ top, waiting: [...(children.get(top) ?? [])].reverse() })
    }
    enter(start)
    while (stack.length > 0) {
      const { top, waiting } = stack.at(-1) as (typeof stack)[number]
      const next = waiting.pop()
      if (next === undefined) {
        state.set(top, 'done')
        order.push(top)
        stack.pop()
      } else if (state.get(next) !== 'open') {
        parentsOf.set(next, [...(parentsOf.get(next) ?? []), top])
        if (!state.has(next)) enter(next)
      }
    }
  }
  return { order: order.reverse(), parentsOf }
}

/** The codes of goods, whoever has them. */
const keptCodes = (codes: readonly GraphCode[]): ReadonlySet<GraphCode> => new Set(codes.map(codeInAnyHand))
