import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { readForms } from '#api/form-body.ts'
import { CONTENT_POLICY } from '#api/headers.ts'
import type { RouteParts } from '#api/parts.ts'
import { clientOf, trustOf } from '#api/public/client-address.ts'
import { createLimiter } from '#api/public/limiter.ts'
import { refuseOtherSites } from '#api/same-site.ts'
import { spokenIn } from '#api/spoken.ts'
import { authenticatorOf, enrol, readEnrolment } from '#flow/operators/enrol.ts'
import { signIn } from '#flow/operators/sign-in.ts'
import { endSessionsOf } from '#store/operators.ts'
import {
  authenticatorPage,
  enrolPage,
  homePage,
  OPERATOR_STYLE,
  onwardPage,
  recoveryPage,
  type SignInFault,
  signInPage,
} from './pages.ts'
import { passwordPages } from './password-pages.ts'
import { providerPages } from './provider-pages.ts'
import { cookieName, endedCookie, sessionCookie } from './session-cookie.ts'

const HOME = '/admin'
const SIGN_IN = '/admin/sign-in'
const ENROL = '/admin/enrol'
const FORM_MAX = 4096
const hidden = { hide: true }
/** Forms from one address: 30 at once, then one in two seconds. */
const LIMITS = { capacity: 30, perSecond: 0.5, addresses: 20_000 }

type Form = FastifyRequest<{ Body: URLSearchParams | undefined }>

/**
 * `/admin` and below: where operators enrol, sign in and out. Pages of forms without scripts. Nothing secret ever stands in an address.
 */
export const operatorPages =
  (parts: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const { pool, sessions, clock, language, publicUrl, provider, trustedProxies = [] } = parts
    const limiter = createLimiter(LIMITS)
    const isTrusted = trustOf(trustedProxies)
    const networkOf = ({ socket, headers }: FastifyRequest): string =>
      clientOf(socket.remoteAddress ?? '', headers['x-forwarded-for'], isTrusted)
    const isTooMany = (request: FastifyRequest): boolean => limiter.take(networkOf(request), 1, clock()) > 0

    readForms(app, FORM_MAX)
    app.addHook('onRequest', async (request) => refuseOtherSites(request))

    const page = (reply: FastifyReply, status: number, text: string): FastifyReply =>
      reply
        .code(status)
        .header('content-security-policy', CONTENT_POLICY.forms(OPERATOR_STYLE))
        // Else browsers that know no Sec-Fetch-Site send the forms with no origin.
        .header('referrer-policy', 'same-origin')
        .header('vary', 'accept-language, cookie')
        .type('text/html; charset=utf-8')
        .send(text)
    const door = (request: FastifyRequest, reply: FastifyReply, status: number, fault: SignInFault | null) =>
      page(
        reply,
        status,
        signInPage(spokenIn(request, language), { fault, hasProvider: provider !== undefined }),
      )

    if (provider)
      providerPages(
        app,
        { ...parts, provider },
        {
          refuse: door,
          isTooMany,
          onward: (request, reply) => page(reply, 200, onwardPage(spokenIn(request, language))),
        },
      )
    passwordPages(app, parts, { page, isTooMany, networkOf })
    app.get(HOME, { schema: hidden }, async (request, reply) => {
      const holder = await sessions.holderOf(request)
      return holder
        ? page(reply, 200, homePage(spokenIn(request, language), holder))
        : reply.redirect(SIGN_IN, 303)
    })
    app.get(SIGN_IN, { schema: hidden }, async (request, reply) =>
      cookieName(request, publicUrl) === null
        ? door(request, reply, 403, { kind: 'insecure' })
        : door(request, reply, 200, null),
    )
    app.post(SIGN_IN, { schema: hidden }, async (request: Form, reply) => {
      const cookie = cookieName(request, publicUrl)
      if (cookie === null) return door(request, reply, 403, { kind: 'insecure' })
      if (isTooMany(request)) return door(request, reply, 429, { kind: 'many' })
      const field = (name: string): string => request.body?.get(name) ?? ''
      const signed = await signIn(pool, {
        name: field('name').trim(),
        password: field('password'),
        code: field('code'),
        network: networkOf(request),
        nowMs: clock(),
      })
      if (signed.kind === 'wait') {
        reply.header('retry-after', Math.ceil(signed.waitMs / 1000))
        return door(request, reply, 429, signed)
      }
      if (signed.kind === 'wrong') return door(request, reply, 401, signed)
      await sessions.end(request)
      return reply.header('set-cookie', sessionCookie(cookie, signed.token)).redirect(HOME, 303)
    })
    app.post('/admin/sign-out', { schema: hidden }, async (request: Form, reply) => {
      const holder = await sessions.holderOf(request)
      if (holder && request.body?.has('everywhere')) await endSessionsOf(pool, holder.id)
      await sessions.end(request)
      const cookie = cookieName(request, publicUrl)
      if (cookie !== null) reply.header('set-cookie', endedCookie(cookie))
      return reply.redirect(SIGN_IN, 303)
    })
    app.get(ENROL, { schema: hidden }, async (request, reply) => {
      const isSecure = cookieName(request, publicUrl) !== null
      return page(
        reply,
        isSecure ? 200 : 403,
        enrolPage(spokenIn(request, language), isSecure ? null : 'insecure'),
      )
    })
    app.post(ENROL, { schema: hidden }, async (request: Form, reply) => {
      const spoken = spokenIn(request, language)
      if (cookieName(request, publicUrl) === null) return page(reply, 403, enrolPage(spoken, 'insecure'))
      if (isTooMany(request)) return page(reply, 429, enrolPage(spoken, 'many'))
      const field = (name: string): string => request.body?.get(name) ?? ''
      const given = { name: field('name').trim(), code: field('code'), nowMs: clock() }
      const found = await readEnrolment(pool, given)
      if (!found) return page(reply, 401, enrolPage(spoken, 'code'))
      const shown = { ...given, otpauth: await authenticatorOf(pool, found) }
      if (!request.body?.has('password'))
        return page(reply, 200, authenticatorPage(spoken, { ...shown, fault: null }))
      const password = field('password')
      const done =
        password === field('repeat')
          ? await enrol(pool, { ...given, password, totp: field('totp') })
          : { fault: 'repeat' as const }
      if ('recovery' in done) return page(reply, 200, recoveryPage(spoken, done.recovery))
      return page(reply, 422, authenticatorPage(spoken, { ...shown, fault: done.fault }))
    })
  }
