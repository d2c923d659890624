import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouteParts } from '#api/parts.ts'
import { ProviderFault } from '#flow/operators/id-token.ts'
import type { Journey, Provider } from '#flow/operators/provider.ts'
import { openSession } from '#flow/operators/sign-in.ts'
import { takeFederated } from '#store/federated-operators.ts'
import { seal, unseal } from '#store/seal.ts'
import { sealingKey } from '#store/sealing-key.ts'
import type { SignInFault } from './pages.ts'
import { cookieName, sessionCookie } from './session-cookie.ts'

const START = '/admin/oidc'
export const CALLBACK = '/admin/oidc/callback'
const PURPOSE = 'oidc-journey'
const hidden = { hide: true }
const JOURNEY_S = 600

/** The cookie of a sign-in that is under way: it must come along from the provider's site, so it is Lax. */
const journeyName = (session: string): string => session.replace('session', 'journey')
const journeyCookie = (session: string, value: string, seconds: number): string =>
  `${journeyName(session)}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${session.startsWith('__Host-') ? '; Secure' : ''}`

/** `/admin/oidc`: to the provider, and back from it. */
export function providerPages(
  app: FastifyInstance,
  { pool, clock, publicUrl, provider }: RouteParts & { readonly provider: Provider },
  pages: {
    readonly refuse: (
      request: FastifyRequest,
      reply: FastifyReply,
      status: number,
      fault: SignInFault,
    ) => FastifyReply
    readonly isTooMany: (request: FastifyRequest) => boolean
    /** A page that leads to the home of operators by itself. */
    readonly onward: (request: FastifyRequest, reply: FastifyReply) => FastifyReply
  },
): void {
  const key = (): Promise<Buffer> => sealingKey(pool, PURPOSE)
  const failed = (request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply => {
    if (!(error instanceof ProviderFault)) throw error
    request.log.warn({ reason: error.message }, 'sign-in by the provider failed')
    return pages.refuse(request, reply, 401, { kind: 'provider' })
  }
  app.get(START, { schema: hidden }, async (request, reply) => {
    const session = cookieName(request, publicUrl)
    if (session === null) return pages.refuse(request, reply, 403, { kind: 'insecure' })
    if (pages.isTooMany(request)) return pages.refuse(request, reply, 429, { kind: 'many' })
    try {
      const { url, journey } = await provider.start(clock())
      const sealed = seal(await key(), JSON.stringify(journey), PURPOSE).toString('base64url')
      return reply.header('set-cookie', journeyCookie(session, sealed, JOURNEY_S)).redirect(url, 303)
    } catch (error) {
      return failed(request, reply, error)
    }
  })
  app.get(CALLBACK, { schema: hidden }, async (request, reply) => {
    const session = cookieName(request, publicUrl)
    if (session === null) return pages.refuse(request, reply, 403, { kind: 'insecure' })
    if (pages.isTooMany(request)) return pages.refuse(request, reply, 429, { kind: 'many' })
    reply.header('set-cookie', journeyCookie(session, '', 0))
    try {
      const journey = readJourney(await key(), request.headers.cookie, journeyName(session))
      if (!journey) throw new ProviderFault('no sign-in is under way in this browser')
      const query = new URL(request.url, 'http://hub').searchParams
      const vouched = await provider.finish({ query, journey, nowMs: clock() })
      const operator = await takeFederated(pool, vouched)
      if (operator === null) throw new ProviderFault('the operator is disabled here')
      const token = await openSession(pool, { id: operator, password: null }, clock())
      if (token === null) throw new ProviderFault('the operator is disabled here')
      reply.header('set-cookie', sessionCookie(session, token))
      // Not a redirect: the browser came from another site, and would not send the cookie along.
      return pages.onward(request, reply)
    } catch (error) {
      return failed(request, reply, error)
    }
  })
}

function readJourney(key: Buffer, header: string | undefined, name: string): Journey | null {
  const found = header?.split(';').find((part) => part.trim().startsWith(`${name}=`))
  const value = found?.trim().slice(name.length + 1)
  if (!value) return null
  try {
    return JSON.parse(unseal(key, Buffer.from(value, 'base64url'), PURPOSE)) as Journey
  } catch {
    return null
  }
}
