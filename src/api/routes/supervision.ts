import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { isDayOrTime } from '#api/day-or-time.ts'
import { answer, problems } from '#api/openapi.ts'
import { listOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { csvText } from '#core/mapping/backward/formats.ts'
import { type Table, tableWorkbook, WORKBOOK_TYPE } from '#core/mapping/backward/workbook.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { summarySheet } from '#core/supervision/sheet.ts'
import { listMarkets } from '#flow/supervision/list-markets.ts'
import { readDay, readDays, type Where } from '#flow/supervision/read-summary.ts'

const DAYS_MAX = 366
const DAY_MS = 86_400_000
/** Days of a question that names none: this one and 29 before. */
const DAYS = 30

export const region = Type.Optional(
  Type.String({ pattern: '^\\d{6}$', description: 'GB/T 2260 code, with all below it · 区划代码，含下级' }),
)
export const site = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'Market: its code, or its name with `region` · 市场代码；或名称并给出所在区划 region',
  }),
)
const dayOf = (description: string) => Type.String({ format: 'date', description })
const DayParams = Type.Object({ day: dayOf('Day of the events in China · 事件日（北京时间）') })
interface Asked extends Where {
  readonly from?: string
  readonly to?: string
}

const ABOUT = [
  'Entries with and without papers, tests, sales, payments, papers issued, holds, disposals and inspections of a market, or of a region with',
  'all below it, by the day of the event. Read from counters that follow the log by seconds (`asOf`). Where two systems tell of the same goods',
  'of a stall and day, the one that tells of most counts; `sources` says what was left out. docs/supervision.md has each rule.',
  '',
  '按事件日汇总一个市场或一个区划（含下级）的准入、凭证、检测、交易、支付、停售、处置与检查；计数随日志更新（见 asOf）。',
  '同一摊位同日的同一货物由多个系统记录时，取记录最多的一个，其余列于 sources。口径见 docs/supervision.md。',
]
const SHEETS = [
  ['sheet.xlsx', WORKBOOK_TYPE, 'writeSupervisionWorkbook', 'The day as a workbook · 日报表（xlsx）'],
  ['sheet.csv', 'text/csv; charset=utf-8', 'writeSupervisionCsv', 'The day as CSV · 日报表（csv）'],
] as const

/** `GET /v1/supervision/days`, `…/days/{day}` as JSON, workbook and CSV, and `…/days/{day}/markets`. */
export const supervisionRoutes =
  ({ pool, clock, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: Asked }>({
      method: 'GET',
      url: '/v1/supervision/days',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listSupervisionDays',
        tags: ['supervision'],
        summary: 'Supervision of several days · 多日监管汇总',
        description: ABOUT.join('\n'),
        querystring: query({
          region,
          site,
          from: Type.Optional(dayOf('First day; default: 29 days before the last · 起始日')),
          to: Type.Optional(dayOf('Last day; default: today · 截止日，默认当天')),
        }),
        response: {
          200: answer('SupervisionDays', 'The days · 各日'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: (request) => {
        const { query: asked } = request
        return readDays(pool, asked, spanOf(asked, clock()), sightOfCaller(request))
      },
    })
    app.route<{ Params: { day: string }; Querystring: Where }>({
      method: 'GET',
      url: '/v1/supervision/days/:day',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getSupervisionDay',
        tags: ['supervision'],
        summary: 'Daily supervision summary · 每日监管汇总',
        description: ABOUT.join('\n'),
        params: DayParams,
        querystring: query({ region, site }),
        response: {
          200: answer('SupervisionDay', 'The day · 当日汇总'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: (request) =>
        readDay(pool, request.query, checkedDay(request.params.day), sightOfCaller(request)),
    })
    for (const [ending, type, operationId, about] of SHEETS)
      app.route<{ Params: { day: string }; Querystring: Where }>({
        method: 'GET',
        url: `/v1/supervision/days/:day/${ending}`,
        config: { scopes: ['read'], isSighted: true },
        schema: {
          operationId,
          tags: ['supervision'],
          summary: about,
          description:
            'The same figures as `GET /v1/supervision/days/{day}`. 内容同 `GET /v1/supervision/days/{day}`。',
          params: DayParams,
          querystring: query({ region, site }),
          response: {
            200: { description: about, content: { [type]: { schema: { type: 'string' } } } },
            ...problems(400, 401, 403, 404, 429, 503),
          },
        },
        handler: async (request, reply) => {
          const day = checkedDay(request.params.day)
          const summary = await readDay(pool, request.query, day, sightOfCaller(request))
          return sendSheet(request, reply, ending, summarySheet(summary, spokenIn(request, language)))
        },
      })
    app.route<{ Params: { day: string }; Querystring: { region?: string; after?: string; limit?: number } }>({
      method: 'GET',
      url: '/v1/supervision/days/:day/markets',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listSupervisionMarkets',
        tags: ['supervision'],
        summary: 'Markets of a region on a day · 区划内各市场当日情况',
        description:
          'Markets of which anything was recorded on the day, in the order of their codes; a limited caller gets those of its records. 当日有记录的市场，按代码排列；仅见部分数据者为其可见记录的市场。',
        params: DayParams,
        querystring: query({ region, ...pageQuery }),
        response: {
          200: {
            description: 'The markets · 各市场',
            content: { 'application/json': { schema: listOf('markets', 'SupervisionMarket') } },
          },
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: (request) =>
        listMarkets(pool, checkedDay(request.params.day), request.query, sightOfCaller(request)),
    })
  }

export function sendSheet(
  _request: FastifyRequest,
  reply: FastifyReply,
  ending: string,
  table: Table,
): FastifyReply {
  reply.header('cache-control', 'no-store')
  reply.header(
    'content-disposition',
    `attachment; filename="supervision.${ending.endsWith('csv') ? 'csv' : 'xlsx'}"`,
  )
  if (ending.endsWith('csv'))
    // The mark tells spreadsheets that it is UTF-8.
    return reply.type('text/csv; charset=utf-8').send(`\uFEFF${csvText([table.columns, ...table.rows])}`)
  return reply.type(WORKBOOK_TYPE).send(Buffer.from(tableWorkbook(table)))
}

/** @throws HubError `invalid_request` for a day that no calendar has */
export function checkedDay(day: string, path = '/day'): string {
  if (!isDayOrTime(day)) throw wrong(path, 'no day of this age')
  return day
}

function spanOf({ from: begin, to: end }: Asked, nowMs: number): { from: string; to: string } {
  const to = checkedDay(end ?? beijingDay(nowMs), '?to')
  const from = checkedDay(begin ?? daysBefore(to, DAYS - 1), '?from')
  if (from > to) throw wrong('?from', 'the first day is behind the last')
  if (from < daysBefore(to, DAYS_MAX - 1)) throw wrong('?from', `more than ${DAYS_MAX} days`)
  return { from, to }
}

const daysBefore = (last: string, days: number): string =>
  new Date(Date.parse(last) - days * DAY_MS).toISOString().slice(0, 10)

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })
