import type { FastifyRequest } from 'fastify'
import { isFromHere } from '#api/from-here.ts'
import { isEncrypted } from '#api/headers.ts'
import { SESSION_MS } from '#store/operator-sessions.ts'

/** `__Host-`: browsers take it only over TLS, for this host alone and for all its paths, so that no other host can put one in its place. */
const SECURE = '__Host-hub_session'
const PLAIN = 'hub_session'

/** Whether the browser speaks TLS: with the hub itself, or with the proxy of the public address. */
export function isOverTls(request: FastifyRequest, publicUrl: string | undefined): boolean {
  const address = publicUrl === undefined ? null : new URL(publicUrl)
  return isEncrypted(request) || (address?.protocol === 'https:' && address.host === request.host)
}

/**
 * Name of the cookie of a session: over TLS the secure one; on this machine itself a plain one. Null everywhere else, also behind a proxy on this machine
 * that takes plain HTTP from others: nobody signs in where others can listen.
 */
export function cookieName(request: FastifyRequest, publicUrl: string | undefined): string | null {
  if (isOverTls(request, publicUrl)) return SECURE
  return isFromHere(request) ? PLAIN : null
}

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict'
const flags = (name: string): string => (name === SECURE ? `${ATTRIBUTES}; Secure` : ATTRIBUTES)

export const sessionCookie = (name: string, token: string): string =>
  `${name}=${token}; Max-Age=${SESSION_MS / 1000}; ${flags(name)}`

export const endedCookie = (name: string): string => `${name}=; Max-Age=0; ${flags(name)}`

/** What the cookie of the session holds; null where there is none, or it was not made here. */
export function readToken(request: FastifyRequest, publicUrl: string | undefined): string | null {
  const { cookie } = request.headers
  const name = cookie === undefined ? null : cookieName(request, publicUrl)
  if (name === null) return null
  const found = cookie?.split(';').find((part) => part.trim().startsWith(`${name}=`))
  const token = found?.trim().slice(name.length + 1) ?? ''
  return /^[A-Za-z0-9_-]{43}$/.test(token) ? token : null
}
