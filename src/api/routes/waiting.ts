import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { POSITION } from '#api/cursor.ts'
import { givesFullOnly } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sealedPlacesOf } from '#api/places.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { maskedKey, maskedPlaceInMessage } from '#core/model/masked-texts.ts'
import { withSight } from '#store/sighted.ts'
import { readSystem } from '#store/systems.ts'
import { listWaiting, type Waiting } from '#store/waiting.ts'

const WaitingQuery = query({
  waits: Type.Optional(Type.Enum(['base', 'detail', 'reference'], { description: 'Only these · 只列此类' })),
  ...pageQuery,
})

/** `GET /v1/systems/{id}/waiting`: what came and stands alone. */
export const waitingRoutes =
  ({ pool, registry }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Querystring: PageQuery & { waits?: Waiting['waits'] } }>({
      method: 'GET',
      url: '/v1/systems/:id/waiting',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listWaiting',
        tags: ['systems'],
        summary: 'What waits for a part that has not come · 等待中的部分',
        description: [
          'Bases without details, details without their base, and references to a lot of which no record has come; the longest wait',
          'first. Bases and details wait for 30 days after they were last sent, references until the lot comes.',
          '',
          '无明细的主表、无主表的明细、指向尚无记录的批次的引用，等待最久者在前。主表与明细自最近发送起保留 30 天，引用等到批次到达为止。',
        ].join('\n'),
        params: Type.Object({ id: Type.String({ description: 'System · 对接系统' }) }),
        querystring: WaitingQuery,
        response: {
          200: answer('WaitingPage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const { after, limit = LIMIT, waits } = request.query
        const place = await sealedPlacesOf(pool, request)
        const cursor = place.read(after, POSITION, /^[bdr].{1,3000}$/s)
        const sight = sightOfCaller(request)
        const rows = await withSight(pool, sight, async (reader) => {
          const isKnown = (sight === null && registry.system(id)) || (await readSystem(reader, id))
          if (!isKnown) throw new HubError('not_found', { detail: `system ${id}` })
          return await listWaiting(reader, {
            system: id,
            isLimited: sight !== null,
            limit: limit + 1,
            ...(waits ? { waits } : {}),
            ...(cursor ? { after: { sinceUs: cursor[0] as string, tie: cursor[1] as string } } : {}),
          })
        })
        const page = pageOf(rows, limit, ({ sinceUs, tie }) => place.write(sinceUs, tie))
        const read = { subject: `waiting ${id}`, receipts: page.rows.map(({ receipt }) => receipt) }
        const full = page.rows.length > 0 && (await givesFullOnly(pool, request, reply, read))
        return {
          waiting: page.rows.map(({ tie: _, sinceUs: __, ...part }) => ({
            ...part,
            ...(full ? {} : { key: maskedKey(part.key), place: maskedPlaceInMessage(part.place) }),
          })),
          next: page.next,
        }
      },
    })
  }
