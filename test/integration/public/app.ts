import fastify, { type FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { addComponents } from '#api/openapi.ts'
import { hubErrorOf, problemOf } from '#api/problem.ts'
import { publicPages } from '#api/public/plugin.ts'
import { publicTrace } from '#flow/trace/public.ts'

/** The public pages alone, over a pool. */
export async function publicApp(pool: Pool, systems: readonly string[]): Promise<FastifyInstance> {
  const app = fastify({
    routerOptions: { maxParamLength: 1024 },
    ajv: { customOptions: { keywords: ['x-zh'] } },
  })
  app.setSerializerCompiler(() => JSON.stringify)
  addComponents(app)
  app.setErrorHandler((thrown, request, reply) => {
    const problem = problemOf(hubErrorOf(thrown), 'en', request.id)
    return reply.code(problem.status).type('application/problem+json').send(problem)
  })
  await app.register(publicPages({ trace: (code) => publicTrace(pool, code, systems), language: 'zh' }))
  return app
}
