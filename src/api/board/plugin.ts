import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '#api/auth.ts'
import { readForms } from '#api/form-body.ts'
import { CONTENT_POLICY } from '#api/headers.ts'
import { cookieName, endedCookie as endedOperator, isOverTls } from '#api/operators/session-cookie.ts'
import type { RouteParts } from '#api/parts.ts'
import { refuseOtherSites } from '#api/same-site.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { readOpenAlerts } from '#store/alerts.ts'
import { hasLeft, noteLeave } from '#store/board-leaves.ts'
import { readScheduleAges } from '#store/schedules.ts'
import { keptSecret } from '#store/secrets.ts'
import { BOARD_STYLE, boardPage, doorPage } from './page.ts'
import { endedCookie, readSession, sessionCookie } from './session.ts'

const HOME = '/admin/jobs'
const FORM_MAX = 4096
const hidden = { hide: true }

/**
 * `/admin/jobs`, the board of the job queues for a person with a browser: queues, failed jobs with their reasons, schedules, alerts. Who
 * shows a key with the scope `admin` gets a cookie for half an hour. It works without scripts, and nothing in it comes from elsewhere.
 */
export const boardRoutes =
  ({ pool, queues, callers, sessions, clock, language, publicUrl }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    readForms(app, FORM_MAX)
    const secret = (): Promise<Buffer> => keptSecret(pool, 'board-session')
    const isAdmin = (digest: Buffer): Promise<boolean> =>
      callers.ofDigest(digest).then(
        ({ scopes }) => scopes.includes('admin'),
        (error: unknown) => {
          if (error instanceof HubError && error.code === 'unauthenticated') return false
          throw error
        },
      )
    const sessionOf = async ({ headers }: FastifyRequest) =>
      readSession(await secret(), headers.cookie, clock())
    const mayLook = async (request: FastifyRequest): Promise<boolean> => {
      const session = await sessionOf(request)
      if (session !== null && !(await hasLeft(pool, session.digest)) && (await isAdmin(session.keyDigest)))
        return true
      return (await sessions.holderOf(request))?.role === 'system'
    }
    const page = (reply: FastifyReply, status: number, text: string): FastifyReply =>
      reply
        .code(status)
        .header('content-security-policy', CONTENT_POLICY.forms(BOARD_STYLE))
        .header('referrer-policy', 'same-origin')
        .header('vary', 'accept-language, cookie')
        .type('text/html; charset=utf-8')
        .send(text)
    const door = (request: FastifyRequest, reply: FastifyReply, isWrong = false): FastifyReply =>
      page(reply, 401, doorPage(spokenIn(request, language), isWrong))

    app.get(HOME, { schema: hidden }, async (request, reply) => {
      if (!(await mayLook(request))) return door(request, reply)
      const [states, schedules, alerts] = await Promise.all([
        queues.look(),
        readScheduleAges(pool),
        readOpenAlerts(pool),
      ])
      return page(reply, 200, boardPage({ queues: states, schedules, alerts }, spokenIn(request, language)))
    })
    app.post<{ Body: URLSearchParams }>(`${HOME}/session`, { schema: hidden }, async (request, reply) => {
      refuseOtherSites(request)
      const digest = sha256(request.body?.get('key')?.trim() ?? '')
      if (!(await isAdmin(digest))) return door(request, reply, true)
      reply.header(
        'set-cookie',
        sessionCookie(await secret(), {
          keyDigest: digest,
          nowMs: clock(),
          isSecure: isOverTls(request, publicUrl),
        }),
      )
      return reply.redirect(HOME, 303)
    })
    app.post(`${HOME}/leave`, { schema: hidden }, async (request, reply) => {
      refuseOtherSites(request)
      // A browser that forgets its cookie is no proof that nobody else has it.
      const session = await sessionOf(request)
      if (session !== null) await noteLeave(pool, session, clock())
      // The board is seen by the session of an operator, too: who leaves it would be let in again at once.
      await sessions.end(request)
      const operator = sessions.has(request) ? cookieName(request, publicUrl) : null
      return reply
        .header('set-cookie', operator === null ? endedCookie : [endedCookie, endedOperator(operator)])
        .redirect(HOME, 303)
    })
    app.post<{ Body: URLSearchParams }>(`${HOME}/retry`, { schema: hidden }, async (request, reply) => {
      refuseOtherSites(request)
      if (!(await mayLook(request))) return door(request, reply)
      await queues.retry(request.body?.get('queue') ?? '', request.body?.get('id') ?? '')
      return reply.redirect(HOME, 303)
    })
  }
