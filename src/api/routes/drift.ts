import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { listDrift, listNewValues, listNullShares, type NullAlarm } from '#store/drift.ts'
import { withSight } from '#store/sighted.ts'
import { readSystem } from '#store/systems.ts'

/** Most of each list. */
const LIMIT = 500
/** A share that moved by a fifth of all records, where both sides are of enough records to say so. */
const ALARM: NullAlarm = { share: 0.2, seen: 50, seenBefore: 200 }

/** `GET /v1/systems/{id}/drift`: where a system no longer does what its mappings expect. */
export const driftRoutes =
  ({ pool, intake }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/systems/:id/drift',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getDrift',
        tags: ['systems'],
        summary: 'What changed at the source · 来源系统的变化',
        description: [
          'Fields that no mapping reads, values that no enumeration or code table names, and fields that are empty more or less often than',
          'in the 14 days before. What may be of a person is not shown.',
          '',
          '映射未读取的字段、枚举与代码表中没有的取值，以及空值占比与前 14 天相比的变化；可能涉及个人的内容不显示。',
        ].join('\n'),
        params: Type.Object({ id: Type.String({ description: 'System · 对接系统' }) }),
        response: {
          200: answer('SystemDrift', 'The drift · 变化'),
          ...problems(401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        await intake.writeCounts()
        return await withSight(pool, sightOfCaller(request), async (reader) => {
          if (!(await readSystem(reader, id))) throw new HubError('not_found', { detail: `system ${id}` })
          const [fields, values, nulls] = await Promise.all([
            listDrift(reader, id, LIMIT),
            listNewValues(reader, id, LIMIT),
            listNullShares(reader, { system: id, alarm: ALARM, limit: LIMIT }),
          ])
          return { system: id, fields, values, nulls }
        })
      },
    })
  }
