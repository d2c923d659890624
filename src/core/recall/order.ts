import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'

type Groups = ReadonlyMap<
  GraphCode,
  {
    readonly codes: readonly GraphCode[]
    readonly came: readonly GoodsFact[]
    readonly left: readonly GoodsFact[]
  }
>
type Edges = ReadonlyMap<GraphCode, ReadonlyMap<GraphCode, boolean>>

/**
 * Holdings with their parents before them. Where records lead in a circle, the way that closes it is left out; of parents of which one
 * came from the other the nearer one stays.
 */
export function orderOf(groups: Groups, edges: Edges): Holding[] {
  const { order, parentsOf } = withoutCircles([...groups.keys()].sort(), edges)
  const place = new Map(order.map((top, index) => [top, index]))
  const above = new Map<number, ReadonlySet<number>>()
  return order.map((top, index): Holding => {
    const { codes, came, left } = groups.get(top) as NonNullable<ReturnType<Groups['get']>>
    const all = (parentsOf.get(top) ?? []).map((parent) => place.get(parent) as number)
    const further = new Set(all.flatMap((parent) => [...(above.get(parent) ?? [])]))
    const parents = all.filter((parent) => !further.has(parent)).sort((a, b) => a - b)
    above.set(index, new Set([...further, ...all]))
    const turned = edges.get(top)
    const madeFrom = parents.filter((parent) => turned?.get(order[parent] as GraphCode) === true)
    return { index, codes: [...codes].sort(), came, left, parents, madeFrom }
  })
}

/** Those of the codes to which no other of them leads, and of each circle to which nothing else leads at least one. */
export function topsOf(codes: readonly GraphCode[], links: readonly Link[]): GraphCode[] {
  const edges = new Map<GraphCode, Map<GraphCode, boolean>>(codes.map((code) => [code, new Map()]))
  for (const { from, to } of links) if (from !== to && edges.has(from)) edges.get(to)?.set(from, false)
  const { order, parentsOf } = withoutCircles([...edges.keys()].sort(), edges)
  return order.filter((code) => parentsOf.get(code)?.length === 0)
}

function withoutCircles(tops: readonly GraphCode[], edges: Edges) {
  const parentsOf = new Map<GraphCode, GraphCode[]>()
  const order: GraphCode[] = []
  const state = new Map<GraphCode, 'open' | 'done'>()
  for (const start of tops) {
    if (state.has(start)) continue
    const stack: { readonly top: GraphCode; readonly waiting: GraphCode[] }[] = []
    const enter = (top: GraphCode): void => {
      state.set(top, 'open')
      parentsOf.set(top, [])
      stack.push({ top, waiting: [...(edges.get(top)?.keys() ?? [])].sort().reverse() })
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
        parentsOf.get(top)?.push(next)
        if (!state.has(next)) enter(next)
      }
    }
  }
  return { order, parentsOf }
}
