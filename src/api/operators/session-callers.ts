import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import type { Caller } from '#api/auth.ts'
import { refuseOtherSites } from '#api/same-site.ts'
import { SCOPES_OF } from '#flow/operators/roles.ts'
import { digestOfToken } from '#flow/operators/sign-in.ts'
import { endSession, type SessionHolder, useSession } from '#store/operator-sessions.ts'
import { readToken } from './session-cookie.ts'

/** Callers by the session of an operator. */
export interface SessionCallers {
  has(request: FastifyRequest): boolean
  /** The operator whose session it is; null where there is none that counts. */
  holderOf(request: FastifyRequest): Promise<SessionHolder | null>
  /** The same with its scopes, for a call of the API. Throws `other_site` where another site made the browser call. */
  of(request: FastifyRequest): Promise<Caller | null>
  /** Ends the session that the browser brought, where there is one: who leaves, or signs in anew, has none of before. */
  end(request: FastifyRequest): Promise<void>
}

/** Nothing is remembered: a session that was ended counts no more from the next request on. */
export function sessionCallers(parts: {
  readonly pool: Pool
  readonly publicUrl?: string | undefined
  readonly clock: () => number
}): SessionCallers {
  const { pool, publicUrl, clock } = parts
  const holderOf = async (request: FastifyRequest): Promise<SessionHolder | null> => {
    const token = readToken(request, publicUrl)
    return token === null ? null : await useSession(pool, digestOfToken(token), clock())
  }
  return {
    has: (request) => readToken(request, publicUrl) !== null,
    holderOf,
    async of(request) {
      const holder = await holderOf(request)
      if (holder === null) return null
      refuseOtherSites(request)
      return { keyId: holder.id, scopes: SCOPES_OF[holder.role] }
    },
    async end(request) {
      const token = readToken(request, publicUrl)
      if (token !== null) await endSession(pool, digestOfToken(token))
    },
  }
}
