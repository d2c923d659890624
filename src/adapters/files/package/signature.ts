import { createHmac, sign as signBytes, timingSafeEqual, verify as verifyBytes } from 'node:crypto'
import { readPrivateKey, readPublicKey, readSecret } from '#adapters/http/signature.ts'

/** Keys in the form that links have too: `whsec_` (a secret of both sides), `whsk_` and `whpk_` (a key pair of the system). */
const HMAC = { scheme: 'v1', prefix: 'whsec_' } as const
const ED25519 = { scheme: 'v1a', publicPrefix: 'whpk_', privatePrefix: 'whsk_' } as const
const SIGNATURES_MAX = 8

/**
 * The signature of a manifest, as it stands beside it: `v1a,<base64>` of Ed25519 or `v1,<base64>` of HMAC-SHA256, over its very bytes.
 * @param key `whsk_…` or `whsec_…`
 * @throws TypeError where it is neither; the message does not repeat it
 */
export function signManifest(manifest: Uint8Array, key: string): string {
  return key.startsWith(ED25519.privatePrefix)
    ? `${ED25519.scheme},${signBytes(null, manifest, readPrivateKey(key)).toString('base64')}`
    : `${HMAC.scheme},${hmacOf(manifest, key).toString('base64')}`
}

/**
 * Null where one of the signatures fits one of the keys; else whether none was made by a key of that kind, or none fits.
 * @param keys `whpk_…` and `whsec_…`; several for the time in which a system changes from one to the next
 * @throws TypeError for a key of neither form
 */
export function signatureFault(
  manifest: Uint8Array,
  signatures: string,
  keys: readonly string[],
): 'missing' | 'wrong' | null {
  const given = signatures
    .split(/\s+/)
    .map((one) => one.split(',', 2) as [string, string?])
    .slice(0, SIGNATURES_MAX)
  let isTried = false
  for (const key of keys) {
    const isPublic = key.startsWith(ED25519.publicPrefix)
    const scheme = isPublic ? ED25519.scheme : HMAC.scheme
    for (const [name, text = ''] of given) {
      if (name !== scheme) continue
      isTried = true
      const bytes = Buffer.from(text, 'base64')
      const fits = isPublic
        ? verifyBytes(null, manifest, readPublicKey(key), bytes)
        : isSame(hmacOf(manifest, key), bytes)
      if (fits) return null
    }
  }
  return isTried ? 'wrong' : 'missing'
}

/** Whether a text is a key by which a signature can be checked. */
export function isCheckingKey(text: string): boolean {
  try {
    if (text.startsWith(HMAC.prefix)) readSecret(text)
    else readPublicKey(text)
    return true
  } catch {
    return false
  }
}

const hmacOf = (bytes: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', readSecret(secret)).update(bytes).digest()

const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other)
