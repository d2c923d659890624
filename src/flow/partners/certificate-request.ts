import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import forge from 'node-forge'
import { pemBlocks } from '#core/pki/certificate.ts'
import { RSA_BITS } from './authority.ts'
import { bytesOf } from './sign-certificate.ts'

const REQUEST_MAX = 16_384
const RSA_BITS_MAX = 8192
/** Algorithms of the signature of a request, by their identifier. */
const DIGESTS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
}

/** Why a request is not taken, in words for who made it. */
export class RequestFault extends Error {}

/**
 * The public key that a certificate request (PKCS#10, PEM) asks for, once its maker has shown that he holds the private one. Of the subject
 * and the extensions that it wishes for nothing is taken. node-forge reads it, and cannot read keys of elliptic curves; the signature is verified
 * by Node. @throws RequestFault
 */
export function keyOfRequest(pem: string): KeyObject {
  const bytes =
    pem.length > REQUEST_MAX
      ? []
      : [...pemBlocks(pem, 'CERTIFICATE REQUEST'), ...pemBlocks(pem, 'NEW CERTIFICATE REQUEST')]
  if (bytes.length !== 1) throw new RequestFault('not one certificate request in PEM')
  let request: forge.pki.CertificateSigningRequest
  let key: KeyObject
  try {
    request = forge.pki.certificationRequestFromAsn1(
      forge.asn1.fromDer(forge.util.createBuffer((bytes[0] as Buffer).toString('binary'))),
    ) as forge.pki.CertificateSigningRequest
    key = createPublicKey(forge.pki.publicKeyToPem(request.publicKey as forge.pki.PublicKey))
  } catch {
    throw new RequestFault(`not a request with a key of RSA: use RSA of ${RSA_BITS} bits`)
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < RSA_BITS || bits > RSA_BITS_MAX || key.asymmetricKeyDetails?.publicExponent !== 65_537n)
    throw new RequestFault(
      `the key has ${bits} bits: RSA of ${RSA_BITS} to ${RSA_BITS_MAX} bits with the exponent 65537`,
    )
  const { certificationRequestInfo, signatureOid, signature } =
    request as forge.pki.CertificateSigningRequest & {
      signatureOid: string
      signature: string
    }
  const digest = DIGESTS[signatureOid]
  if (!digest || !certificationRequestInfo)
    throw new RequestFault('the request must be signed with SHA-256, SHA-384 or SHA-512')
  const signed = bytesOf(certificationRequestInfo)
  if (!verify(digest, signed, key, Buffer.from(signature, 'binary')))
    throw new RequestFault('the request is not signed with the key that it is for')
  return key
}
