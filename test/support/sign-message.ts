import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** What a test signs a message with. */
export type Signer = (signed: Buffer) => string | Promise<string>

/** Headers of Standard Webhooks for a body; several signers give several signatures. */
export async function signedHeaders(
  signers: readonly Signer[],
  body: string | Buffer,
  { id = `msg_${Math.random().toString(36).slice(2)}`, seconds = Math.floor(Date.now() / 1000) } = {},
): Promise<Record<string, string>> {
  const signed = Buffer.concat([Buffer.from(`${id}.${seconds}.`), Buffer.from(body)])
  const signatures = await Promise.all(signers.map((one) => one(signed)))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  }
}

export const hmacSigner =
  (secret: string): Signer =>
  (signed) =>
    `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
      .update(signed)
      .digest('base64')}`

/** A key pair of Ed25519: how it signs, and its public key as it is registered. */
export function ed25519Signer(): { signer: Signer; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    signer: (signed) => `v1a,${sign(null, signed, privateKey).toString('base64')}`,
    publicKey: `whpk_${rawPublic(publicKey).toString('base64')}`,
  }
}

const rawPublic = (key: KeyObject): Buffer => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
