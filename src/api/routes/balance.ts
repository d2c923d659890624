import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { isDayOrTime } from '#api/day-or-time.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { siteByName } from '#core/balance/goods-site.ts'
import { HubError } from '#core/errors.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { readLotBalance, readSiteBalance } from '#flow/balance/read-balance.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import { withSight } from '#store/sighted.ts'

const region = Type.Optional(
  Type.String({
    pattern: '^\\d{6}$',
    description: 'GB/T 2260 code of a place that is asked for by name · 按名称查询时的区划代码',
  }),
)

/** `GET /v1/lots/{code}/balance` and `GET /v1/balance`. */
export const balanceRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { code: string } }>({
      method: 'GET',
      url: '/v1/lots/:code/balance',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getLotBalance',
        tags: ['supervision'],
        summary: 'In, out and loss of a lot · 批次数量平衡',
        description: [
          'Each kilogram once: what a system tells adds up, what several systems tell of the same flow counts once. docs/findings.md has the rules.',
          '',
          '每千克只计一次：同一系统内累加，多个系统所述同一流向只计一次。规则见 docs/findings.md。',
        ].join('\n'),
        params: Type.Object({
          code: Type.String({ maxLength: 4000, description: 'Code of the lot · 批次码' }),
        }),
        response: {
          200: answer('LotBalances', 'The balance · 平衡'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { code } = request.params
        const asked = { code, systems: await systemsMeant(pool, code), on: beijingDay(clock()) }
        return await withSight(pool, sightOfCaller(request), (reader) => readLotBalance(reader, asked))
      },
    })
    app.route<{ Querystring: { site: string; region?: string; day: string; product?: string } }>({
      method: 'GET',
      url: '/v1/balance',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getSiteBalance',
        tags: ['supervision'],
        summary: 'In, out and stock of a place on a day · 场所当日数量平衡',
        description: [
          'Of one product, or of the first hundred that moved there. Read from a table that follows the log by seconds.',
          '',
          '一种产品，或当日有出入的前一百种产品；数据随日志更新，滞后数秒。',
        ].join('\n'),
        querystring: query({
          site: Type.String({
            minLength: 1,
            maxLength: 200,
            description:
              'Place: its code, or its name with `region` where several bear it · 场所代码；或名称，重名时并给出所在区划 region',
          }),
          region,
          day: Type.String({ format: 'date', description: 'Day in China · 日期（北京时间）' }),
          product: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 200,
              description: 'Name or code; else all · 产品名称或代码，缺省为全部',
            }),
          ),
        }),
        response: {
          200: answer('SiteBalances', 'The balance · 平衡'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { site, region: at = '', day, product } = request.query
        if (!isDayOrTime(day))
          throw new HubError('invalid_request', {
            issues: [{ path: '?day', code: 'E_SCHEMA', reason: 'no day of this age' }],
          })
        const asked = { site: siteByName(site, at), day, product }
        return await withSight(pool, sightOfCaller(request), (reader) => readSiteBalance(reader, asked))
      },
    })
  }
