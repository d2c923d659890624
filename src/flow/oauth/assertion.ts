import type { Pool } from 'pg'
import { jwtFits, type ReadJwt, readJwk, readJwt } from '#core/signing/jwt.ts'
import { type OauthClient, readOauthClient, useAssertion } from '#store/oauth-clients.ts'

/** How far a clock of a client may be off, and those of two processes of the hub: what was used is remembered for as long as any of them could take it. */
const LEEWAY_MS = 60_000
/** An assertion is made for one request; one that is good for longer was made for something else. */
const LIFE_MAX_MS = 600_000
const JTI_MAX = 255
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Why a client is not believed, in words for its developer. What could tell strangers of a client is one sentence for all. */
export class AssertionFault extends Error {}

const NOT_KNOWN = 'the assertion is not signed by a key of such a client'

/**
 * The client that an assertion proves (RFC 7523): signed by one of its keys, for this hub, now, and never used before.
 * @throws AssertionFault
 */
export async function provenClient(
  pool: Pool,
  given: { readonly assertion: string; readonly audiences: readonly string[]; readonly nowMs: number },
): Promise<OauthClient> {
  const jwt = readJwt(given.assertion)
  if (!jwt) throw new AssertionFault('client_assertion is no token of RS256, PS256, ES256 or EdDSA')
  const { id, jti, expiresAtMs } = checkClaims(jwt, given)
  const client = await readOauthClient(pool, id)
  if (!client || client.revokedAt !== null || !isSignedBy(jwt, client)) throw new AssertionFault(NOT_KNOWN)
  if (!(await useAssertion(pool, id, jti, expiresAtMs + 2 * LEEWAY_MS)))
    throw new AssertionFault('the assertion was used before: jti must be new in each')
  return client
}

const isSignedBy = (jwt: ReadJwt, { jwks }: OauthClient): boolean =>
  jwks
    .filter((jwk) => jwt.keyId === undefined || jwk['kid'] === undefined || jwk['kid'] === jwt.keyId)
    .some((jwk) => {
      const key = readJwk(jwk)
      const named = jwk['alg']
      return key !== null && (named === undefined || named === jwt.algorithm) && jwtFits(jwt, key)
    })

function checkClaims(
  { claims }: ReadJwt,
  { audiences, nowMs }: { readonly audiences: readonly string[]; readonly nowMs: number },
): { id: string; jti: string; expiresAtMs: number } {
  const { iss, sub, aud, jti } = claims
  if (typeof sub !== 'string' || iss !== sub || !UUID.test(sub))
    throw new AssertionFault('iss and sub must both be the identifier of the client')
  // One that is for others too could be taken there, and used here by whom it was given to.
  const [meant, ...others] = Array.isArray(aud) ? aud : [aud]
  if (others.length > 0 || !audiences.includes(meant as string))
    throw new AssertionFault(`aud must be ${audiences.join(' or ')}, and nothing beside it`)
  if (
    typeof jti !== 'string' ||
    jti === '' ||
    jti.length > JTI_MAX ||
    !jti.isWellFormed() ||
    jti.includes('\0')
  )
    throw new AssertionFault(`jti must have 1 to ${JTI_MAX} characters`)
  const expiresAtMs = msOf(claims['exp'], 'exp')
  const issuedAtMs = msOf(claims['iat'], 'iat')
  if (expiresAtMs + LEEWAY_MS <= nowMs) throw new AssertionFault('the assertion has expired')
  if (issuedAtMs > nowMs + LEEWAY_MS) throw new AssertionFault('iat is to come')
  if (claims['nbf'] !== undefined && msOf(claims['nbf'], 'nbf') > nowMs + LEEWAY_MS)
    throw new AssertionFault('nbf is to come')
  if (issuedAtMs + LIFE_MAX_MS + LEEWAY_MS < nowMs || expiresAtMs > nowMs + LIFE_MAX_MS + LEEWAY_MS)
    throw new AssertionFault('an assertion may be good for ten minutes')
  return { id: sub, jti, expiresAtMs }
}

function msOf(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > 1e11)
    throw new AssertionFault(`${name} must be seconds since 1970`)
  return value * 1000
}
