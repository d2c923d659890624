import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import swagger from '@fastify/swagger'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { HubError } from '#core/errors.ts'
import { holderOf } from '#flow/oauth/token.ts'
import { findKeyByDigest } from '#store/keys.ts'
import { readGrowth } from '#store/log-growth.ts'
import { createCallers } from './auth.ts'
import { certificateCallers } from './client-certificate.ts'
import { refuseMalformed } from './client-error.ts'
import { boundConnections } from './connections.ts'
import { createHeadWatch } from './head-watch.ts'
import { secure } from './headers.ts'
import { refuseHost } from './host.ts'
import { logUnexpected } from './logged-error.ts'
import { createMetrics } from './metrics.ts'
import { watchRoutes } from './not-found.ts'
import { openapi } from './openapi.ts'
import { sessionCallers } from './operators/session-callers.ts'
import type { ApiParts } from './parts.ts'
import { hubErrorOf, problemOf, setProblemHeaders } from './problem.ts'
import { trustOf } from './public/client-address.ts'
import { BODY_MAX } from './push-body.ts'
import { WAIT_MAX_S } from './routes/changes.ts'
import { routes } from './routes.ts'
import { ANSWER_BOUNDS, watchAnswers } from './slow-answers.ts'
import { watchBodies } from './slow-bodies.ts'
import { spokenIn } from './spoken.ts'
import { serverOptions } from './tls.ts'
import { validatorCompiler } from './validation.ts'

export type { ApiParts } from './parts.ts'

const REQUEST_TIMEOUT_MS = 30_000
/** A connection on which nothing moves; longer than anyone may wait for a change. */
const SILENCE_TIMEOUT_MS = (WAIT_MAX_S + 15) * 1000
/** A record identifier may hold several key parts of 200 Chinese characters, percent-encoded twice. */
const PARAMETER_MAX = 12_000
/** `headersTimeout`: also of a connection on which nothing has come yet. A missing host is refused with all else that is wrong with hosts. */
const SERVER = { headersTimeout: 8000, connectionsCheckingInterval: 100, requireHostHeader: false } as const
/** A market's gateway may hold hundreds; one machine that holds more is not one of them. */
const CONNECTIONS_PER_ADDRESS = 1000

/**
 * The HTTP API, not yet listening. Bodies are never coerced nor stripped; timeouts and sizes are bounded, because Fastify's defaults
 * are not.
 */
export async function createApi(parts: ApiParts): Promise<FastifyInstance> {
  const sendProblem = problemSender(parts)
  const uploading = new WeakSet<Socket>()
  const app: FastifyInstance = fastify({
    ...(parts.log ? { loggerInstance: parts.log as FastifyBaseLogger } : { logger: false }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestNumbers(),
    bodyLimit: BODY_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_TIMEOUT_MS,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: PARAMETER_MAX },
    ...(parts.tls ? { https: { ...serverOptions(parts.tls), ...SERVER } } : { http: SERVER }),
    // The hub says so itself, as a problem.
    return503OnClosing: false,
    clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => {
      // A large body may take longer than any other request; how slow it may be is bounded where it is read.
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploading.has(socket)) return
      refuseMalformed(error, socket, parts.language)
    },
    frameworkErrors: (error, request, reply) => {
      secure(reply)
      sendProblem(error, request, reply)
    },
  })
  const sessions = sessionCallers(parts)
  const callers = createCallers({
    sessions,
    adminKey: parts.adminKey,
    findKey: (digest) => findKeyByDigest(parts.pool, digest),
    findHolder: (token, nowMs) => holderOf(parts.pool, token, nowMs),
    certificates: certificateCallers({
      pool: parts.pool,
      clientAuthorities: parts.tls?.clientAuthorities ?? [],
      trustedProxies: parts.trustedProxies ?? [],
      clock: parts.clock,
    }),
    clock: parts.clock,
  })
  boundConnections(app.server, {
    perAddress: parts.connectionsPerAddress ?? CONNECTIONS_PER_ADDRESS,
    isTrusted: trustOf(parts.trustedProxies ?? []),
  })
  const head = createHeadWatch((after) => readGrowth(parts.pool, after))
  const refuseUnknown = watchRoutes(app)
  let closing = false

  app.decorateRequest('caller', null)
  app.setSerializerCompiler(() => JSON.stringify)
  app.setValidatorCompiler(validatorCompiler())
  app.addHook('onRequest', (request, reply, done) => {
    secure(reply)
    if (closing) {
      reply.header('connection', 'close')
      done(new HubError('stopping', { retryAfterMs: 1000 }))
    } else {
      const wrong = refuseHost(request, reply)
      // Before the body is read, whatever its type.
      done(wrong ?? (request.is404 ? refuseUnknown(request, reply) : undefined))
    }
  })
  watchBodies(app, (socket) => refuseMalformed({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket, parts.language))
  watchAnswers(app, parts.answerBounds ?? ANSWER_BOUNDS)
  app.addHook('preClose', (done) => {
    closing = true
    head.close()
    closeWhenIdle(app.server)
    done()
  })
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler((request, reply) => {
    throw refuseUnknown(request, reply)
  })
  await app.register(swagger, openapi())
  await app.register(
    routes({
      ...{ ...parts, callers, sessions, head, uploading, metrics: createMetrics(parts.pool, parts.clock) },
      publicPool: parts.publicPool ?? parts.pool,
      tracePool: parts.tracePool ?? parts.pool,
    }),
  )
  return app
}

/** A connection whose last request ends while the server closes would be kept for the next one, and hold up the stop for as long. */
function closeWhenIdle(server: FastifyInstance['server']): void {
  if (!server.listening) return
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  server.once('close', () => clearInterval(sweep))
}

/** Numbers of requests that no other process or start gives out again. */
function requestNumbers(): () => string {
  const start = randomBytes(6).toString('base64url')
  let count = 0
  return () => `${start}-${(++count).toString(36)}`
}

const problemSender =
  ({ language }: ApiParts) =>
  (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = hubErrorOf(thrown)
    logUnexpected(request, error)
    const problem = problemOf(error, spokenIn(request, language), request.id)
    setProblemHeaders(reply, error)
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }
