import { type Der, DerFault, oidOf, partsOf, readDer, wholeBitsOf } from '#core/der/der.ts'

export const SM2_CURVE = '1.2.156.10197.1.301'
export const EC_KEY = '1.2.840.10045.2.1'
const PEM = /^-----BEGIN PUBLIC KEY-----\s*([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/

/** The point of a public key of SM2 in PEM (SubjectPublicKeyInfo); null where it is none. */
export function readSm2Spki(pem: string): Uint8Array | null {
  const [, base64] = PEM.exec(pem.trim()) ?? []
  if (base64 === undefined) return null
  try {
    return sm2PointOf(readDer(Buffer.from(base64, 'base64')))
  } catch (error) {
    if (error instanceof DerFault) return null
    throw error
  }
}

/** The point in a SubjectPublicKeyInfo of SM2; null where the key is another. @throws DerFault */
export function sm2PointOf(spki: Der): Uint8Array | null {
  const [algorithm, bits, ...more] = partsOf(spki)
  if (!algorithm || more.length > 0) throw new DerFault('a public key has an algorithm and bits')
  const [kind, curve] = partsOf(algorithm)
  if (oidOf(kind) !== EC_KEY || curve?.tag !== 0x06 || oidOf(curve) !== SM2_CURVE) return null
  return wholeBitsOf(bits)
}
