import { generateKeyPairSync } from 'node:crypto'

/** A key pair of Ed25519 as systems have it: `whsk_…` and `whpk_…`. */
export function newPair(): { readonly secret: string; readonly publicKey: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const [seed, shown] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]
  return {
    secret: `whsk_${Buffer.concat([seed, shown]).toString('base64')}`,
    publicKey: `whpk_${shown.toString('base64')}`,
  }
}
