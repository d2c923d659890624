import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { EgressBody, type EgressWish } from '#api/egress-wish.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { refusePersonal } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { DAYS_DEFAULT, DAYS_MAX } from '#flow/partners/days.ts'
import { changeEgress } from '#flow/partners/egress.ts'
import { listPartners, revokeCertificate, revokePartner } from '#store/partners.ts'

const PARTNERS_MAX = 1000

const NewPartnerBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '\\S',
      description: 'Of the partner · 合作方名称',
    }),
    scopes: Type.Array(Type.String({ maxLength: 200 }), {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description: 'As of a key, never `admin` or `audit` · 权限范围，不含 admin 与 audit',
    }),
    request: Type.String({
      maxLength: 16_384,
      description:
        'Certificate request (PKCS#10, PEM) with a key of RSA of 3072 bits and more · 证书请求（RSA 3072 位及以上）',
    }),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: DAYS_MAX,
        default: DAYS_DEFAULT,
        description: 'How long it counts · 有效天数',
      }),
    ),
  },
  { additionalProperties: false, title: 'Certificate for a partner · 签发合作方证书' },
)

interface NewPartner {
  readonly name: string
  readonly scopes: readonly string[]
  readonly request: string
  readonly days?: number
}

const revoked = {
  204: { description: 'Revoked · 已吊销', type: 'null' },
  ...problems(400, 401, 403, 404, 429, 503),
}

/** `GET/POST /v1/partners`, `PATCH/DELETE /v1/partners/{id}`, `DELETE /v1/partner-certificates/{fingerprint}`. */
export const partnerRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/partners',
      config: { scopes: [] },
      schema: {
        operationId: 'listPartners',
        tags: ['keys'],
        summary: 'Partners with client certificates · 以证书接入的合作方',
        description: 'Newest first, revoked ones too. 最新在前，含已吊销者。',
        querystring: query({}),
        response: {
          200: answer('PartnerPage', 'The partners · 合作方'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async () => ({ partners: await listPartners(pool, PARTNERS_MAX), next: null }),
    })
    app.route<{ Body: NewPartner }>({
      method: 'POST',
      url: '/v1/partners',
      config: { scopes: [] },
      schema: {
        operationId: 'issuePartner',
        tags: ['keys'],
        summary: 'Issue a certificate to a partner · 为合作方签发证书',
        description:
          'By the authority of the hub (`hub partner ca init`). The same name and scopes again: a second certificate beside the first. Operators give neither `personal` nor `link:<id>` of a link that sees `personal` (403). 由平台 CA 签发；名称与权限相同时为第二张证书，两张同时有效。管理员不能授予 personal 及可见 personal 的链路权限（403）。',
        body: NewPartnerBody,
        response: {
          201: answer('IssuedCertificate', 'The certificate · 证书'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { body } = request
        await refusePersonal(pool, request, body.scopes)
        // What signs certificates is memory that most hubs never need.
        const { issueCertificate } = await import('#flow/partners/issue.ts')
        const { privateKey: _, ...issued } = await issueCertificate(pool, { ...body, nowMs: clock() })
        return reply.code(201).send(issued)
      },
    })
    app.route<{ Params: { id: string }; Body: EgressWish }>({
      method: 'PATCH',
      url: '/v1/partners/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'patchPartner',
        tags: ['keys'],
        summary: 'Set where the links and channels of a partner may go · 设置合作方外连名单',
        description: [
          'Of a partner are the links that its scopes name (`link:<id>`), and the links and channels of the systems of `push:<system>` and `read:<system>`. They reach',
          'what stands in the list and nothing else, from the next connection on; null takes the list away, an empty one lets nothing pass. The check of private',
          'addresses stays as it is.',
          '',
          '合作方的链路（`link:<id>`）及其系统的链路与通道只能访问名单内的主机与网段，自下一次连接起生效；null 为取消名单，空名单为全部禁止。内网地址检查不变。',
        ].join('\n'),
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        body: EgressBody,
        response: {
          200: answer('Partner', 'The partner · 合作方'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async ({ params: { id }, body: { egress } }) => await changeEgress(pool, id, egress),
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/partners/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'revokePartner',
        tags: ['keys'],
        summary: 'Revoke a partner with all its certificates · 吊销合作方及其全部证书',
        description: 'From the next request on, in every process. 自下一次请求起对所有进程生效。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: revoked,
      },
      handler: async ({ params: { id } }, reply) => {
        if (!(await revokePartner(pool, id))) throw new HubError('not_found', { detail: `partner ${id}` })
        return reply.code(204).send()
      },
    })
    app.route<{ Params: { fingerprint: string } }>({
      method: 'DELETE',
      url: '/v1/partner-certificates/:fingerprint',
      config: { scopes: [] },
      schema: {
        operationId: 'revokePartnerCertificate',
        tags: ['keys'],
        summary: 'Revoke one certificate · 吊销一张证书',
        description: 'From the next request on, in every process. 自下一次请求起对所有进程生效。',
        params: Type.Object({ fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
        response: revoked,
      },
      handler: async ({ params: { fingerprint } }, reply) => {
        if (!(await revokeCertificate(pool, fingerprint)))
          throw new HubError('not_found', { detail: `certificate ${fingerprint}` })
        return reply.code(204).send()
      },
    })
  }
