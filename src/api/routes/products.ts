import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { type AliasFields, NewAliasBody, settledAlias } from '#api/alias-wish.ts'
import { INSTANT, readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sealedPlacesOf } from '#api/places.ts'
import { aliasExample, aliasPageExample, unknownProductPageExample } from '#api/reference-examples.ts'
import { callerOf, sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { proposeProducts } from '#core/products/propose.ts'
import { refreshAliases } from '#flow/reference/product-aliases.ts'
import { endAlias, insertAlias, listAliases } from '#store/product-aliases.ts'
import { withSight } from '#store/sighted.ts'
import { countWaiting, listSeenUnknownProducts, listUnknownProducts } from '#store/unknown-products.ts'

const system = Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'System · 对接系统' }))
interface SystemQuery extends PageQuery {
  readonly system?: string
}
const TEXT = /^.{0,400}$/s

/** `GET /v1/products/unknown`, `GET/POST /v1/products/aliases` and `DELETE /v1/products/aliases/{id}`. */
export const productRoutes =
  ({ pool, registry, productAliases }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: SystemQuery }>({
      method: 'GET',
      url: '/v1/products/unknown',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listUnknownProducts',
        tags: ['reference'],
        summary: 'Products that nothing names · 未识别产品',
        description:
          'As the newest versions of records write them, with the nearest known names; a person decides by an alias, and a replay takes them out. 按记录最新版本统计，附最接近的已知名称；由人工建立别名，重放后消失。',
        querystring: query({ system, ...pageQuery }),
        response: {
          200: answer('UnknownProductPage', 'One page · 一页', unknownProductPageExample),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { after, limit = LIMIT, system: of } = request.query
        const place = await sealedPlacesOf(pool, request)
        const cursor = place.read(after, TEXT, TEXT, TEXT) as [string, string, string] | null
        const wanted = {
          limit: limit + 1,
          ...(of === undefined ? {} : { system: of }),
          ...(cursor ? { after: { name: cursor[0], code: cursor[1], ownCode: cursor[2] } } : {}),
        }
        const sight = sightOfCaller(request)
        const rows =
          sight === null
            ? await listUnknownProducts(pool, wanted)
            : await withSight(pool, sight, (reader) => listSeenUnknownProducts(reader, sight, wanted))
        const page = pageOf(rows, limit, (last) => place.write(last.name, last.code, last.ownCode))
        return {
          products: page.rows.map(({ records, newest, ...product }) => ({
            ...product,
            count: records,
            records: newest,
            proposals: proposeProducts(product.name),
          })),
          next: page.next,
        }
      },
    })
    app.route<{ Querystring: SystemQuery }>({
      method: 'GET',
      url: '/v1/products/aliases',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listProductAliases',
        tags: ['reference'],
        summary: 'Aliases of products that persons decided · 产品别名列表',
        description: 'Those in force, newest first. 当前有效者，新的在前。',
        querystring: query({ system, ...pageQuery }),
        response: {
          200: answer('ProductAliasPage', 'One page · 一页', aliasPageExample),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { after, limit = LIMIT, system: of } = request.query
        const cursor = readCursor(after, INSTANT, UUID) as [string, string] | null
        const sight = sightOfCaller(request)
        const rows = await withSight(pool, sight, (reader) =>
          listAliases(reader, {
            isPart: sight !== null,
            limit: limit + 1,
            ...(of === undefined ? {} : { system: of }),
            ...(cursor ? { after: { decidedAt: cursor[0], id: cursor[1] } } : {}),
          }),
        )
        const page = pageOf(rows, limit, (last) => writeCursor(last.decidedAt, last.id))
        return { aliases: page.rows, next: page.next }
      },
    })
    app.route<{ Body: AliasFields }>({
      method: 'POST',
      url: '/v1/products/aliases',
      config: { scopes: [] },
      schema: {
        operationId: 'createProductAlias',
        tags: ['reference'],
        summary: 'Decide what a product name or PLU means · 建立产品别名',
        description: [
          'The next message knows it, in this process at once and in all others within 2 s. Records that are stored get it by a replay;',
          '`waiting` says how many there are.',
          '',
          '此后的报文即按别名识别（其他进程 2 秒内生效）；已入库记录经重放生效，waiting 为待重放数量。',
        ].join('\n'),
        body: NewAliasBody,
        response: {
          201: answer('NewProductAlias', 'The alias · 别名', aliasExample),
          ...problems(400, 401, 403, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const wanted = await settledAlias({ pool, registry }, request.body)
        const alias = await insertAlias(pool, { ...wanted, key: callerOf(request).keyId })
        if (!alias) throw new HubError('conflict', { detail: `an alias of ${wanted.value} is in force` })
        await refreshAliases(pool, productAliases)
        reply.code(201).header('location', `/v1/products/aliases/${alias.id}`)
        return { ...alias, waiting: await countWaiting(pool, alias) }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/products/aliases/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'endProductAlias',
        tags: ['reference'],
        summary: 'End an alias of a product · 停用产品别名',
        description:
          'Records that have their class by it keep it until they are replayed. 已据此识别的记录在重放前不变。',
        params: Type.Object({ id: Type.String({ format: 'uuid', description: 'Alias · 别名' }) }),
        response: {
          204: { description: 'Ended · 已停用', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        if (!(await endAlias(pool, id, callerOf(request).keyId)))
          throw new HubError('not_found', { detail: `alias ${id}` })
        await refreshAliases(pool, productAliases)
        return reply.code(204).send()
      },
    })
  }
