import { DerFault, sameBytes } from '#core/der/der.ts'
import { digest, fits, type VerifySm2 } from './algorithm.ts'
import { type Certificate, nameText } from './certificate.ts'
import { CHAIN_FAULTS, type ChainFault, chainFault, type Trust } from './chain.ts'
import { readSignedData, SignatureRefusal, type SignedData } from './signed-data.ts'

/**
 * What a signature is worth. `valid`: made by whom a trusted authority says, over exactly these bytes. `invalid`: not made over these bytes by
 * this key, or malformed. `untrusted`: by somebody of whom no trusted authority says anything. `expired`: by a certificate that did not count then.
 * `revoked`: by one that was taken back. `unknown`: nobody can say, since a list is missing or over. `none`: there is no signature.
 */
export const SIGNATURE_STATES = [
  'none',
  'valid',
  'invalid',
  'untrusted',
  'expired',
  'revoked',
  'unknown',
] as const
export type SignatureState = (typeof SIGNATURE_STATES)[number]

export const SIGNATURE_REASONS = [
  'fits',
  'malformed',
  'algorithm',
  'other_content',
  'other_paper',
  'no_certificate',
  'wrong_signature',
  'signed_later',
  ...CHAIN_FAULTS,
] as const
export type SignatureReason = (typeof SIGNATURE_REASONS)[number]

export interface Judgement {
  readonly state: SignatureState
  readonly reason: SignatureReason
  /** Name of the signer as its certificate has it; null where there is no certificate. It says something only where the state is `valid`. */
  readonly signer: string | null
  /** Serial number of that certificate. */
  readonly serial: string | null
  /** When the signer says that it was signed. */
  readonly signedAtMs: number | null
}

const STATE_OF_FAULT: Readonly<Record<ChainFault, SignatureState>> = {
  no_anchor: 'untrusted',
  no_authority: 'untrusted',
  path_too_long: 'untrusted',
  usage: 'untrusted',
  critical_extension: 'untrusted',
  expired: 'expired',
  not_yet_valid: 'expired',
  revoked: 'revoked',
  no_list: 'unknown',
  list_over: 'unknown',
}

/** A clock of a signer may be so far ahead. */
const AHEAD_MS = 300_000

/** A signature as it came, and when the hub had it. */
export interface Presented {
  /** DER of SignedData. */
  readonly signature: Uint8Array
  readonly content: Uint8Array
  readonly seenMs: number
  readonly nowMs: number
}

/** Judges a signature over a content. It never throws at what was presented: what cannot be read is `invalid`. */
export async function judgeSignature(
  presented: Presented,
  trust: Trust,
  verifySm2: VerifySm2,
): Promise<Judgement> {
  let signer: Certificate | null = null
  let signedAtMs: number | null = null
  const said = (state: SignatureState, reason: SignatureReason): Judgement => ({
    state,
    reason,
    signer: signer && nameText(signer.subject),
    serial: signer?.serial ?? null,
    signedAtMs,
  })
  try {
    const data = readSignedData(presented.signature)
    signedAtMs = data.attributes?.signingTimeMs ?? null
    signer = data.certificates.find((one) => isSigner(one, data)) ?? null
    if (!isOver(data, presented.content)) return said('invalid', 'other_content')
    if (signer === null) return said('untrusted', 'no_certificate')
    const signed = { message: data.attributes?.signed ?? presented.content, signature: data.signature }
    if (!(await fits(data.algorithm, signer.publicKey, signed, verifySm2)))
      return said('invalid', 'wrong_signature')
    if (signedAtMs !== null && signedAtMs > presented.seenMs + AHEAD_MS)
      return said('invalid', 'signed_later')
    const { seenMs, nowMs } = presented
    const times = { signedMs: Math.min(signedAtMs ?? seenMs, seenMs), seenMs, nowMs }
    const fault = await chainFault(signer, data.certificates, trust, times, verifySm2)
    return fault === null ? said('valid', 'fits') : said(STATE_OF_FAULT[fault], fault)
  } catch (error) {
    if (error instanceof SignatureRefusal) return said('invalid', 'algorithm')
    if (error instanceof DerFault) return said('invalid', 'malformed')
    throw error
  }
}

const isSigner = (certificate: Certificate, { signer }: SignedData): boolean =>
  'keyId' in signer
    ? certificate.subjectKeyId === signer.keyId
    : certificate.serial === signer.serial && sameBytes(certificate.issuer, signer.issuer)

/** Whether what is signed is the content. Without attributes the content must not look like some, or theirs could be passed off as one. */
function isOver({ content, attributes, digest: name }: SignedData, given: Uint8Array): boolean {
  if (content !== null && !sameBytes(content, given)) return false
  if (attributes === null) return given[0] !== 0x31
  return sameBytes(attributes.messageDigest, digest(name, given))
}
