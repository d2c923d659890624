import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { listOf } from '#api/link-wish.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { refuseAddress } from '#api/refuse-address.ts'
import { HubError } from '#core/errors.ts'
import { createAnchor, deleteAnchor, listAnchors } from '#store/audit-anchors.ts'
import { readEgressRules } from '#store/egress.ts'

const network = Type.String({ minLength: 1, maxLength: 100 })
const NewAnchorBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '\\S',
      description: 'Who keeps heads · 保管方名称',
    }),
    url: Type.String({ minLength: 1, maxLength: 2000, description: 'Address · 地址' }),
    allowAddress: Type.Optional(
      Type.Union([network, Type.Array(network, { maxItems: 20 })], {
        description: 'Private networks that may be reached, CIDR:port · 允许的内网地址',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'New receiver of heads · 新日志头接收方',
    examples: [{ name: 'Province', url: 'https://province.example.org/heads' }],
  },
)

/** `GET/POST /v1/audit/anchors` and `DELETE /v1/audit/anchors/{id}`. */
export const auditAnchorRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/audit/anchors',
      config: { scopes: ['audit'] },
      schema: {
        operationId: 'listAuditAnchors',
        tags: ['evidence'],
        summary: 'Who keeps heads · 日志头接收方列表',
        description: 'With the newest head that each has taken. 含各方已接收的最新日志头。',
        querystring: query({}),
        response: {
          200: answer('AuditAnchorPage', 'The receivers · 接收方'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async () => ({ anchors: await listAnchors(pool), next: null }),
    })
    app.route<{ Body: { name: string; url: string; allowAddress?: string | string[] } }>({
      method: 'POST',
      url: '/v1/audit/anchors',
      config: { scopes: [] },
      schema: {
        operationId: 'createAuditAnchor',
        tags: ['evidence'],
        summary: 'Let somebody keep heads · 登记日志头接收方',
        description: [
          'From then on the newest head of the log is posted there (`audit.head`), signed by Standard Webhooks. Any 2xx takes it, and the answer',
          'is kept. Nothing of a record is in it. The secret is shown only in this answer.',
          '',
          '此后最新日志头以 audit.head 推送至该地址，采用 Standard Webhooks 签名；返回 2xx 即视为接收，其应答予以保存；不含业务内容；密钥仅此一次返回。',
        ].join('\n'),
        body: NewAnchorBody,
        response: {
          201: answer('NewAuditAnchor', 'The receiver · 接收方'),
          ...problems(400, 401, 403, 413, 415, 422, 429, 503),
        },
      },
      handler: async ({ body: { name, url, allowAddress } }, reply) => {
        const allow = listOf(allowAddress)
        await refuseAddress(url, allow, await readEgressRules(pool))
        const { anchor, secret } = await createAnchor(pool, { name, url, allowAddress: allow })
        reply.code(201).header('location', `/v1/audit/anchors/${anchor.id}`)
        return { ...anchor, secret }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/audit/anchors/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'deleteAuditAnchor',
        tags: ['evidence'],
        summary: 'Let somebody keep heads no more · 删除日志头接收方',
        description: 'What it acknowledged stays. 其已作出的应答予以保留。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: {
          204: { description: 'Deleted · 已删除', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id } }, reply) => {
        if (!(await deleteAnchor(pool, id)))
          throw new HubError('not_found', { detail: `receiver of heads ${id}` })
        return reply.code(204).send()
      },
    })
  }
