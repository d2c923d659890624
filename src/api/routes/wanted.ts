import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { HubError } from '#core/errors.ts'
import { listWanted, listWantedBuckets } from '#store/reconciliation-findings.ts'

const BUCKETS_SHOWN = 1000

/** `GET /v1/systems/{id}/wanted`: what a source is asked to send again. */
export const wantedRoutes =
  ({ pool, registry }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/systems/:id/wanted',
      config: { scopes: ['read', 'push:{id}'] },
      schema: {
        operationId: 'listWanted',
        tags: ['links'],
        summary: 'What a source is asked to send again · 待补送清单',
        description:
          'Records that a reconciliation found missing, by identifier, until they come; and hours of which only counts are known, until they are compared again. 对账发现缺失的记录（到达后移出）；仅知数量的时段（重新对账后移出）。',
        params: Type.Object({ id: Type.String({ description: 'System · 对接系统' }) }),
        querystring: query(pageQuery),
        response: { 200: answer('Wanted', 'One page · 一页'), ...problems(400, 401, 403, 404, 429, 503) },
      },
      handler: async ({ params: { id }, query: { after, limit = LIMIT } }) => {
        if (!registry.system(id)) throw new HubError('unknown_system', { detail: id })
        const cursor = readCursor(after, /^[^\0]{1,4000}$/)?.[0]
        const rows = await listWanted(pool, { system: id, after: cursor, limit: limit + 1 })
        const page = pageOf(rows, limit, (last) => writeCursor(last.id))
        const buckets = cursor === undefined ? await listWantedBuckets(pool, id, BUCKETS_SHOWN) : []
        return { records: page.rows, buckets, next: page.next }
      },
    })
  }
