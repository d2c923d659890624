import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { badCursor, POSITION } from './cursor.ts'

/**
 * A place in the change log for a caller who does not see all of it: encrypted, because how far two places lie apart tells how much others sent, and
 * bound to what it is of (the call, the caller, its sight, the filter).
 */
export function writeSightCursor(secret: Buffer, of: readonly string[], position: bigint): string {
  const iv = randomBytes(IV)
  const cipher = createCipheriv(CIPHER, keyOf(secret), iv).setAAD(boundTo(of))
  const text = String(position).padStart(DIGITS, '0')
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** The place that such a cursor stands for; 0 where none is given. Throws `invalid_request` where it is none, or of something else. */
export function readSightCursor(secret: Buffer, of: readonly string[], text: string | undefined): bigint {
  if (text === undefined) return 0n
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== IV + DIGITS + TAG || bytes.toString('base64url') !== text) throw badCursor()
  const decipher = createDecipheriv(CIPHER, keyOf(secret), bytes.subarray(0, IV))
    .setAAD(boundTo(of))
    .setAuthTag(bytes.subarray(IV + DIGITS))
  try {
    const position =
      decipher.update(bytes.subarray(IV, IV + DIGITS), undefined, 'latin1') + decipher.final('latin1')
    if (POSITION.test(position)) return BigInt(position)
  } catch {
    // What was changed, or is of another list, key or sight.
  }
  throw badCursor()
}

const CIPHER = 'aes-256-gcm'
const IV = 12
const TAG = 16
const DIGITS = 18

const keyOf = (secret: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'places of those who see a part', 32))
const boundTo = (of: readonly string[]): Buffer => Buffer.from(JSON.stringify(of))
