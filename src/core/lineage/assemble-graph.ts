import { describeNode, readOnce } from './describe-node.ts'
import type { BesideLots } from './disposed.ts'
import type { TraceEdge, TraceNode } from './graph.ts'
import { type Link, linkKey, type ReachedNode, type TracedRecord } from './traced-record.ts'

/** What a walk found: nodes in the order of the walk, links, and the records that mention each node. */
export interface Found {
  readonly nodes: readonly ReachedNode[]
  readonly links: readonly Link[]
  /** Records by the graph code that they mention. */
  readonly records: ReadonlyMap<string, readonly TracedRecord[]>
  /** Codes that more records mention than were read. */
  readonly more: ReadonlySet<string>
  /** Of the lots that were disposed of beside one of the nodes. */
  readonly beside?: BesideLots
  /** Holds for the goods of each code by all records there are, where `records` are those that a caller sees of them. */
  readonly orders?: ReadonlyMap<string, readonly TracedRecord[]>
}

const edgeOf = (link: Link): TraceEdge => ({
  from: link.from,
  to: link.to,
  rule: link.rule,
  confidence: link.confidence,
  ...(link.quantity === null ? {} : { quantity: link.quantity }),
  ...(link.unit === null ? {} : { unit: link.unit }),
  kind: link.kind,
  record: link.recordId,
  ...(link.withRecord === null ? {} : { with: link.withRecord }),
  version: link.version,
  system: link.system,
  occurredAt: link.occurredAt,
})

/**
 * The nodes and edges of the answer: each node described by its records, each link once though both of its ends found it.
 * @param full whether free texts of senders are given as they are
 */
export function assembleGraph(found: Found, full = false): { nodes: TraceNode[]; edges: TraceEdge[] } {
  const read = readOnce()
  const nodes = found.nodes.map((reached) =>
    describeNode(
      reached,
      {
        records: found.records.get(reached.code) ?? [],
        more: found.more.has(reached.code),
        orders: found.orders && (found.orders.get(reached.code) ?? []),
      },
      { full, read, beside: found.beside },
    ),
  )
  const links = new Map(found.links.map((link) => [linkKey(link), link]))
  return { nodes, edges: [...links.values()].map(edgeOf) }
}
