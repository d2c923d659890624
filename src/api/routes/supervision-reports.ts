import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { DAY, readCursor, writeCursor } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, listOf, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { publishOne } from '#flow/supervision/publish.ts'
import { refuseMarket, scopeOf, type Where } from '#flow/supervision/read-summary.ts'
import { withSight } from '#store/sighted.ts'
import {
  EDITIONS,
  type Edition,
  listReports,
  type ReportHead,
  readReport,
  readSeenReport,
} from '#store/supervision-reports.ts'
import { checkedDay, region, site } from './supervision.ts'

interface Asked extends Where {
  readonly day?: string
  readonly edition?: Edition
  readonly after?: string
  readonly limit?: number
}

const day = Type.String({ format: 'date', description: 'Day of the events in China · 事件日（北京时间）' })

/** `GET/POST /v1/supervision/reports` and `GET /v1/supervision/reports/{id}`. */
export const supervisionReportRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: Asked }>({
      method: 'GET',
      url: '/v1/supervision/reports',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listSupervisionReports',
        tags: ['supervision'],
        summary: 'Daily reports as they were published · 已发布日报',
        description: [
          'The newest day first. Each region that has figures gets a report at 08:30 (`morning`) and the last one of the day on the next morning',
          '(`final`); `asked` are those that somebody had published. Targets of alerts that name the topic `report_ready` are told when they are there.',
          '',
          '新的日期在前。有数据的区划每日 08:30 发布早报（morning），次日早晨发布终报（final）；asked 为按需发布。',
          '订阅 report_ready 的告警接收方会收到通知。',
        ].join('\n'),
        querystring: query({
          day: Type.Optional(day),
          region,
          site,
          edition: Type.Optional(Type.Enum([...EDITIONS], { description: 'Edition · 版次' })),
          ...pageQuery,
        }),
        response: {
          200: {
            description: 'The reports · 日报列表',
            content: { 'application/json': { schema: listOf('reports', 'SupervisionReportHead') } },
          },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { query: asked } = request
        const sight = sightOfCaller(request)
        refuseMarket(sight, asked)
        const { limit = LIMIT, region: of, site: at, edition, after } = asked
        const on = asked.day === undefined ? undefined : checkedDay(asked.day, '?day')
        const isScoped = of !== undefined || at !== undefined
        const scope = isScoped
          ? (await scopeOf(pool, asked, on ?? new Date(clock()).toISOString().slice(0, 10))).key
          : undefined
        const cursor = readCursor(after, DAY, /^.{1,40}$/s, /^.{1,400}$/s, /^\d{1,9}$/) as
          | [string, string, string, string]
          | null
        const rows = await withSight(pool, sight, (reader) =>
          listReports(reader, {
            isPart: sight !== null,
            scope,
            day: on,
            edition,
            after: cursor && [cursor[0], cursor[1], cursor[2], Number(cursor[3])],
            limit: limit + 1,
          }),
        )
        const page = pageOf(rows, limit, ({ day: on, edition, scope, version }) =>
          writeCursor(on, edition, scope, version),
        )
        return { reports: page.rows.map(headView), next: page.next }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/supervision/reports/:id',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getSupervisionReport',
        tags: ['supervision'],
        summary: 'A published report · 一份日报',
        description:
          'As it was published: it never changes, a later one is another version. 按发布时的内容返回，不再变化；以后的为新版本。',
        params: Type.Object({ id: Type.String({ format: 'uuid', description: 'Report · 日报' }) }),
        response: {
          200: answer('SupervisionReport', 'The report · 日报'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        const sight = sightOfCaller(request)
        const report =
          sight === null
            ? await readReport(pool, id)
            : await withSight(pool, sight, (reader, hub) => readSeenReport(reader, hub, id, sight))
        if (report === null) throw new HubError('not_found', { detail: `report ${id}` })
        const { body, ...head } = report
        return { ...headView(head), report: body }
      },
    })
    app.route<{ Body: { day: string; region?: string; site?: string } }>({
      method: 'POST',
      url: '/v1/supervision/reports',
      config: { scopes: ['case'] },
      schema: {
        operationId: 'publishSupervisionReport',
        tags: ['supervision'],
        summary: 'Publish the report of a market or region now · 立即发布日报',
        description: [
          'Edition `asked`. Where the figures are those of its newest version, that version is given back.',
          '',
          '版次为 asked；数据与最新版本相同时返回该版本。',
        ].join('\n'),
        body: Type.Object({ day, region, site }, { additionalProperties: false }),
        response: {
          200: answer('SupervisionReportHead', 'The version that is there · 已有版本'),
          201: answer('SupervisionReportHead', 'A new version · 新版本'),
          ...problems(400, 401, 403, 404, 415, 429, 503),
        },
      },
      handler: async ({ body }, reply) => {
        const { report, isNew } = await publishOne(pool, body, { day: checkedDay(body.day), nowMs: clock() })
        return reply.code(isNew ? 201 : 200).send(headView(report))
      },
    })
  }

const headView = ({ scope, ...head }: ReportHead) => ({
  ...head,
  region: scope.startsWith('r:') ? scope.slice(2) : null,
  site: scope.startsWith('p:') ? scope.slice(2) : null,
  madeAt: new Date(head.madeAt).toISOString(),
})
