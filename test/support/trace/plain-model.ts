import { recordCode } from '#core/lineage/codes.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import { ANY_GOODS, goodsBehind, type LinkTeller } from '#core/lineage/goods-path.ts'
import type { Body } from '#core/model/body.ts'
import { likelyEdges } from './likely-model.ts'
import { idOf, type Written } from './store-records.ts'

export interface PlainAnswer {
  /** `code depth relation` of each node. */
  readonly nodes: string[]
  /** `from to rule record` of each edge. */
  readonly edges: string[]
}

interface PlainEdge {
  readonly from: string
  readonly to: string
  readonly rule: string
  readonly record: string
  /** Where two records together say so. */
  readonly with?: string
  readonly confidence?: number
  readonly kind: string
  readonly system: string
}

/** The newest version of each record as of a time. */
function newest(written: readonly Written[], at: string | null): Written[] {
  const heads = new Map<string, Written>()
  for (const one of written) {
    if (at !== null && Date.parse(one.receivedAt as string) > Date.parse(at)) continue
    const head = heads.get(idOf(one))
    if (!head || (one.version ?? 1) > (head.version ?? 1)) heads.set(idOf(one), one)
  }
  return [...heads.values()]
}

/** All edges that count, the derived ones too: a lot that entered under a paper is what a transformation of that system used up. */
function edgesThatCount(written: readonly Written[], at: string | null): PlainEdge[] {
  const edges: PlainEdge[] = []
  for (const one of newest(written, at)) {
    if (one.status === 'void') continue
    for (const { from, to, rule, confidence } of edgesOf(
      one.kind,
      one.body as Body,
      recordCode(one.kind, idOf(one), one.body as Body),
    )) {
      edges.push({ from, to, rule, confidence, record: idOf(one), kind: one.kind, system: one.system })
    }
  }
  const derived: PlainEdge[] = []
  for (const made of edges) {
    for (const came of edges) {
      const same = came.from === made.from && came.system === made.system && came.to !== made.to
      if (made.kind === 'transformation' && came.kind === 'entry' && same && came.from.startsWith('doc:')) {
        derived.push({
          ...made,
          from: came.to,
          rule: 'entered',
          confidence: Math.min(made.confidence ?? 1, 0.95),
        })
      }
    }
  }
  return [...edges, ...derived, ...likelyEdges(newest(written, at), new Set(edges.map(({ to }) => to)))]
}

/** The trace as anyone would write it with lists and loops: what the SQL and the paging must be equal to. */
export function plainTrace(
  written: readonly Written[],
  root: string,
  direction: 'back' | 'forward' | 'both',
  depth: number,
  at: string | null,
  least = 0,
): PlainAnswer {
  const all = edgesThatCount(written, at).filter(({ confidence = 1 }) => confidence >= least)
  const heads = new Map(newest(written, at).map((one) => [idOf(one), one]))
  const nodes = new Map([[root, '0 root']])
  const edges = new Set<string>()
  const ways = direction === 'both' ? (['back', 'forward'] as const) : [direction]
  // A code is visited once as each goods as which a path comes to it.
  const begin = { code: root, goods: ANY_GOODS }
  const visited = { back: new Set([JSON.stringify(begin)]), forward: new Set([JSON.stringify(begin)]) }
  const frontier = { back: [begin], forward: [begin] }
  for (let step = 1; step <= depth; step++) {
    for (const way of ways) {
      const reached: (typeof begin)[] = []
      for (const { from, to, rule, record, with: other } of all) {
        const [near, code] = way === 'back' ? [to, from] : [from, to]
        for (const before of frontier[way]) {
          if (before.code !== near) continue
          const goods = goodsBehind(before.goods, heads.get(record) as LinkTeller, way)
          if (goods === null) continue
          edges.add([from, to, rule, record, ...(other ? [other] : [])].join(' '))
          const key = JSON.stringify({ code, goods })
          if (visited[way].has(key)) continue
          visited[way].add(key)
          reached.push({ code, goods })
          if (!nodes.has(code)) nodes.set(code, `${step} ${way}`)
        }
      }
      frontier[way] = reached
    }
  }
  return { nodes: [...nodes].map(([code, facts]) => `${code} ${facts}`).sort(), edges: [...edges].sort() }
}
