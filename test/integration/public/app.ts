import fastify, { type FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { secure } from '#api/headers.ts'
import { addComponents } from '#api/openapi.ts'
import { hubErrorOf, problemOf, setProblemHeaders } from '#api/problem.ts'
import { type PublicParts, publicPages } from '#api/public/plugin.ts'
import { spokenIn } from '#api/spoken.ts'
import { validatorCompiler } from '#api/validation.ts'
import { askPublic } from '#flow/trace/public.ts'
import { headPosition } from '#store/changes.ts'
import { isTouched } from '#store/touched.ts'

export const PUBLIC_URL = 'https://zs.example.cn'

/** Where the answers come from: the database behind a pool. */
export const sourceOf = (pool: Pool, systems: readonly string[]) => ({
  ask: (question: { code: string; of: string | undefined; on: string }) =>
    askPublic(pool, { ...question, systems }),
  head: () => headPosition(pool),
  isTouched: (rests: { codes: readonly string[]; records: readonly string[] }, after: bigint, upTo: bigint) =>
    isTouched(pool, { ...rests, after, upTo }),
})

/** The public pages alone, over a pool. */
export async function publicApp(
  pool: Pool,
  systems: readonly string[],
  parts: Partial<PublicParts> = {},
): Promise<FastifyInstance> {
  const app = fastify({ routerOptions: { maxParamLength: 1024 } })
  app.setSerializerCompiler(() => JSON.stringify)
  app.setValidatorCompiler(validatorCompiler())
  addComponents(app)
  app.addHook('onRequest', (_request, reply, done) => {
    secure(reply)
    done()
  })
  app.setErrorHandler((thrown, request, reply) => {
    const error = hubErrorOf(thrown)
    const problem = problemOf(error, spokenIn(request, 'zh'), request.id)
    setProblemHeaders(reply, error)
    return reply.code(problem.status).type('application/problem+json').send(problem)
  })
  await app.register(
    publicPages({
      ...sourceOf(pool, systems),
      language: 'zh',
      clock: Date.now,
      publicUrl: PUBLIC_URL,
      ...parts,
    }),
  )
  return app
}
