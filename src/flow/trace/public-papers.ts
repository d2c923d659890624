import type { TraceNode } from '#core/lineage/graph.ts'
import { mentioning } from '#core/lineage/node-state.ts'
import { dayOf, documentIssue, issuesIt, knownType } from './document-issue.ts'
import type { LoadedTrace } from './load-trace.ts'
import { publicBody } from './public-body.ts'
import { publicNumber } from './public-name.ts'
import { present } from './public-present.ts'
import type { PublicCertificate } from './public-trace.ts'

/** Which verdict counts where two systems tell of one paper. */
const FIRST = ['valid', 'expired', 'not_yet_issued', 'unknown', 'void'] as const

/** A paper of the path with its state on the day, by the rules of the day on which it was issued. */
export function certificateOf(
  node: TraceNode,
  trace: LoadedTrace,
  on: string,
  isLikely: boolean,
): PublicCertificate {
  const issues = mentioning(node.code, trace.records.get(node.code) ?? []).filter(issuesIt)
  const told = issues.map((mentioned) => documentIssue(mentioned, on))
  const best = FIRST.map((verdict) => told.find((issue) => issue.verdict === verdict)).find(Boolean)
  const own = issues.find(({ record }) => record.kind === 'document')
  return {
    type: knownType(node.type ?? 'unknown'),
    number: publicNumber(node.value),
    // What was ordered or done outweighs how long the paper was to be used.
    state: node.state === 'valid' ? (best?.verdict ?? 'valid') : node.state,
    ...present({
      date: best?.issuedOn && dayOf(best.issuedOn.at),
      validUntil: best?.validUntil,
      party: own && publicBody(own.record).producer,
      likely: isLikely || undefined,
    }),
  }
}
