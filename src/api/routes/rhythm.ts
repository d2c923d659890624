import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { HubError } from '#core/errors.ts'
import { readRhythm } from '#flow/silence/read-rhythm.ts'
import { readSystem } from '#store/systems.ts'

/** `GET /v1/systems/{id}/rhythm`. */
export const rhythmRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Querystring: { record?: string } }>({
      method: 'GET',
      url: '/v1/systems/:id/rhythm',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getSystemRhythm',
        tags: ['operation'],
        summary: 'What to expect of a system · 报送规律',
        description:
          'Learned from when its messages came in the last 35 days: a proposal for `expect` of `PATCH /v1/systems/{id}`. Days on which it rests by the calendar are for a person to name. 由最近 35 天的到达时间得出，可用于 expect；节假日休市须人工列明。',
        params: Type.Object({ id: Type.String({ description: 'System · 对接系统' }) }),
        querystring: query({
          record: Type.Optional(
            Type.String({ minLength: 1, maxLength: 100, description: 'One of its records · 来源记录' }),
          ),
        }),
        response: {
          200: answer('SystemRhythm', 'What was learned · 统计结果'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id }, query: { record } }) => {
        if (!(await readSystem(pool, id))) throw new HubError('not_found', { detail: `system ${id}` })
        const of = { system: id, ...(record === undefined ? {} : { record }) }
        const { longestGapMs, ...learned } = await readRhythm(pool, of, clock())
        return {
          system: id,
          record: record ?? null,
          ...learned,
          longestGapSeconds: longestGapMs === null ? null : Math.round(longestGapMs / 1000),
        }
      },
    })
  }
