import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { INSTANT, readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { HubError } from '#core/errors.ts'
import { listDeliveries } from '#store/deliveries.ts'
import { readLink } from '#store/links.ts'

const LinkParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Link · 链路' }) })

/** `GET /v1/links/{id}/deliveries`. */
export const linkDeliveryRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const existing = async (id: string): Promise<void> => {
      if (!(await readLink(pool, id))) throw new HubError('not_found', { detail: `link ${id}` })
    }
    app.route<{ Params: { id: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/links/:id/deliveries',
      config: { scopes: ['read', 'link:{id}'] },
      schema: {
        operationId: 'listDeliveries',
        tags: ['links'],
        summary: 'Deliveries of a link · 投递记录',
        description:
          'Each batch with what the receiver answered, newest first. 每批投递及接收方应答，最新在前。',
        params: LinkParams,
        querystring: query(pageQuery),
        response: {
          200: answer('DeliveryPage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id }, query: { after, limit = LIMIT } }) => {
        const cursor = readCursor(after, INSTANT, UUID)
        await existing(id)
        const rows = await listDeliveries(pool, {
          linkId: id,
          limit: limit + 1,
          ...(cursor ? { before: { startedAt: cursor[0] as string, id: cursor[1] as string } } : {}),
        })
        const page = pageOf(rows, limit, (last) => writeCursor(last.startedAt, last.id))
        const deliveries = page.rows.map(({ fromPosition, toPosition, ...delivery }) => ({
          ...delivery,
          fromPosition: String(fromPosition),
          toPosition: String(toPosition),
        }))
        return { deliveries, next: page.next }
      },
    })
  }
