import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { context, type Der, DerFault, innerOf, oidOf, partsOf, smallOf, TAG } from '#core/der/der.ts'
import { sm2PointOf } from '#core/signing/sm2-key.ts'

/** Digests that are believed. MD5, SHA-1 and what is shorter than SHA-256 are not. */
const DIGESTS: Readonly<Record<string, Digest>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.156.10197.1.401': 'sm3',
}
export type Digest = 'sha256' | 'sha384' | 'sha512' | 'sm3'

/** How something was signed. */
export type Algorithm =
  | { readonly kind: 'rsa'; readonly digest: Digest }
  | { readonly kind: 'rsa-pss'; readonly digest: Digest; readonly saltLength: number }
  | { readonly kind: 'ecdsa'; readonly digest: Digest }
  | { readonly kind: 'sm2'; readonly digest: 'sm3' }

const SIGNATURES: Readonly<Record<string, Algorithm>> = {
  '1.2.840.113549.1.1.11': { kind: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', digest: 'sha512' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', digest: 'sha512' },
  '1.2.156.10197.1.501': { kind: 'sm2', digest: 'sm3' },
}
const RSA = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const EC = '1.2.840.10045.2.1'
const MGF1 = '1.2.840.113549.1.1.8'
/** GM/T 0010 writes the algorithm of the key where CMS has that of the signature. */
const SM2_ALONE: ReadonlySet<string> = new Set(['1.2.156.10197.1.301', '1.2.156.10197.1.301.1'])
const RSA_MIN_BITS = 2048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
const SALT_MAX = 64

/** The digest that an AlgorithmIdentifier names; null where it is not believed. @throws DerFault */
export function digestOf(identifier: Der | undefined): Digest | null {
  if (!identifier) throw new DerFault('an algorithm is missing')
  const [oid, parameters, ...more] = partsOf(identifier)
  if (more.length > 0 || (parameters && !isNull(parameters))) throw new DerFault('a digest has no parameters')
  return DIGESTS[oidOf(oid)] ?? null
}

/**
 * The algorithm of a signature; null where it is not believed. `digest` is that which is named beside it: it must be the same where both name one.
 * @throws DerFault
 */
export function algorithmOf(identifier: Der, digest: Digest | null = null): Algorithm | null {
  const [oid, parameters, ...more] = partsOf(identifier)
  const name = oidOf(oid)
  if (more.length > 0) throw new DerFault('an algorithm has too many parts')
  const found = name === RSA_PSS ? pssOf(parameters) : plainOf(name, parameters, digest)
  return found !== null && (digest === null || found.digest === digest) ? found : null
}

function plainOf(name: string, parameters: Der | undefined, digest: Digest | null): Algorithm | null {
  if (parameters && !isNull(parameters)) throw new DerFault('the algorithm has no parameters')
  if (name === RSA) return digest && digest !== 'sm3' ? { kind: 'rsa', digest } : null
  if (name === EC) return digest && digest !== 'sm3' ? { kind: 'ecdsa', digest } : null
  if (SM2_ALONE.has(name)) return digest === 'sm3' ? { kind: 'sm2', digest } : null
  return SIGNATURES[name] ?? null
}

const isNull = ({ tag, content }: Der): boolean => tag === TAG.null && content.length === 0

/** RFC 4055. Nothing is taken for granted: what is left out would be SHA-1. */
function pssOf(parameters: Der | undefined): Algorithm | null {
  if (!parameters) return null
  const [hash, mask, salt, ...more] = partsOf(parameters)
  if (hash?.tag !== context(0) || mask?.tag !== context(1) || salt?.tag !== context(2)) return null
  if (more.length > 1 || (more[0] && smallOf(innerOf(more[0], context(3))) !== 1)) return null
  const digest = digestOf(innerOf(hash, context(0)))
  const [mgf, maskHash, ...rest] = partsOf(innerOf(mask, context(1)))
  if (rest.length > 0 || oidOf(mgf) !== MGF1 || digestOf(maskHash) !== digest) return null
  const saltLength = smallOf(innerOf(salt, context(2)))
  return digest === null || digest === 'sm3' || saltLength > SALT_MAX
    ? null
    : { kind: 'rsa-pss', digest, saltLength }
}

export const digest = (name: Digest, bytes: Uint8Array): Buffer => createHash(name).update(bytes).digest()

/** How SM2 is verified: outside, since it takes long. */
export type VerifySm2 = (signed: {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}) => Promise<boolean>

/**
 * Whether a signature fits the key and the algorithm. What a key cannot do, or is too short for, does not fit.
 * @throws DerFault where the key is malformed
 */
export async function fits(
  algorithm: Algorithm,
  spki: Der,
  { message, signature }: { readonly message: Uint8Array; readonly signature: Uint8Array },
  verifySm2: VerifySm2,
): Promise<boolean> {
  const point = sm2PointOf(spki)
  if (algorithm.kind === 'sm2' || point !== null)
    return (
      algorithm.kind === 'sm2' &&
      point !== null &&
      (await verifySm2({ publicKey: point, message, signature }))
    )
  const key = keyOf(spki)
  if (key === null || !isAble(key, algorithm)) return false
  if (algorithm.kind === 'ecdsa') return verify(algorithm.digest, message, key, signature)
  const padding = algorithm.kind === 'rsa' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING
  const salt = algorithm.kind === 'rsa-pss' ? { saltLength: algorithm.saltLength } : {}
  return verify(algorithm.digest, message, { key, padding, ...salt }, signature)
}

function keyOf({ whole }: Der): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(whole), format: 'der', type: 'spki' })
  } catch {
    return null
  }
}

function isAble({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, { kind }: Algorithm): boolean {
  if (kind === 'ecdsa')
    return asymmetricKeyType === 'ec' && CURVES.has(asymmetricKeyDetails?.namedCurve ?? '')
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_MIN_BITS
}
