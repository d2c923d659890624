import { dayOf } from '#flow/trace/document-issue.ts'
import type { DocumentIssue, PaperCandidate } from '#flow/trace/document-parts.ts'

const CANDIDATES_LISTED = 20

/** The papers that a number may mean: one for each type, system, day of issue and issuer. */
export function candidatesOf(issues: readonly DocumentIssue[]): PaperCandidate[] {
  const papers = new Map<string, PaperCandidate>()
  for (const { type, system, issuer, issuedOn, status, product } of issues) {
    const day = issuedOn && dayOf(issuedOn.at)
    const key = JSON.stringify([type, system, day, issuer])
    const known = papers.get(key)
    if (known !== undefined && (known.status === 'active' || status === 'void')) continue
    papers.set(key, {
      type,
      system,
      ...(issuer ? { issuer } : {}),
      ...(day ? { issuedOn: day } : {}),
      status,
      ...(product ? { product } : {}),
    })
  }
  return [...papers.values()].slice(0, CANDIDATES_LISTED)
}
