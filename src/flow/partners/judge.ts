import { createHash, X509Certificate } from 'node:crypto'
import { type Certificate, readCertificate, USAGE } from '#core/pki/certificate.ts'

/** What is wrong with a client certificate. */
export type CertificateFault = 'unreadable' | 'other_authority' | 'early' | 'expired' | 'purpose' | 'weak'

export interface JudgedCertificate {
  /** SHA-256 of the DER. */
  readonly fingerprint: Buffer
  readonly serial: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const RSA_BITS_MIN = 2048
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1'])

const REASONS: Readonly<Record<CertificateFault, string>> = {
  unreadable: 'the client certificate cannot be read',
  other_authority: 'the client certificate is of no authority that is trusted here',
  early: 'the client certificate does not count yet',
  expired: 'the client certificate, or its authority, has expired',
  purpose: 'the client certificate is not for clients (clientAuth)',
  weak: 'the key of the client certificate is too weak, or of a kind that is not taken',
}
/** In words for the partner. */
export const reasonOf = (fault: CertificateFault): string => REASONS[fault]

/**
 * Whether a certificate is one of a client, now, and directly under one of these authorities. It is read strictly by the hub's own reader; signatures
 * are verified by Node. That its sender holds the key is for TLS, or the proxy, to see.
 */
export function judgeCertificate(
  der: Buffer,
  by: { readonly authorities: readonly X509Certificate[]; readonly nowMs: number },
): JudgedCertificate | { readonly fault: CertificateFault } {
  const { nowMs } = by
  let read: Certificate
  let certificate: X509Certificate
  try {
    read = readCertificate(der)
    certificate = new X509Certificate(der)
  } catch {
    return { fault: 'unreadable' }
  }
  const issuers = by.authorities.filter((authority) => isIssuedBy(certificate, authority))
  if (issuers.length === 0 || read.isCa) return { fault: 'other_authority' }
  if (nowMs < read.notBeforeMs) return { fault: 'early' }
  const counts = ({ validFrom, validTo }: X509Certificate): boolean =>
    Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validTo)
  if (nowMs >= read.notAfterMs || !issuers.some(counts)) return { fault: 'expired' }
  const mayBeClient =
    read.purposes?.includes(CLIENT_AUTH) && (read.keyUsage?.has(USAGE.digitalSignature) ?? true)
  if (!mayBeClient || read.hasUnknownCritical) return { fault: 'purpose' }
  if (!isStrong(certificate)) return { fault: 'weak' }
  const { serial, notBeforeMs, notAfterMs } = read
  return { fingerprint: createHash('sha256').update(der).digest(), serial, notBeforeMs, notAfterMs }
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch {
    return false
  }
}

function isStrong({ publicKey }: X509Certificate): boolean {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = publicKey
  if (kind === 'rsa') return (details?.modulusLength ?? 0) >= RSA_BITS_MIN
  return kind === 'ed25519' || (kind === 'ec' && CURVES.has(details?.namedCurve))
}
