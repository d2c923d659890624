import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { HttpPort } from '#adapters/adapter.ts'
import { parseJson } from '#core/parse-json.ts'
import { ProviderFault, verifiedToken } from './id-token.ts'
import { isRole, type Role } from './roles.ts'

/** A provider of OpenID Connect, as the settings name it. */
export interface ProviderSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The claim of the id_token that holds the roles. */
  readonly roleClaim: string
  /** Private addresses at which the provider may be, as `CIDR:port`. */
  readonly allowAddress: readonly string[]
}

/** What must come back with the browser, from the start of a sign-in to its end. Kept in a sealed cookie. */
export interface Journey {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly endsAtMs: number
}

/** Whom the provider vouches for. */
export interface Vouched {
  /** Issuer and subject, divided by a blank. */
  readonly subject: string
  readonly name: string
  readonly role: Role
}

export interface Provider {
  /** Where the browser goes, and what it brings back. @throws ProviderFault */
  start(nowMs: number): Promise<{ readonly url: string; readonly journey: Journey }>
  /** Takes what the browser brought from the provider. @throws ProviderFault */
  finish(given: {
    readonly query: URLSearchParams
    readonly journey: Journey
    readonly nowMs: number
  }): Promise<Vouched>
}

interface Endpoints {
  readonly authorization: string
  readonly token: string
  readonly keys: string
  /** Whether it says in each answer who it is (RFC 9207). */
  readonly isNamed: boolean
}
type Jwks = readonly Readonly<Record<string, unknown>>[]

/** How long an operator may stay at the provider. */
const JOURNEY_MS = 600_000
/** How long its endpoints are taken for the same, and how often keys are asked for again where a token names another. */
const FRESH_MS = 600_000
const KEYS_AGAIN_MS = 30_000
const ANSWER_MAX = 262_144
const ROLE_PREFIX = 'trace-hub-'
const NAME_MAX = 64

const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * The code flow with PKCE (RFC 7636) and one provider. Its endpoints come from its discovery, over the guarded client alone; tokens are verified by the
 * code that verifies those of OAuth clients. @param redirectUri registered at the provider
 */
export function createProvider(
  parts: ProviderSettings & { readonly redirectUri: string; readonly http: HttpPort },
): Provider {
  const { issuer, clientId, clientSecret, redirectUri, roleClaim, http } = parts
  let endpoints: { readonly read: Endpoints; readonly untilMs: number } | null = null
  let keys: { readonly read: Jwks; readonly atMs: number } | null = null

  const askJson = async (
    request: Parameters<HttpPort['request']>[0],
  ): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await http
      .request({
        ...request,
        maxBytes: ANSWER_MAX,
        headers: { accept: 'application/json', ...request.headers },
      })
      .catch((error: unknown) => {
        throw new ProviderFault('the provider cannot be reached', error)
      })
    if (answer.status !== 200) throw new ProviderFault(`the provider answers ${answer.status}`)
    try {
      const read = parseJson(Buffer.from(answer.body).toString('utf8'))
      if (typeof read === 'object' && read !== null && !Array.isArray(read))
        return read as Record<string, unknown>
    } catch {
      // Said below.
    }
    throw new ProviderFault('the provider answers no JSON object')
  }
  const discover = async (nowMs: number): Promise<Endpoints> => {
    if (endpoints && endpoints.untilMs > nowMs) return endpoints.read
    const said = await askJson({
      method: 'GET',
      url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    })
    if (said['issuer'] !== issuer) throw new ProviderFault('the discovery is of another issuer')
    const of = (name: string): string => {
      const url = said[name]
      // What went by TLS does not go on without it.
      if (
        typeof url !== 'string' ||
        !URL.canParse(url) ||
        (issuer.startsWith('https:') && !url.startsWith('https:'))
      )
        throw new ProviderFault(`the discovery has no ${name}`)
      return url
    }
    const read = {
      authorization: of('authorization_endpoint'),
      token: of('token_endpoint'),
      keys: of('jwks_uri'),
      isNamed: said['authorization_response_iss_parameter_supported'] === true,
    }
    endpoints = { read, untilMs: nowMs + FRESH_MS }
    return read
  }
  const keysOf = async (url: string, nowMs: number, keyId: string | undefined): Promise<Jwks> => {
    const isKnown = keys?.read.some(({ kid }) => kid === keyId) ?? false
    const ageMs = keys === null ? Number.POSITIVE_INFINITY : nowMs - keys.atMs
    if (keys && (isKnown ? ageMs < FRESH_MS : ageMs < KEYS_AGAIN_MS)) return keys.read
    const { keys: read } = await askJson({ method: 'GET', url })
    if (!Array.isArray(read) || read.length > 100) throw new ProviderFault('the provider gives no keys')
    keys = { read: read.filter((key) => typeof key === 'object' && key !== null), atMs: nowMs }
    return keys.read
  }

  return {
    async start(nowMs) {
      const { authorization } = await discover(nowMs)
      const journey = {
        state: newSecret(),
        nonce: newSecret(),
        verifier: newSecret(),
        endsAtMs: nowMs + JOURNEY_MS,
      }
      const url = new URL(authorization)
      for (const [name, value] of Object.entries({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: createHash('sha256').update(journey.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }))
        url.searchParams.set(name, value)
      return { url: url.href, journey }
    },
    async finish({ query, journey, nowMs }) {
      if (journey.endsAtMs <= nowMs) throw new ProviderFault('it took too long')
      if (!isSame(query.get('state') ?? '', journey.state)) throw new ProviderFault('the state is another')
      // RFC 9207: who answers is who was asked.
      const { token, keys: jwksUri, isNamed } = await discover(nowMs)
      const from = query.get('iss')
      if (from === null ? isNamed : from !== issuer)
        throw new ProviderFault('the answer is of another issuer')
      const code = query.get('code')
      if (!code || query.has('error')) throw new ProviderFault('the provider refuses')
      const said = await askJson({
        method: 'POST',
        url: token,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`,
        },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: journey.verifier,
        }).toString(),
      })
      const claims = await verifiedToken(String(said['id_token'] ?? ''), {
        issuer,
        clientId,
        nonce: journey.nonce,
        nowMs,
        keysOf: (keyId) => keysOf(jwksUri, nowMs, keyId),
      })
      return vouchedOf(claims, issuer, roleClaim)
    },
  }
}

/** RFC 6749, 2.3.1: both parts are encoded as a form is. */
const formEncoded = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2)

const isSame = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Exactly one role, or none is given: nobody holds two. */
function vouchedOf(claims: Readonly<Record<string, unknown>>, issuer: string, roleClaim: string): Vouched {
  const named = [claims[roleClaim]].flat().filter((value): value is string => typeof value === 'string')
  const roles = [
    ...new Set(
      named.filter((value) => value.startsWith(ROLE_PREFIX)).map((value) => value.slice(ROLE_PREFIX.length)),
    ),
  ].filter(isRole)
  const [role] = roles
  if (role === undefined || roles.length > 1)
    throw new ProviderFault(`the claim ${roleClaim} holds ${roles.length} roles of the hub`)
  const { sub, preferred_username: preferred } = claims
  const name =
    typeof preferred === 'string'
      ? preferred.replaceAll(/[^\p{L}\p{N}._@-]/gu, '').slice(0, NAME_MAX - 10)
      : ''
  return { subject: `${issuer} ${sub}`, name: name || 'operator', role }
}
