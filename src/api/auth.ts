import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'
import type { StoredKey } from '#store/keys.ts'

/** Who calls: a stored key, or the administrator key of the settings. */
export interface Caller {
  /** Null for the administrator key of the settings. */
  readonly keyId: string | null
  readonly scopes: readonly string[]
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** Finds the caller of a request by its key. Keys are known by their SHA-256: they are 256 random bits, so nothing slower is needed. */
export interface Callers {
  of(request: FastifyRequest): Promise<Caller>
  /** Forgets what is remembered, so that a revoked key stops at once in this process. */
  forget(): void
}

const REMEMBERED_MS = 5000
const REMEMBERED_MAX = 10_000

export function createCallers(parts: {
  readonly adminKey: string | undefined
  readonly findKey: (digest: Buffer) => Promise<StoredKey | null>
  readonly clock: () => number
}): Callers {
  const { adminKey, findKey, clock } = parts
  const adminDigest = adminKey === undefined ? null : sha256(adminKey)
  const remembered = new Map<string, { caller: Caller; untilMs: number }>()

  const lookUp = async (digest: Buffer, now: number): Promise<Caller> => {
    if (adminDigest && timingSafeEqual(digest, adminDigest)) return { keyId: null, scopes: ['admin'] }
    const key = await findKey(digest)
    if (!key) throw new HubError('unauthenticated')
    if (key.revokedAt) throw new HubError('unauthenticated', { detail: 'the key is revoked' })
    if (key.expiresAt && Date.parse(key.expiresAt) <= now) throw new HubError('unauthenticated', { detail: 'the key has expired' })
    return { keyId: key.id, scopes: key.scopes }
  }

  return {
    async of(request) {
      const key = bearer(request.headers.authorization)
      if (key === null) throw new HubError('unauthenticated')
      const now = clock()
      const known = remembered.get(key)
      if (known && known.untilMs > now) return known.caller
      const caller = await lookUp(sha256(key), now)
      if (remembered.size >= REMEMBERED_MAX) remembered.clear()
      remembered.set(key, { caller, untilMs: now + REMEMBERED_MS })
      return caller
    },
    forget: () => remembered.clear(),
  }
}

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

const bearer = (header: string | undefined): string | null => {
  if (!header || header.length > 512 || header.slice(0, 7).toLowerCase() !== 'bearer ') return null
  return header.slice(7).trim() || null
}

/** The caller, who must hold one of the scopes; `admin` holds all. */
export function requireScope(request: FastifyRequest, ...scopes: string[]): Caller {
  const { caller } = request
  if (!caller) throw new HubError('unauthenticated')
  if (caller.scopes.includes('admin') || scopes.some((scope) => caller.scopes.includes(scope))) return caller
  throw new HubError('forbidden', { detail: `needs the scope ${scopes.join(' or ')}` })
}
