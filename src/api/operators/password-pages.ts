import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn } from '#api/spoken.ts'
import { changePassword } from '#flow/operators/sign-in.ts'
import { passwordPage } from './pages.ts'
import { cookieName, sessionCookie } from './session-cookie.ts'

const PASSWORD = '/admin/password'
const hidden = { hide: true }
type Fault = Parameters<typeof passwordPage>[1]['fault']

/** `/admin/password`: another password, for whoever is signed in and shows the old one and a code. */
export function passwordPages(
  app: FastifyInstance,
  { pool, sessions, clock, language, publicUrl }: RouteParts,
  {
    page,
    isTooMany,
    networkOf,
  }: {
    readonly page: (reply: FastifyReply, status: number, text: string) => FastifyReply
    readonly isTooMany: (request: FastifyRequest) => boolean
    readonly networkOf: (request: FastifyRequest) => string
  },
): void {
  app.get(PASSWORD, { schema: hidden }, async (request, reply) => {
    const holder = await sessions.holderOf(request)
    if (!holder || holder.isFederated) return reply.redirect('/admin', 303)
    return page(reply, 200, passwordPage(spokenIn(request, language), { name: holder.name, fault: null }))
  })
  app.post(
    PASSWORD,
    { schema: hidden },
    async (request: FastifyRequest<{ Body: URLSearchParams | undefined }>, reply) => {
      const holder = await sessions.holderOf(request)
      const cookie = cookieName(request, publicUrl)
      if (!holder || holder.isFederated || cookie === null) return reply.redirect('/admin', 303)
      const refuse = (status: number, fault: Fault): FastifyReply =>
        page(reply, status, passwordPage(spokenIn(request, language), { name: holder.name, fault }))
      if (isTooMany(request)) return refuse(429, { kind: 'many' })
      const field = (name: string): string => request.body?.get(name) ?? ''
      const next = field('next')
      if (next !== field('repeat')) return refuse(422, 'repeat')
      const changed = await changePassword(pool, {
        name: holder.name,
        password: field('password'),
        code: field('code'),
        next,
        network: networkOf(request),
        nowMs: clock(),
      })
      if (changed.kind === 'fault') return refuse(422, changed.fault)
      if (changed.kind === 'wait') {
        reply.header('retry-after', Math.ceil(changed.waitMs / 1000))
        return refuse(429, changed)
      }
      if (changed.kind === 'wrong') return refuse(401, changed)
      return reply.header('set-cookie', sessionCookie(cookie, changed.token)).redirect('/admin', 303)
    },
  )
}
