import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from 'node:crypto'

/** HMAC-SHA256 with a secret that both sides have, and Ed25519 with a key pair of the sender. */
const HMAC = { prefix: 'whsec_', scheme: 'v1' } as const
const ED25519 = { prefix: 'whsk_', publicPrefix: 'whpk_', scheme: 'v1a' } as const
const SEED_BYTES = 32
const PUBLIC_BYTES = 32
/** RFC 8037. */
const OKP = { kty: 'OKP', crv: 'Ed25519' } as const
const SECRET_MIN_BYTES = 24
const SECRET_MAX_BYTES = 64
/** A header may hold more than anyone needs: each asymmetric signature costs its check. */
const SIGNATURES_MAX = 8
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Seconds that a sender's clock may differ from ours. */
export const TOLERANCE_SECONDS = 300

/** Headers of a signed message (Standard Webhooks 1.0.0). */
export interface SignedHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** Why a message is not accepted. */
export type SignatureFault = 'missing' | 'malformed' | 'too-old' | 'too-new' | 'wrong'

/**
 * The key bytes of a secret: `whsec_` and base64 of 24 to 64 bytes.
 * @throws TypeError for any other text; the message does not repeat the secret
 */
export function readSecret(secret: string): Buffer {
  const key = bytesOf(secret, HMAC.prefix)
  if (key.length < SECRET_MIN_BYTES || key.length > SECRET_MAX_BYTES) {
    throw new TypeError(`a secret is "${HMAC.prefix}" and base64 of 24 to 64 bytes`)
  }
  return key
}

/** The bytes behind a prefix; none where the text is another. */
function bytesOf(text: string, prefix: string): Buffer {
  const inner = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  return BASE64.test(inner) ? Buffer.from(inner, 'base64') : Buffer.alloc(0)
}

/** The signing key of a secret of the form `whsk_`: base64 of the seed and the public key. @throws TypeError; the message does not repeat the secret */
export function readPrivateKey(secret: string): KeyObject {
  const bytes = bytesOf(secret, ED25519.prefix)
  if (bytes.length !== SEED_BYTES + PUBLIC_BYTES)
    throw new TypeError(`a signing key is "${ED25519.prefix}" and base64 of 64 bytes`)
  const [d, x] = [bytes.subarray(0, SEED_BYTES), bytes.subarray(SEED_BYTES)]
  return createPrivateKey({
    key: { ...OKP, d: d.toString('base64url'), x: x.toString('base64url') },
    format: 'jwk',
  })
}

/** The public key of a text of the form `whpk_`. @throws TypeError */
export function readPublicKey(text: string): KeyObject {
  const bytes = bytesOf(text, ED25519.publicPrefix)
  if (bytes.length !== PUBLIC_BYTES)
    throw new TypeError(`a public key is "${ED25519.publicPrefix}" and base64 of 32 bytes`)
  return createPublicKey({ key: { ...OKP, x: bytes.toString('base64url') }, format: 'jwk' })
}

/**
 * Headers for a body. Several secrets, of one form or both, give several signatures, for the time in which a receiver changes from one to
 * the next.
 * `timestamp` is in seconds since 1970; `id` stays the same in every attempt.
 */
export function sign(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: string | Uint8Array,
): SignedHeaders {
  if (id === '' || id.includes('.')) throw new TypeError('a message id is not empty and has no full stop')
  const signatures = secrets.map((secret) =>
    secret.startsWith(ED25519.prefix)
      ? `${ED25519.scheme},${signBytes(null, signedBytes(id, timestamp, body), readPrivateKey(secret)).toString('base64')}`
      : `${HMAC.scheme},${digest(secret, id, timestamp, body).toString('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/**
 * Null where one of the signatures was made with one of the secrets (`whsec_`) or fits one of the public keys (`whpk_`) and the time is
 * within the tolerance, else why not. `body` must be the bytes as received; comparison takes the same time wherever the difference is. Signatures of schemes
 * that are not known here are passed over.
 */
export function verify(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string | Uint8Array,
  nowSeconds: number,
): SignatureFault | null {
  const id = headers['webhook-id']
  const time = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof time !== 'string' || typeof signatures !== 'string') return 'missing'
  if (!/^\d{1,12}$/.test(time) || id === '') return 'malformed'
  const timestamp = Number(time)
  if (nowSeconds - timestamp > TOLERANCE_SECONDS) return 'too-old'
  if (timestamp - nowSeconds > TOLERANCE_SECONDS) return 'too-new'
  const given = signaturesOf(signatures, HMAC.scheme)
  const givenAsymmetric = signaturesOf(signatures, ED25519.scheme)
  let matches = false
  for (const secret of secrets) {
    if (secret.startsWith(ED25519.publicPrefix)) {
      const key = readPublicKey(secret)
      const bytes = signedBytes(id, timestamp, body)
      for (const one of givenAsymmetric) if (verifyBytes(null, bytes, key, one)) matches = true
    } else {
      const expected = digest(secret, id, timestamp, body)
      for (const one of given) if (sameBytes(one, expected)) matches = true
    }
  }
  return matches ? null : 'wrong'
}

/** The signatures of a scheme in a header. One that is spelt in another way than it would be written is none. */
export function signaturesOf(header: string, scheme: string): Buffer[] {
  return header
    .split(' ')
    .filter((part) => part.startsWith(`${scheme},`))
    .slice(0, SIGNATURES_MAX)
    .flatMap((part) => {
      const text = part.slice(scheme.length + 1)
      const bytes = Buffer.from(text, 'base64')
      return bytes.toString('base64') === text ? [bytes] : []
    })
}

const signedBytes = (id: string, timestamp: number, body: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)])

function digest(secret: string, id: string, timestamp: number, body: string | Uint8Array): Buffer {
  return createHmac('sha256', readSecret(secret)).update(`${id}.${timestamp}.`).update(body).digest()
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
