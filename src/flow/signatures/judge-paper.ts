import { verifySm2 } from '#adapters/sm2/sm2.ts'
import type { Body } from '#core/model/body.ts'
import { type Judgement, judgeSignature } from '#core/pki/judge.ts'
import type { SignatureRow } from '#store/document-signatures.ts'
import type { HeldTrust } from './held-trust.ts'

/** A paper with a signature, as the record of it says. */
export interface SignedPaper {
  readonly number: string
  /** Base64 of SignedData. */
  readonly signature: string
  readonly signedText: string | undefined
}

/** The paper that a record is, where it is signed. */
export function signedPaperOf({ documents }: Pick<Body, 'documents'>): SignedPaper | null {
  const own = documents?.find(({ role, signature }) => role === 'self' && signature !== undefined)
  return own?.signature === undefined
    ? null
    : { number: own.number, signature: own.signature, signedText: own.signedText }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

const refused = (reason: Judgement['reason']): Judgement => ({
  state: 'invalid',
  reason,
  signer: null,
  serial: null,
  signedAtMs: null,
})

/** Judges the signature of a paper that the hub has had since `seenMs`. What is signed must be of this paper: it must hold its number. */
export async function judgePaper(
  { number, signature, signedText }: SignedPaper,
  { trust }: HeldTrust,
  times: { readonly seenMs: number; readonly nowMs: number },
): Promise<Judgement> {
  const base64 = signature.replaceAll(/-----(BEGIN|END) [A-Z0-9 ]+-----|\s/g, '')
  if (!BASE64.test(base64)) return refused('malformed')
  if (signedText === undefined) return refused('other_content')
  const bytes = { signature: Buffer.from(base64, 'base64'), content: Buffer.from(signedText, 'utf8') }
  const judged = await judgeSignature({ ...bytes, ...times }, trust, verifySm2)
  if (judged.state !== 'valid' || plain(signedText).includes(plain(number))) return judged
  return { ...judged, state: 'invalid', reason: 'other_paper' }
}

const plain = (text: string): string => text.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase()

/** A judgement as it is kept. */
export const signatureRow = (
  { recordId, version }: { readonly recordId: string; readonly version: number },
  { state, reason, signer, serial, signedAtMs }: Judgement,
  { mark, nowMs }: { readonly mark: string; readonly nowMs: number },
): SignatureRow => ({
  recordId,
  version,
  mark,
  state,
  reason,
  signer,
  serial,
  signedAt: signedAtMs === null ? null : new Date(signedAtMs).toISOString(),
  checkedAt: new Date(nowMs).toISOString(),
})
