import type { FastifyPluginAsync } from 'fastify'
import type { Language } from '#api/language.ts'
import { mistakeView } from '#api/mistake-view.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { createEvidenceGate } from '#flow/evidence/gate.ts'
import { brokenMappings } from '#flow/systems/mistakes.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { newestMigration } from '#store/newest-migration.ts'

const RETRY_MS = 2000

/** `GET /healthz` and `GET /readyz`: no key is needed, and nothing of a record is in them. */
export const healthRoutes =
  ({
    pool,
    registry,
    language,
    gate = createEvidenceGate({ pool, limitSeconds: null }),
  }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/healthz',
      schema: {
        operationId: 'getHealth',
        tags: ['operation'],
        summary: 'Is the process alive · 进程存活',
        description: 'Asks nobody else; for a supervisor that restarts. 不依赖其他服务，供进程守护使用。',
        response: { 200: answer('Alive', 'It is · 存活', { alive: true }) },
      },
      handler: () => Promise.resolve({ alive: true }),
    })
    app.route({
      method: 'GET',
      url: '/readyz',
      schema: {
        operationId: 'getReadiness',
        tags: ['operation'],
        summary: 'Can it work · 就绪状态',
        description:
          'The database answers and has the schema. A broken mapping is named; the hub serves all the others. 数据库可用且结构完整；列出有误的映射，其余照常服务。',
        response: { 200: answer('Ready', 'It can · 就绪'), ...problems(503) },
      },
      handler: async (request) => {
        const asked = Promise.all([newestMigration(pool), gate.look()])
        const [schema, evidence] = await asked.catch((error: unknown) => {
          throw new HubError('unavailable', { retryAfterMs: RETRY_MS, cause: error })
        })
        return {
          ready: true,
          schema,
          mappings: broken(registry, spokenIn(request, language)),
          evidence,
        }
      },
    })
  }

const broken = (registry: Registry, language: Language): object[] =>
  brokenMappings(registry).map(({ mistakes, ...place }) => ({
    ...place,
    mistakes: mistakes.map((mistake) => mistakeView(mistake, language)),
  }))
