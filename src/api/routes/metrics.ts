import type { FastifyPluginAsync } from 'fastify'
import { isOpenTo } from '#api/metrics-access.ts'
import { problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'

/** `GET /metrics`. It names systems and links, and counts what they send; nothing of a record is in it. */
export const metricsRoutes =
  ({ metrics, metricsAccess = 'local' }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/metrics',
      config: { scopes: ['metrics'], isOpenTo: isOpenTo(metricsAccess) },
      schema: {
        operationId: 'getMetrics',
        tags: ['operation'],
        summary: 'Metrics for Prometheus · 运行指标',
        description: [
          'Text format of Prometheus. Without a key for who is on the machine of the hub and comes through no proxy (`HUB_METRICS`), else with a key of the scope `metrics`.',
          '',
          'Prometheus 文本格式。本机直接访问无需密钥（见 `HUB_METRICS`），其他情况须持 `metrics` 权限的密钥。',
        ].join('\n'),
        response: {
          200: { description: 'Metrics · 指标', content: { 'text/plain': { schema: { type: 'string' } } } },
          ...problems(401, 403, 429, 503),
        },
      },
      handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    })
  }
