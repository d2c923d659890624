import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto'

/** RFC 8037. */
const OKP = { kty: 'OKP', crv: 'Ed25519' } as const
const PUBLIC = /^whpk_[A-Za-z0-9+/]{43}=$/

/** A key pair with which heads are signed. `secret` is the seed, base64url; `publicKey` is written as Standard Webhooks writes it. */
export interface HeadKey {
  readonly id: string
  readonly publicKey: string
  readonly secret: string
}

/** The name of a key is made from it, so that no other can bear it. */
export const keyIdOf = (publicKey: string): string => hash('sha256', publicKey, 'hex').slice(0, 16)

export function newHeadKey(): HeadKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d, x } = privateKey.export({ format: 'jwk' }) as { d: string; x: string }
  const publicKey = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`
  return { id: keyIdOf(publicKey), publicKey, secret: d }
}

export function signHead({ publicKey, secret }: HeadKey, text: string): Buffer {
  const key = createPrivateKey({ key: { ...OKP, d: secret, x: coordinateOf(publicKey) }, format: 'jwk' })
  return sign(null, Buffer.from(text), key)
}

/** Whether a text was signed with the key; false also for a key or signature that is none. */
export function isSignedBy(publicKey: string, text: string, signature: Uint8Array): boolean {
  if (!PUBLIC.test(publicKey)) return false
  const key = createPublicKey({ key: { ...OKP, x: coordinateOf(publicKey) }, format: 'jwk' })
  return verify(null, Buffer.from(text), key, signature)
}

const coordinateOf = (publicKey: string): string =>
  Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url')
