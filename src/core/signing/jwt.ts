import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { parseJson } from '#core/parse-json.ts'

/** Algorithms of a client's assertion (RFC 7518). What a token names itself counts only where the key is of that kind: no HMAC, no `none`. */
export const JWT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number]

const TOKEN_MAX = 8192
const RSA_MIN_BITS = 2048

/** A token in its parts, not yet believed. */
export interface ReadJwt {
  readonly algorithm: JwtAlgorithm
  readonly keyId: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly signed: Buffer
  readonly signature: Buffer
}

/** Reads a signed token; null where it is malformed, or names an algorithm or an extension that is not taken. */
export function readJwt(token: string): ReadJwt | null {
  if (token.length > TOKEN_MAX) return null
  const [head, body, tail, ...more] = token.split('.')
  if (head === undefined || body === undefined || tail === undefined || more.length > 0) return null
  const header = objectOf(head)
  const claims = objectOf(body)
  const signature = bytesOf(tail)
  if (!header || !claims || !signature || signature.length === 0) return null
  const algorithm = JWT_ALGORITHMS.find((one) => one === header['alg'])
  if (!algorithm || 'crit' in header) return null
  const { kid } = header
  if (kid !== undefined && typeof kid !== 'string') return null
  return { algorithm, keyId: kid, claims, signed: Buffer.from(`${head}.${body}`), signature }
}

/** Whether the token was signed with the key. */
export function jwtFits({ algorithm, signed, signature }: ReadJwt, key: KeyObject): boolean {
  if (!algorithmsOf(key).includes(algorithm)) return false
  if (algorithm === 'EdDSA') return verify(null, signed, key, signature)
  if (algorithm === 'ES256')
    return signature.length === 64 && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
  const padding = algorithm === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return verify(
    'sha256',
    signed,
    { key, padding, ...(algorithm === 'PS256' ? { saltLength: 32 } : {}) },
    signature,
  )
}

/** Algorithms that a key can sign with; none where it is too weak or of another kind. */
export function algorithmsOf(key: KeyObject): readonly JwtAlgorithm[] {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key
  if (key.type !== 'public') return []
  if (kind === 'rsa') return (details?.modulusLength ?? 0) >= RSA_MIN_BITS ? ['RS256', 'PS256'] : []
  if (kind === 'ec') return details?.namedCurve === 'prime256v1' ? ['ES256'] : []
  return kind === 'ed25519' ? ['EdDSA'] : []
}

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** A public key from a JWK; null where it is none, holds a private part, is for something else, or could sign nothing here. */
export function readJwk(jwk: Readonly<Record<string, unknown>>): KeyObject | null {
  if (PRIVATE.some((name) => name in jwk)) return null
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return null
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    const able: readonly string[] = algorithmsOf(key)
    const isFit = able.length > 0 && (jwk['alg'] === undefined || able.includes(String(jwk['alg'])))
    return isFit ? key : null
  } catch {
    return null
  }
}

function bytesOf(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  // One that is spelt in another way than it would be written is none.
  return bytes.toString('base64url') === text ? bytes : null
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  const bytes = bytesOf(text)
  if (bytes === null) return null
  try {
    const value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
