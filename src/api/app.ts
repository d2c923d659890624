import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { HubError } from '#core/errors.ts'
import type { Intake } from '#flow/intake/intake.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { Queues } from '#jobs/queues.ts'
import { findKeyByDigest } from '#store/keys.ts'
import { createCallers } from './auth.ts'
import { type Language, languageOf } from './language.ts'
import { openapi } from './openapi.ts'
import { hubErrorOf, problemOf } from './problem.ts'
import { routes } from './routes.ts'

/** What the API is handed; it opens nothing itself. */
export interface ApiParts {
  readonly pool: Pool
  readonly registry: Registry
  readonly intake: Intake
  readonly queues: Queues
  readonly adminKey: string | undefined
  readonly language: Language
  readonly log: Logger | false
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Largest body that is read at once; larger files are sent in parts. */
export const BODY_MAX = 8 * 1024 * 1024
const REQUEST_TIMEOUT_MS = 30_000

/**
 * The HTTP API, not yet listening. Bodies are never coerced nor stripped; timeouts and sizes are bounded, because Fastify's defaults
 * are not.
 */
export async function createApi(parts: ApiParts): Promise<FastifyInstance> {
  const app = fastify({
    ...(parts.log ? { loggerInstance: parts.log } : { logger: false }),
    disableRequestLogging: true,
    bodyLimit: BODY_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: 1024 },
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    return503OnClosing: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true, keywords: ['x-zh'] } },
  })
  const callers = createCallers({ adminKey: parts.adminKey, findKey: (digest) => findKeyByDigest(parts.pool, digest), clock: parts.clock })
  app.decorateRequest('caller', null)
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler((thrown, request, reply) => {
    const error = hubErrorOf(thrown)
    if (error.code === 'internal') request.log.error({ err: error.parts.cause }, 'unexpected error')
    const problem = problemOf(error, languageOf(request.headers['accept-language'], parts.language), request.id)
    if (error.parts.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(error.parts.retryAfterMs / 1000))
    if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
    return reply.code(problem.status).type('application/problem+json').send(problem)
  })
  app.setNotFoundHandler((request) => {
    throw new HubError('not_found', { detail: `${request.method} ${request.url.split('?')[0]}` })
  })
  await app.register(swagger, openapi())
  await app.register(routes({ ...parts, callers }))
  return app
}
