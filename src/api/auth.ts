import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'
import { isToken, type TokenHolder } from '#flow/oauth/token.ts'
import type { StoredKey } from '#store/keys.ts'
import type { CertificateCallers } from './client-certificate.ts'
import type { SessionCallers } from './operators/session-callers.ts'

/** Who calls: a stored key, a partner, an operator, or the administrator key of the settings. */
export interface Caller {
  /** Of the key, of the client of a token, of the partner of a certificate, or of an operator; null for the administrator key of the settings. */
  readonly keyId: string | null
  readonly scopes: readonly string[]
  /** A rate of the key's own; null or absent: that of the settings. */
  readonly unitsPerSecond?: number | null
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /**
     * The key may also come as the password of Basic, for clients that know nothing else; `asked`: who brings none is asked for one in this
     * way. Not everywhere, because a browser keeps such a key and sends it unasked.
     */
    readonly basic?: 'taken' | 'asked'
  }
}

/**
 * Finds the caller of a request by its key. Keys are 256 random bits, so nothing slow is needed to digest them; what is stored is keyed beside, so that
 * a copy of the table alone tells nothing. A token of `/oauth/token` is known by its MAC.
 */
export interface Callers {
  /** The caller at once, where the key was asked for in the last seconds. */
  remembered(request: FastifyRequest): Caller | null
  /** Whether the request brings something in its head, or with its connection, that tells who calls. */
  isNamed(request: FastifyRequest): boolean
  /** Throws `unauthenticated` where there is no such key, or none that still counts. */
  of(request: FastifyRequest): Promise<Caller>
  /** The same by a key that came in another way than in the header. */
  ofKey(key: string): Promise<Caller>
  /** The same by the SHA-256 of a key. */
  ofDigest(digest: Buffer): Promise<Caller>
  /** Forgets what is remembered, so that a revoked key stops at once in this process. */
  forget(): void
}

/** A key that is revoked in another process counts for no longer than this. */
const REMEMBERED_MS = 5000
const REMEMBERED_MAX = 10_000

interface Remembered {
  readonly caller: Caller
  readonly untilMs: number
}

export function createCallers(parts: {
  readonly adminKey: string | undefined
  readonly findKey: (digest: Buffer) => Promise<StoredKey | null>
  readonly findHolder: (token: string, nowMs: number) => Promise<TokenHolder | null>
  readonly certificates: CertificateCallers
  readonly sessions: SessionCallers
  readonly clock: () => number
}): Callers {
  const { adminKey, findKey, findHolder, certificates, sessions, clock } = parts
  const adminDigest = adminKey === undefined ? null : sha256(adminKey)
  const known = new Map<string, Remembered>()

  const lookUp = async (digest: Buffer, now: number): Promise<Remembered> => {
    const untilMs = now + REMEMBERED_MS
    if (adminDigest && timingSafeEqual(digest, adminDigest)) {
      return { caller: { keyId: null, scopes: ['admin'] }, untilMs }
    }
    const key = await findKey(digest)
    if (!key) throw new HubError('unauthenticated')
    if (key.revokedAt) throw new HubError('unauthenticated', { detail: 'the key is revoked' })
    const expiryMs = key.expiresAt ? Date.parse(key.expiresAt) : Number.POSITIVE_INFINITY
    if (expiryMs <= now) throw new HubError('unauthenticated', { detail: 'the key has expired' })
    return {
      caller: { keyId: key.id, scopes: key.scopes, unitsPerSecond: key.unitsPerSecond },
      untilMs: Math.min(untilMs, expiryMs),
    }
  }

  const ofToken = async (token: string, now: number): Promise<Remembered> => {
    const holder = await findHolder(token, now)
    if (!holder) throw new HubError('unauthenticated', { detail: 'the token has expired, or is none' })
    const { clientId, scopes, expiresAtMs } = holder
    return { caller: { keyId: clientId, scopes }, untilMs: Math.min(now + REMEMBERED_MS, expiresAtMs) }
  }

  const ofKey = async (key: string): Promise<Caller> => {
    const remembered = known.get(key)
    if (remembered && remembered.untilMs > clock()) return remembered.caller
    const found = isToken(key) ? await ofToken(key, clock()) : await lookUp(sha256(key), clock())
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(key, found)
    return found.caller
  }

  return {
    remembered(request) {
      const key = keyOf(request)
      const found = key === null ? undefined : known.get(key)
      return found && found.untilMs > clock() ? found.caller : null
    },
    isNamed: (request) =>
      request.headers.authorization !== undefined || sessions.has(request) || certificates.has(request),
    async of(request) {
      const key = keyOf(request)
      if (key !== null) return await ofKey(key)
      // Who sends a key means that one, also where it is malformed.
      if (request.headers.authorization !== undefined) throw new HubError('unauthenticated')
      const caller = (await sessions.of(request)) ?? (await certificates.of(request))
      if (!caller) throw new HubError('unauthenticated')
      return caller
    },
    ofKey,
    ofDigest: async (digest) => (await lookUp(digest, clock())).caller,
    forget: () => known.clear(),
  }
}

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A token names its scopes. */
const KEY_MAX = 4096

function keyOf({ headers, routeOptions }: FastifyRequest): string | null {
  const { authorization } = headers
  if (!authorization || authorization.length > KEY_MAX) return null
  const blank = authorization.indexOf(' ')
  const scheme = authorization.slice(0, Math.max(blank, 0)).toLowerCase()
  const given = authorization.slice(blank + 1).trim()
  if (scheme === 'bearer') return given || null
  if (scheme !== 'basic' || !routeOptions.config.basic) return null
  // The user is whatever the client must fill in; the key alone tells who calls.
  const [, key] = /^[^:]*:(.+)$/s.exec(Buffer.from(given, 'base64').toString()) ?? []
  return key ?? null
}
