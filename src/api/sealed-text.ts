import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const IV = 12
const TAG = 16

/** A text that only this hub reads and that is another one each time, bound to what it is of; base64url. */
export function sealText(secret: Buffer, of: readonly string[], text: string): string {
  const iv = randomBytes(IV)
  const cipher = createCipheriv(CIPHER, keyOf(secret), iv).setAAD(boundTo(of))
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  )
}

/** The text that was sealed; null where it was changed, or is of something else. */
export function openText(secret: Buffer, of: readonly string[], sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < IV + TAG || bytes.toString('base64url') !== sealed) return null
  const decipher = createDecipheriv(CIPHER, keyOf(secret), bytes.subarray(0, IV))
    .setAAD(boundTo(of))
    .setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV, -TAG)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

const keyOf = (secret: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'places of those who see a part', 32))
const boundTo = (of: readonly string[]): Buffer => Buffer.from(JSON.stringify(of))
