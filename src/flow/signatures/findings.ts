import { finding, type SaidFinding } from '#core/documents/said-finding.ts'
import type { SignatureState } from '#core/pki/judge.ts'
import type { DocumentIssue } from '#flow/trace/document-parts.ts'
import type { SignatureView } from './read-signatures.ts'

/** A paper whose signature was forged is refused; one of which nobody can say is looked at. */
const CODES: Partial<Record<SignatureState, 'bad_signature' | 'unsure_signature'>> = {
  invalid: 'bad_signature',
  revoked: 'bad_signature',
  untrusted: 'unsure_signature',
  expired: 'unsure_signature',
  unknown: 'unsure_signature',
}

/** What is wrong with the signature of a paper. */
export function signatureFindings(signature: SignatureView | undefined): SaidFinding[] {
  const code = signature && CODES[signature.state]
  return code ? [finding(code, { why: signature.reason })] : []
}

/** The papers with what their signatures are worth. */
export const withSignatures = (
  issues: readonly DocumentIssue[],
  signatures: ReadonlyMap<string, SignatureView>,
): DocumentIssue[] =>
  issues.map((issue) => {
    const signature = signatures.get(issue.record)
    return signature ? { ...issue, signature } : issue
  })
