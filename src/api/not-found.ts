import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'

/** What a request gets that fits no route: 404, or 405 with `Allow` where only the method is wrong. */
export type NotFound = (request: FastifyRequest, reply: FastifyReply) => HubError

/** Remembers the routes as they are added; call it before the first. */
export function watchRoutes(app: FastifyInstance): NotFound {
  const routes = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    routes.set(url, methods)
  })
  return (request, reply) => {
    const path = request.url.split('?')[0] as string
    const allowed = new Set<string>()
    for (const [pattern, methods] of routes) {
      if (fits(pattern, path)) for (const method of methods) allowed.add(method)
    }
    if (allowed.size === 0)
      return new HubError('not_found', { detail: `${request.method} ${path.slice(0, 200)}` })
    const allow = [...allowed].sort()
    reply.header('allow', allow.join(', '))
    return new HubError('method_not_allowed', { detail: `${request.method}; allowed: ${allow.join(', ')}` })
  }
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return false
  return wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
}
