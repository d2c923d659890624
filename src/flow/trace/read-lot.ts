import type { TraceNode } from '#core/lineage/graph.ts'
import type { Reader } from '#store/sighted.ts'
import type { LotCard } from './schema.ts'
import { type TraceRequest, traceLot } from './trace-lot.ts'

const NEIGHBOURS_MAX = 200

/**
 * The card of a lot: what it is, its state, the records that tell of it, and the papers and lots one step away. Where the typed code
 * means several things the first is shown, and all are listed as candidates. HubError `not_found` where no record mentions it.
 */
export async function readLot(
  hub: Reader,
  request: Pick<TraceRequest, 'code' | 'at' | 'systems' | 'full'>,
  reader: Reader = hub,
): Promise<LotCard> {
  const near = { ...request, direction: 'both', depth: 1, limit: NEIGHBOURS_MAX } as const
  const graph = await traceLot(hub, near, reader)
  const lot = graph.nodes[0] as TraceNode
  const from = new Set(graph.edges.filter(({ to }) => to === lot.code).map((edge) => edge.from))
  const to = new Set(graph.edges.filter((edge) => edge.from === lot.code).map((edge) => edge.to))
  return {
    code: request.code,
    candidates: graph.candidates,
    lot,
    documents: graph.nodes.flatMap((node) => {
      const side = from.has(node.code) ? 'back' : to.has(node.code) ? 'forward' : null
      return side && node.kind !== 'lot' ? [paperOf(node, side)] : []
    }),
    from: [...from],
    to: [...to],
    truncated: graph.next !== null,
  }
}

const paperOf = (node: TraceNode, side: 'back' | 'forward'): LotCard['documents'][number] => ({
  code: node.code,
  number: node.value,
  type: node.type ?? 'unknown',
  state: node.state,
  side,
  ...(node.voidedAt ? { voidedAt: node.voidedAt } : {}),
  ...(node.voidReason ? { voidReason: node.voidReason } : {}),
})
