import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long a person who showed a key may look without showing it again. */
export const SESSION_MS = 30 * 60_000
export const COOKIE = 'hub_board'
const PATH = '/admin'

/**
 * A cookie that says until when somebody who showed a key may look: time, digest of the key, and a signature over both. Who holds it can call
 * nothing but the board, and no longer than the key itself counts.
 */
export function sessionCookie(
  secret: Buffer,
  { keyDigest, nowMs, isSecure }: { keyDigest: Buffer; nowMs: number; isSecure: boolean },
): string {
  const said = `${nowMs + SESSION_MS}.${keyDigest.toString('base64url')}`
  const seconds = SESSION_MS / 1000
  return `${COOKIE}=${said}.${signed(secret, said)}; Path=${PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

/** A cookie that ends the session. */
export const endedCookie = `${COOKIE}=; Path=${PATH}; Max-Age=0; HttpOnly; SameSite=Strict`

/** The digest of the key that was shown; null where there is no cookie of ours, or its time is over. */
export function readSession(secret: Buffer, header: string | undefined, nowMs: number): Buffer | null {
  const found = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`))
  const parts = /^(\d{1,15})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/.exec(
    found?.slice(COOKIE.length + 1) ?? '',
  )
  if (!parts) return null
  const [, until = '', digest = '', signature = ''] = parts
  const wanted = Buffer.from(signed(secret, `${until}.${digest}`))
  if (!timingSafeEqual(Buffer.from(signature), wanted) || Number(until) <= nowMs) return null
  return Buffer.from(digest, 'base64url')
}

const signed = (secret: Buffer, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url')
