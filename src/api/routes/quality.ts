import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { isDayOrTime } from '#api/day-or-time.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { qualityExample } from '#api/reference-examples.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { systemQuality } from '#flow/quality/read-quality.ts'
import { withSight } from '#store/sighted.ts'
import { readSystem } from '#store/systems.ts'

const DAY_MS = 86_400_000
const DAYS_MAX = 92
/** Days of a question that names none: this one and six before. */
const DAYS = 7

const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }))

/** `GET /v1/systems/{id}/quality`. */
export const qualityRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Querystring: { from?: string; to?: string } }>({
      method: 'GET',
      url: '/v1/systems/:id/quality',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getSystemQuality',
        tags: ['systems'],
        summary: 'Quality of the records of a system by day · 系统数据质量',
        description: [
          'Completeness, validity, timeliness, uniqueness and matches by day of receipt, with the worst reasons. The figures are some',
          'seconds old (results and reasons half a minute); docs/quality.md says what each counts, so that it can be checked by hand.',
          '',
          '按接收日统计完整性、有效性、及时性、唯一性与匹配率，附主要问题；口径见 docs/quality.md，可手工核对。',
        ].join('\n'),
        params: Type.Object({ id: Type.String({ description: 'System · 对接系统' }) }),
        querystring: query({
          from: day('First day, Beijing time; default: 6 days before the last · 起始日（北京时间）'),
          to: day('Last day; default: today · 截止日，默认当天'),
        }),
        response: {
          200: answer('SystemQuality', 'The quality · 数据质量', qualityExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { params, query: asked } = request
        const { id } = params
        const to = asked.to ?? beijingDay(clock())
        if (!isDayOrTime(to)) throw wrong('?to', 'no day of this age')
        const from = asked.from ?? daysBefore(to, DAYS - 1)
        if (!isDayOrTime(from)) throw wrong('?from', 'no day of this age')
        if (from > to) throw wrong('?from', 'the first day is behind the last')
        if (from < daysBefore(to, DAYS_MAX - 1)) throw wrong('?from', `more than ${DAYS_MAX} days`)
        return await withSight(pool, sightOfCaller(request), async (reader) => {
          if (!(await readSystem(reader, id))) throw new HubError('not_found', { detail: `system ${id}` })
          return { system: id, from, to, ...(await systemQuality(reader, { system: id, from, to })) }
        })
      },
    })
  }

const daysBefore = (last: string, days: number): string =>
  new Date(Date.parse(last) - days * DAY_MS).toISOString().slice(0, 10)

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })
