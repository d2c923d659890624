import { HubError } from '#core/errors.ts'
import { assembleGraph } from '#core/lineage/assemble-graph.ts'
import type { TraceCandidate, TraceGraph, TraceNode } from '#core/lineage/graph.ts'
import { type GraphCodeParts, parseGraphCode } from '#core/lineage/graph-code.ts'
import type { Reader } from '#store/sighted.ts'
import { type LoadedTrace, loadTrace } from './load-trace.ts'
import { readPlace, writePlace } from './place.ts'
import type { FoundBy } from './roots.ts'
import type { Direction } from './walk.ts'

export const DEPTH_DEFAULT = 12
export const DEPTH_MAX = 30
export const CONFIDENCE_DEFAULT = 0.5
export const NODES_DEFAULT = 500
export const NODES_MAX = 2000

export interface TraceRequest {
  /** Any code of any scheme as a person types it, or a graph code (`doc:…`, `lot:…`, `local.<system>:…`). */
  readonly code: string
  readonly direction?: Direction
  /** Most steps from the code, 1 to 30. */
  readonly depth?: number
  /** Most nodes on one page, 1 to 2,000. */
  readonly limit?: number
  /** ISO time: what the hub knew then. */
  readonly at?: string
  /** Least confidence of a link, 0 to 1; 0.5 where it is not given. */
  readonly confidence?: number
  /** `next` of the page before. */
  readonly after?: string
  /** Systems whose own batch numbers the code may be. */
  readonly systems: readonly string[]
  /** Whether free texts of senders (why something was made void or held) are given as they are; else masked. */
  readonly full?: boolean
}

const between = (value: number | undefined, otherwise: number, max: number): number =>
  Math.min(Math.max(Math.trunc(value ?? otherwise), 1), max)

/**
 * The graph around a code: where the goods came from, where they went, or both. A code that means several things (a batch number that
 * two systems use, a number that is a lot and a document) is traced from all of them; each is a root and a candidate.
 * HubError `not_found` where no record mentions the code; `invalid_request` for a foreign cursor or a time that is none.
 * @param reader sees as much as the caller
 */
export async function traceLot(
  hub: Reader,
  request: TraceRequest,
  reader: Reader = hub,
): Promise<TraceGraph> {
  const direction = request.direction ?? 'both'
  const at = request.at === undefined ? null : instantOf(request.at)
  const question = {
    code: request.code,
    direction,
    depth: between(request.depth, DEPTH_DEFAULT, DEPTH_MAX),
    limit: between(request.limit, NODES_DEFAULT, NODES_MAX),
    ...(at === null ? {} : { at }),
    after: request.after === undefined ? null : readPlace(request.after),
    confidence: request.confidence ?? CONFIDENCE_DEFAULT,
    systems: request.systems,
  }
  const trace = await loadTrace(hub, question, reader)
  const graph = assembleGraph(trace, request.full)
  return {
    code: request.code,
    direction,
    at,
    roots: [...trace.roots],
    candidates: candidatesOf(trace, graph.nodes),
    ...graph,
    truncated: trace.truncated,
    next: trace.next ? writePlace(trace.next) : null,
  }
}

function instantOf(at: string): string {
  const ms = Date.parse(at)
  if (Number.isNaN(ms)) throw new HubError('invalid_request', { detail: 'at must be an ISO 8601 time' })
  return new Date(ms).toISOString()
}

/** What the typed code may mean, where it is more than one thing or not the code of what was found: with what tells them apart. */
function candidatesOf({ roots, found }: LoadedTrace, nodes: readonly TraceNode[]): TraceCandidate[] {
  if (roots.length === 1 && found.size === 0) return []
  return roots.flatMap((code) => {
    const by = found.get(code) ?? [null]
    const parts = parseGraphCode(code)
    if (!parts) return []
    const node = nodes.find((one) => one.code === code)
    return by.map((one) => candidateOf(code, parts, node, one))
  })
}

function candidateOf(
  code: string,
  { kind, value, system }: GraphCodeParts,
  node: TraceNode | undefined,
  by: FoundBy | null,
): TraceCandidate {
  const place = node?.sites.find(({ name }) => name !== undefined)?.name
  return {
    code,
    kind,
    value,
    ...(system ? { system } : {}),
    ...(node?.type ? { type: node.type } : {}),
    ...(node?.product ? { product: node.product } : {}),
    ...(node?.occurredAt ? { occurredAt: node.occurredAt } : {}),
    ...(place ? { place } : {}),
    ...(by ? { by: { scheme: by.scheme, value: by.value } } : {}),
  }
}
