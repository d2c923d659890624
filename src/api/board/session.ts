import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** How long a person who showed a key may look without showing it again. */
export const SESSION_MS = 30 * 60_000
export const COOKIE = 'hub_board'
const PATH = '/admin'

/**
 * A cookie that says until when somebody who showed a key may look: time, digest of the key, a number of its own, and a signature over these. Who holds it can call
 * nothing but the board, and no longer than the key itself counts.
 */
export function sessionCookie(
  secret: Buffer,
  { keyDigest, nowMs, isSecure }: { keyDigest: Buffer; nowMs: number; isSecure: boolean },
): string {
  const own = randomBytes(12).toString('base64url')
  const said = `${nowMs + SESSION_MS}.${keyDigest.toString('base64url')}.${own}`
  const seconds = SESSION_MS / 1000
  return `${COOKIE}=${said}.${signed(secret, said)}; Path=${PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

/** A cookie that ends the session. */
export const endedCookie = `${COOKIE}=; Path=${PATH}; Max-Age=0; HttpOnly; SameSite=Strict`

/** What a cookie of ours says. */
export interface BoardSession {
  /** Of the key that was shown. */
  readonly keyDigest: Buffer
  /** Of the cookie itself, by which it is known that somebody left with it. */
  readonly digest: Buffer
  readonly endsAtMs: number
}

/** The session of a request; null where there is no cookie of ours, or its time is over. */
export function readSession(secret: Buffer, header: string | undefined, nowMs: number): BoardSession | null {
  const found = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`))
  const parts = /^((\d{1,15})\.([A-Za-z0-9_-]{43})\.[A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})$/.exec(
    found?.slice(COOKIE.length + 1) ?? '',
  )
  if (!parts) return null
  const [, said = '', until = '', digest = '', signature = ''] = parts
  const wanted = Buffer.from(signed(secret, said))
  if (!timingSafeEqual(Buffer.from(signature), wanted) || Number(until) <= nowMs) return null
  return {
    keyDigest: Buffer.from(digest, 'base64url'),
    digest: createHash('sha256').update(said).digest(),
    endsAtMs: Number(until),
  }
}

const signed = (secret: Buffer, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url')
