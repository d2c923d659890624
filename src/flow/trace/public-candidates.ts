import type { GraphCode } from '#core/lineage/codes.ts'
import { describeNode } from '#core/lineage/describe-node.ts'
import { dayOf, knownType } from './document-issue.ts'
import type { LoadedTrace } from './load-trace.ts'
import { alertsOf, stateOf } from './public-alerts.ts'
import { publicBody } from './public-body.ts'
import { choiceOf } from './public-codes.ts'
import { publicGoods } from './public-goods.ts'
import { present } from './public-present.ts'
import type { PublicCandidate, PublicCandidates } from './public-trace.ts'

/** Most meanings of one code that are listed. */
const LISTED = 10

/** What the code may mean, told apart by goods, day and place, and never by the system that has it. */
export const publicCandidates = (
  code: string,
  groups: readonly (readonly GraphCode[])[],
  trace: LoadedTrace,
): PublicCandidates => ({
  code,
  candidates: groups.slice(0, LISTED).map(([root]) => candidateOf(root as GraphCode, trace)),
})

function candidateOf(root: GraphCode, trace: LoadedTrace): PublicCandidate {
  const records = trace.records.get(root) ?? []
  const node = describeNode(
    { code: root, depth: 0, relation: 'root' },
    { records, more: false },
    { beside: trace.beside },
  )
  return {
    of: choiceOf(root),
    kind: node.kind,
    state: stateOf(alertsOf(node, false)),
    ...present({
      type: node.kind === 'lot' ? undefined : knownType(node.type ?? 'unknown'),
      product: publicGoods(node.product),
      date: node.occurredAt && dayOf(node.occurredAt.at),
      place: records.map((record) => publicBody(record).place).find(Boolean),
    }),
  }
}
