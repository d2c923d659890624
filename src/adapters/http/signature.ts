import { createHmac, timingSafeEqual } from 'node:crypto'

const PREFIX = 'whsec_'
const SCHEME = 'v1'
const SECRET_MIN_BYTES = 24
const SECRET_MAX_BYTES = 64
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
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : ''
  const key = BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0)
  if (key.length < SECRET_MIN_BYTES || key.length > SECRET_MAX_BYTES) {
    throw new TypeError(`a secret is "${PREFIX}" and base64 of 24 to 64 bytes`)
  }
  return key
}

/**
 * Headers for a body. Several secrets give several signatures, for the time in which a receiver changes from one to the next.
 * `timestamp` is in seconds since 1970; `id` stays the same in every attempt.
 */
export function sign(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: string | Uint8Array,
): SignedHeaders {
  if (id === '' || id.includes('.')) throw new TypeError('a message id is not empty and has no full stop')
  const signatures = secrets.map(
    (secret) => `${SCHEME},${digest(secret, id, timestamp, body).toString('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/**
 * Null where one of the signatures was made with one of the secrets and the time is within the tolerance, else why not.
 * `body` must be the bytes as received; comparison takes the same time wherever the difference is. Signatures of schemes
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
  const given = readSignatures(signatures)
  const expected = secrets.map((secret) => digest(secret, id, timestamp, body))
  let matches = false
  for (const one of given) for (const other of expected) if (sameBytes(one, other)) matches = true
  return matches ? null : 'wrong'
}

function readSignatures(header: string): Buffer[] {
  return header
    .split(' ')
    .filter((part) => part.startsWith(`${SCHEME},`))
    .map((part) => Buffer.from(part.slice(SCHEME.length + 1), 'base64'))
}

function digest(secret: string, id: string, timestamp: number, body: string | Uint8Array): Buffer {
  return createHmac('sha256', readSecret(secret)).update(`${id}.${timestamp}.`).update(body).digest()
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
