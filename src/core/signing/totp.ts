import { createHmac, timingSafeEqual } from 'node:crypto'

/** A step of time (RFC 6238: X). */
export const STEP_S = 30
const DIGITS = 6

/** The step in which a moment lies. */
export const stepOf = (ms: number): number => Math.floor(ms / 1000 / STEP_S)

/** The code of a step (RFC 6238 over RFC 4226). Authenticators take SHA-1 and six digits for granted. */
export function totpCode(
  secret: Buffer,
  step: number,
  {
    algorithm = 'sha1',
    digits = DIGITS,
  }: { readonly algorithm?: 'sha1' | 'sha256' | 'sha512'; readonly digits?: number } = {},
): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(algorithm, secret).update(counter).digest()
  const at = (mac.at(-1) as number) & 0x0f
  const number = mac.readUInt32BE(at) & 0x7fff_ffff
  return (number % 10 ** digits).toString().padStart(digits, '0')
}

/** Steps before and after now whose codes count: clocks differ, and typing takes its time. */
const WINDOW = 1

/** The step whose code it is, of now and its neighbours; null where it is of none. All are tried in the same time. */
export function stepOfCode(secret: Buffer, code: string, nowMs: number): number | null {
  const given = Buffer.from(code)
  const now = stepOf(nowMs)
  let found: number | null = null
  for (let step = now - WINDOW; step <= now + WINDOW; step++) {
    const wanted = Buffer.from(totpCode(secret, step))
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) found = step
  }
  return found
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Base32 without padding (RFC 4648, 6). */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32[(value >> bits) & 31]
    }
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text
}

/** What an authenticator reads from a QR code (Key Uri Format of Google Authenticator). */
export function otpauthUri(
  secret: Buffer,
  { issuer, name }: { readonly issuer: string; readonly name: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(name)}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_S}`
}
