import type { Mentioning } from '#core/lineage/node-state.ts'
import type { SignatureReason, SignatureState } from '#core/pki/judge.ts'
import { readSignatures, type SignatureRow } from '#store/document-signatures.ts'
import type { Reader } from '#store/sighted.ts'
import { readTrustMark } from '#store/trust.ts'
import { heldTrust } from './held-trust.ts'
import { judgePaper, type SignedPaper, signatureRow, signedPaperOf } from './judge-paper.ts'

/** What the signature of a paper is worth, as it is told. */
export interface SignatureView {
  readonly state: SignatureState
  readonly reason: SignatureReason | 'not_checked'
  readonly signer: string | null
  readonly signedAt: string | null
  readonly checkedAt: string | null
}

/** Signatures that are judged within one answer; what is kept needs no judging. */
const JUDGED_MAX = 40

/**
 * What the signatures of papers are worth now, by record; records without one are not in it. What the follower has not come to yet, or was judged by
 * another trust, is judged on the spot.
 */
export async function signaturesOf(
  reader: Reader,
  own: readonly Mentioning[],
  nowMs: number,
): Promise<ReadonlyMap<string, SignatureView>> {
  const signed = new Map<string, { readonly record: Mentioning['record']; readonly paper: SignedPaper }>()
  for (const { record } of own) {
    const paper = record.kind === 'document' ? signedPaperOf(record.body) : null
    if (paper) signed.set(record.id, { record, paper })
  }
  if (signed.size === 0) return new Map()
  const known = await readSignatures(reader, [...signed.keys()])
  const mark = await readTrustMark(reader)
  const views = new Map<string, SignatureView>()
  let judged = 0
  for (const [id, { record, paper }] of signed) {
    const row = known.get(id)
    if (row && row.mark === mark && row.version === record.version) views.set(id, viewOf(row))
    else if (judged++ < JUDGED_MAX) {
      const held = await heldTrust(reader)
      const found = await judgePaper(paper, held, { seenMs: Date.parse(record.receivedAt), nowMs })
      const place = { recordId: id, version: record.version }
      views.set(id, viewOf(signatureRow(place, found, { mark: held.mark, nowMs })))
    } else views.set(id, NOT_CHECKED)
  }
  return views
}

const NOT_CHECKED: SignatureView = {
  state: 'unknown',
  reason: 'not_checked',
  signer: null,
  signedAt: null,
  checkedAt: null,
}

const viewOf = ({ state, reason, signer, signedAt, checkedAt }: SignatureRow): SignatureView => ({
  state: state as SignatureState,
  reason: reason as SignatureReason,
  signer,
  signedAt,
  checkedAt,
})
