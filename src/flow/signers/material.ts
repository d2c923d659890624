import { randomBytes } from 'node:crypto'
import { readPublicKey, readSecret } from '#adapters/http/signature.ts'
import { HubError } from '#core/errors.ts'
import { isSm2Point } from '#core/signing/sm2.ts'
import { readSm2Spki } from '#core/signing/sm2-key.ts'
import type { SignerScheme } from '#store/signing-keys.ts'

/** A key as whoever registers it writes it. */
export interface SignerWish {
  readonly scheme: SignerScheme
  readonly name?: string
  readonly secret?: string
  readonly publicKey?: string
  readonly signer?: string
}

/** A key as it is stored. */
export interface SignerMaterial {
  readonly secret: string | null
  readonly publicKey: string | null
  readonly signer: string | null
  /** Whether the hub made the secret, so that it must be shown once. */
  readonly isMade: boolean
}

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })

/** What is kept of a key. @throws HubError `invalid_request` where it is none of its scheme */
export function readSignerMaterial({ scheme, secret, publicKey, signer }: SignerWish): SignerMaterial {
  if (scheme !== 'v1' && secret !== undefined) throw wrong('/secret', `${scheme} has a public key`)
  if (scheme === 'v1' && publicKey !== undefined) throw wrong('/publicKey', 'v1 has a secret')
  if (scheme !== 'vsm2' && signer !== undefined) throw wrong('/signer', 'only vsm2 signs with an identity')
  if (scheme === 'v1') {
    const made = secret ?? `whsec_${randomBytes(32).toString('base64')}`
    asking('/secret', () => readSecret(made))
    return { secret: made, publicKey: null, signer: null, isMade: secret === undefined }
  }
  if (publicKey === undefined) throw wrong('/publicKey', 'the field is required')
  const none = { secret: null, isMade: false }
  if (scheme === 'v1a') {
    asking('/publicKey', () => readPublicKey(publicKey))
    return { ...none, publicKey, signer: null }
  }
  return { ...none, publicKey: sm2Point(publicKey).toString('hex'), signer: signer ?? null }
}

function sm2Point(text: string): Buffer {
  const point = /^[0-9a-f]{130}$/i.test(text.trim()) ? Buffer.from(text.trim(), 'hex') : readSm2Spki(text)
  if (point && isSm2Point(point)) return Buffer.from(point)
  throw wrong('/publicKey', 'a public key of SM2 is 130 hexadecimal digits (04, x, y) or PEM')
}

function asking(path: string, read: () => unknown): void {
  try {
    read()
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : 'this is no such key')
  }
}
