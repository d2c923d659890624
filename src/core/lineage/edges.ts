import { appended } from '#core/appended.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { DocumentPart, LotPart } from '#core/model/parts.ts'
import { documentCode, type GraphCode, isCode, lotCode } from './codes.ts'

/** How an edge was found, after the linking rules: the same document number, the same voucher, the same batch inside a source. */
export type EdgeRule = 'document' | 'voucher' | 'batch' | 'transformation' | 'mixing'

/** Goods went from one code to another; the record that says so is the evidence. */
export interface Edge {
  readonly from: GraphCode
  readonly to: GraphCode
  readonly rule: EdgeRule
  /** 1 for document numbers and vouchers, 0.95 for a batch code inside one source. */
  readonly confidence: number
}

/** Most edges between the codes of one record: each code beside each other one grows with the square of what was sent. */
const EDGES_MAX = 1000

/** One record names more codes on both sides than can be joined. */
export class TooManyEdges extends RangeError {
  constructor(from: number, to: number) {
    super(`${from} codes lead to ${to} codes in one record; at most ${EDGES_MAX} edges are made of one`)
  }
}

const CERTAIN = 1
const INSIDE_SOURCE = 0.95

const NO_LOTS: readonly LotPart[] = []
const NO_DOCUMENTS: readonly DocumentPart[] = []
const NO_CODES: readonly GraphCode[] = []
const NO_EDGES: readonly Edge[] = []

function lotsOf(lots: readonly LotPart[] | undefined, role: LotPart['role']): readonly GraphCode[] {
  let codes: GraphCode[] | undefined
  for (const lot of lots ?? NO_LOTS) {
    if (lot.role === role) codes = appended(codes, lotCode(lot.scheme, lot.value))
  }
  return codes ?? NO_CODES
}

function documentsOf(
  documents: readonly DocumentPart[] | undefined,
  role: DocumentPart['role'],
): readonly GraphCode[] {
  let codes: GraphCode[] | undefined
  for (const document of documents ?? NO_DOCUMENTS) {
    if (document.role === role) codes = appended(codes, documentCode(document.number))
  }
  return codes ?? NO_CODES
}

/** Certificates of the lots that went into the one that a document covers, where it lists their numbers only. */
const sourcesOf = (documents: readonly DocumentPart[] | undefined): GraphCode[] =>
  (documents ?? []).flatMap(({ role, sources }) => (role === 'self' ? (sources ?? []).map(documentCode) : []))

function between(
  from: readonly GraphCode[],
  to: readonly GraphCode[],
  rule: EdgeRule,
  confidence: number,
): readonly Edge[] {
  if (from.length === 0 || to.length === 0) return NO_EDGES
  if (from.length * to.length > EDGES_MAX) throw new TooManyEdges(from.length, to.length)
  let edges: Edge[] | undefined
  for (const a of from) {
    if (!isCode(a)) continue
    for (const b of to) {
      if (a !== b && isCode(b)) edges = appended(edges, { from: a, to: b, rule, confidence })
    }
  }
  return edges ?? NO_EDGES
}

function joined(...lists: readonly (readonly Edge[])[]): readonly Edge[] {
  let all = NO_EDGES
  for (const list of lists) if (list.length > 0) all = all.length > 0 ? [...all, ...list] : list
  return all
}

/** The first edge between each two codes: rows name a paper twice, and the first way of finding an edge is the surest. */
function unlike(edges: readonly Edge[]): readonly Edge[] {
  if (edges.length < 2) return edges
  const known = new Map<string, Edge>()
  for (const edge of edges) {
    const ends = `${edge.from}\n${edge.to}`
    if (!known.has(ends)) known.set(ends, edge)
  }
  return [...known.values()]
}

/**
 * The edges that one record makes by exact codes. Throws `TooManyEdges` where each side has so many that a record would make thousands.
 * A document covers its lot, and stands for the lots that were mixed into it; a transformation leads from what went in to what came
 * out; everything else leads from the papers and source lots under which the goods came to the lot or voucher that they left under, or
 * to the record itself where it alone names the goods.
 * @param own see `recordCode`
 */
export const edgesOf = (kind: Kind, body: Body, own: GraphCode | null = null): readonly Edge[] =>
  unlike(allEdges(kind, body, own))

function allEdges(kind: Kind, body: Body, own: GraphCode | null): readonly Edge[] {
  if (kind === 'payment' || kind === 'party' || kind === 'site' || kind === 'finding') return NO_EDGES
  const subject = lotsOf(body.lots, 'subject')
  const sourceLots = lotsOf(body.lots, 'source')
  if (kind === 'document') {
    const self = documentsOf(body.documents, 'self')
    const mixed = [...documentsOf(body.documents, 'source'), ...sourcesOf(body.documents)]
    const covered = subject.length ? subject : self
    return joined(
      between(mixed, covered, 'mixing', CERTAIN),
      between(sourceLots, covered, 'mixing', INSIDE_SOURCE),
      between(subject, self, 'document', CERTAIN),
    )
  }
  if (kind === 'transformation') {
    const into = [
      ...documentsOf(body.input?.documents, 'input'),
      ...lotsOf(body.input?.lots, 'input'),
      ...lotsOf(body.lots, 'input'),
    ]
    const outOf = [
      ...documentsOf(body.output?.documents, 'output'),
      ...lotsOf(body.output?.lots, 'output'),
      ...lotsOf(body.lots, 'output'),
    ]
    return between(into, outOf, 'transformation', CERTAIN)
  }
  const papers = documentsOf(body.documents, 'upstream')
  const vouchers = documentsOf(body.documents, 'voucher')
  const target = subject.length ? subject : own === null ? vouchers : [own]
  // What a farm sends off leaves under its papers; everywhere else goods come under them.
  if (kind === 'dispatch' && body.sites?.some(({ role }) => role === 'farm'))
    return joined(
      between(sourceLots, target, 'batch', INSIDE_SOURCE),
      between(
        target,
        [...papers, ...(own === null ? vouchers : [])].filter((code) => !target.includes(code)),
        'document',
        CERTAIN,
      ),
    )
  return joined(
    between(papers, target, subject.length || own !== null ? 'document' : 'voucher', CERTAIN),
    between(sourceLots, target, 'batch', INSIDE_SOURCE),
    between(subject, vouchers, 'voucher', CERTAIN),
  )
}
