import type { FastifyPluginAsync } from 'fastify'
import { EgressBody, type EgressWish } from '#api/egress-wish.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { changeHubEgress } from '#flow/partners/egress.ts'
import { readHubEgress } from '#store/egress.ts'

/** `GET/PUT /v1/hub/egress`: where the hub may go for what is of no partner. */
export const egressRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/hub/egress',
      config: { scopes: [] },
      schema: {
        operationId: 'getHubEgress',
        tags: ['operation'],
        summary: 'The hub’s own egress list · 平台外连名单',
        description:
          'Where the hub may go for what is of no partner with a list: targets of alerts, anchors, and all other links and channels. 不属于设有名单之合作方的外连可到之处：告警目标、锚定接收方及其余链路与通道。',
        querystring: query({}),
        response: { 200: answer('HubEgress', 'The list · 名单'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async () => ({ egress: await readHubEgress(pool) }),
    })
    app.route<{ Body: EgressWish }>({
      method: 'PUT',
      url: '/v1/hub/egress',
      config: { scopes: [] },
      schema: {
        operationId: 'setHubEgress',
        tags: ['operation'],
        summary: 'Set the hub’s own egress list · 设置平台外连名单',
        description: [
          'The whole list, from the next connection on; null takes it away, an empty one lets nothing pass. The check of private addresses stays as it is, and so do',
          'the database, Redis and the provider of operators, which stand in the environment.',
          '',
          '整体替换，自下一次连接起生效；null 为取消名单，空名单为全部禁止。内网地址检查不变；数据库、Redis 与操作员身份提供方由环境设置，不受约束。',
        ].join('\n'),
        body: EgressBody,
        response: {
          200: answer('HubEgress', 'The list as it is now · 现行名单'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async ({ body: { egress } }) => ({ egress: await changeHubEgress(pool, egress) }),
    })
  }
