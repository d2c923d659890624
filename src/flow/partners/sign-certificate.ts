import { type KeyObject, randomBytes, sign } from 'node:crypto'
import forge from 'node-forge'

/** Signs with SHA-256 and RSA by Node: the key of the authority never comes into node-forge. @returns the certificate as DER */
export function signCertificate(certificate: forge.pki.Certificate, key: KeyObject): Buffer {
  const algorithm = forge.pki.oids['sha256WithRSAEncryption'] as string
  certificate.signatureOid = algorithm
  certificate.siginfo.algorithmOid = algorithm
  // Not in the types of node-forge.
  const { getTBSCertificate } = forge.pki as unknown as {
    getTBSCertificate(certificate: forge.pki.Certificate): forge.asn1.Asn1
  }
  const signed = getTBSCertificate(certificate)
  Object.assign(certificate, { tbsCertificate: signed })
  certificate.signature = sign('sha256', bytesOf(signed), key).toString('binary')
  return bytesOf(forge.pki.certificateToAsn1(certificate))
}

export const bytesOf = (value: forge.asn1.Asn1): Buffer =>
  Buffer.from(forge.asn1.toDer(value).getBytes(), 'binary')

/** A serial number that nobody can guess: 126 random bits, positive, always as long. */
export function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40
  return bytes.toString('hex')
}

export const pemOf = (der: Buffer, kind = 'CERTIFICATE'): string => {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`
}

/** A day, by which the validity of certificates is reckoned. */
export const DAY_MS = 86_400_000
/** Clocks of partners may be behind. */
export const BEFORE_MS = 300_000
