import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { listOf } from '#api/link-wish.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { refuseAddress } from '#api/refuse-address.ts'
import { AlertRules as Rules } from '#api/schemas/alerts.ts'
import { HubError } from '#core/errors.ts'
import { type AlertRules, readRules, wholeRules } from '#flow/alerts/rules.ts'
import { speakOf, TOPICS, type Topic } from '#flow/alerts/topics.ts'
import { createAlertTarget, deleteAlertTarget, listAlertTargets } from '#store/alert-targets.ts'
import { type Alert, listAlerts, patchAlertRules } from '#store/alerts.ts'
import { readEgressRules } from '#store/egress.ts'

const network = Type.String({ minLength: 1, maxLength: 100 })
const NewTargetBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '\\S',
      description: 'Who is told · 接收方名称',
    }),
    url: Type.String({ minLength: 1, maxLength: 2000, description: 'Address · 地址' }),
    allowAddress: Type.Optional(
      Type.Union([network, Type.Array(network, { maxItems: 20 })], {
        description: 'Private networks that may be reached, CIDR:port · 允许的内网地址',
      }),
    ),
    topics: Type.Optional(
      Type.Array(Type.Enum([...TOPICS]), {
        maxItems: TOPICS.length,
        uniqueItems: true,
        description: 'What it is told of; absent or empty: everything · 通知的类别，缺省为全部',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'New target of alerts · 新告警接收方',
    examples: [
      {
        name: 'Duty officer',
        url: 'https://duty.example.org/hub',
        topics: ['system_silent', 'link_stopped'],
      },
    ],
  },
)

const RulesPatch = Type.Partial(Rules, {
  additionalProperties: false,
  minProperties: 1,
  title: 'Changes to the rules of alerts · 修改告警规则',
})

interface NewTargetFields {
  readonly name: string
  readonly url: string
  readonly allowAddress?: string | readonly string[]
  readonly topics?: readonly Topic[]
}

const view = (alert: Alert): object => ({ ...alert, ...speakOf(alert.topic, alert.subject, alert.facts) })

/** `GET /v1/alerts`, `GET/PATCH /v1/alert-rules`, `GET/POST /v1/alert-targets` and `DELETE /v1/alert-targets/{id}`. */
export const alertRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: PageQuery & { state?: 'open' | 'ended' | 'all'; topic?: string } }>({
      method: 'GET',
      url: '/v1/alerts',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'listAlerts',
        tags: ['operation'],
        summary: 'What an operator must know · 告警列表',
        description:
          'The open ones, newest first; with `state` also what is over, for 90 days. 默认列出持续中的告警，新者在前；已结束者保留 90 天。',
        querystring: query({
          state: Type.Optional(
            Type.Enum(['open', 'ended', 'all'], { default: 'open', description: 'State · 状态' }),
          ),
          topic: Type.Optional(Type.Enum([...TOPICS], { description: 'Topic · 类别' })),
          ...pageQuery,
        }),
        response: { 200: answer('AlertPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async ({ query: { state = 'open', topic, after, limit = LIMIT } }) => {
        const cursor = readCursor(after, UUID)?.[0]
        const rows = await listAlerts(pool, {
          state: state === 'all' ? null : state,
          limit: limit + 1,
          ...(topic === undefined ? {} : { topic }),
          ...(cursor === undefined ? {} : { after: cursor }),
        })
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        return { alerts: page.rows.map(view), next: page.next }
      },
    })
    app.route({
      method: 'GET',
      url: '/v1/alert-rules',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getAlertRules',
        tags: ['operation'],
        summary: 'From when on an alert opens · 告警规则',
        description: 'As they are set, or the values of the hub. 已设定的值，未设定者为默认值。',
        querystring: query({}),
        response: { 200: answer('AlertRules', 'The rules · 规则'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: () => readRules(pool),
    })
    app.route<{ Body: Partial<AlertRules> }>({
      method: 'PATCH',
      url: '/v1/alert-rules',
      config: { scopes: [] },
      schema: {
        operationId: 'patchAlertRules',
        tags: ['operation'],
        summary: 'Set rules of alerts · 修改告警规则',
        description: 'They count within half a minute. 半分钟内生效。',
        body: RulesPatch,
        response: {
          200: answer('AlertRules', 'The rules · 规则'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async ({ body }) => wholeRules(await patchAlertRules(pool, body)),
    })
    app.route({
      method: 'GET',
      url: '/v1/alert-targets',
      config: { scopes: [] },
      schema: {
        operationId: 'listAlertTargets',
        tags: ['operation'],
        summary: 'Who is told of alerts · 告警接收方列表',
        description: 'With what each has not taken yet, and why. 含尚未送达的通知数与原因。',
        querystring: query({}),
        response: {
          200: answer('AlertTargetPage', 'The targets · 接收方'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async () => ({ targets: await listAlertTargets(pool), next: null }),
    })
    app.route<{ Body: NewTargetFields }>({
      method: 'POST',
      url: '/v1/alert-targets',
      config: { scopes: [] },
      schema: {
        operationId: 'createAlertTarget',
        tags: ['operation'],
        summary: 'Tell somebody of alerts · 登记告警接收方',
        description: [
          'From then on each alert is posted there when it opens (`alert.opened`), while it lasts (`alert.repeated`) and when it is over',
          '(`alert.ended`), signed by Standard Webhooks. Any 2xx takes it; else it is sent again, with the same `webhook-id`, until it is',
          'taken. Nothing of a record is in it. The secret is shown only in this answer.',
          '',
          '告警开始、持续与结束时分别推送，采用 Standard Webhooks 签名；返回 2xx 即视为送达，否则以相同编号重试直至送达；',
          '内容不含任何业务记录；签名密钥仅此一次返回。',
        ].join('\n'),
        body: NewTargetBody,
        response: {
          201: answer('NewAlertTarget', 'The target · 接收方'),
          ...problems(400, 401, 403, 413, 415, 422, 429, 503),
        },
      },
      handler: async ({ body: { name, url, topics = [], allowAddress } }, reply) => {
        const allow = listOf(allowAddress)
        await refuseAddress(url, allow, await readEgressRules(pool))
        const { target, secret } = await createAlertTarget(pool, { name, url, topics, allowAddress: allow })
        reply.code(201).header('location', `/v1/alert-targets/${target.id}`)
        return { ...target, secret }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/alert-targets/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'deleteAlertTarget',
        tags: ['operation'],
        summary: 'Tell somebody no more · 删除告警接收方',
        description: 'What it has not taken yet goes with it. 尚未送达的通知一并删除。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: {
          204: { description: 'Deleted · 已删除', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id } }, reply) => {
        if (!(await deleteAlertTarget(pool, id)))
          throw new HubError('not_found', { detail: `alert target ${id}` })
        return reply.code(204).send()
      },
    })
  }
