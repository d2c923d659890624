import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { INSTANT, readCursor, writeCursor } from '#api/cursor.ts'
import { instantOf, isDayOrTime } from '#api/day-or-time.ts'
import { findingViews } from '#api/finding-view.ts'
import { givesFullOnly } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, listOf, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import {
  FINDING_KINDS,
  FINDING_ROLES,
  FINDING_SEVERITIES,
  FINDING_STATES,
  type FindingRole,
} from '#core/findings/finding-kinds.ts'
import { FINDING_EVENTS, type FindingEvent } from '#core/findings/next-version.ts'
import { field } from '#core/model/field.ts'
import { regionName } from '#core/regions/path.ts'
import { actOn } from '#flow/findings/act.ts'
import { regionPrefix } from '#store/change-filter.ts'
import { listFindings, readFinding } from '#store/findings.ts'
import { withSight } from '#store/sighted.ts'

interface Asked extends PageQuery {
  readonly kind?: string
  readonly severity?: string
  readonly state?: string
  readonly region?: string
  readonly site?: string
  readonly system?: string
  readonly from?: string
  readonly to?: string
  readonly overdue?: boolean
}
interface Act {
  readonly event: FindingEvent
  readonly owner?: { readonly role: FindingRole; readonly region?: string }
  readonly note?: string
  readonly dueAt?: string
}

const FindingAct = field(
  Type.Object(
    {
      event: field(Type.Enum([...FINDING_EVENTS]), ['What is done', '操作']),
      owner: Type.Optional(
        field(
          Type.Object(
            {
              role: Type.Enum([...FINDING_ROLES]),
              region: Type.Optional(
                Type.String({ pattern: '^\\d{6}$', description: 'GB/T 2260 code · 区划代码' }),
              ),
            },
            { additionalProperties: false },
          ),
          ['Who has to act', '责任方'],
        ),
      ),
      note: Type.Optional(Type.String({ maxLength: 2000, description: 'Why · 说明' })),
      dueAt: Type.Optional(Type.String({ format: 'date-time', description: 'New deadline · 新期限' })),
    },
    { additionalProperties: false },
  ),
  ['What is done with a finding', '发现处理'],
)

const choice = (values: readonly string[], description: string) =>
  Type.Optional(Type.Enum([...values], { description }))
const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }))
const IdParams = Type.Object({
  id: Type.String({ maxLength: 4000, description: 'Identifier of the finding · 发现标识' }),
})

/** `GET /v1/findings`, `GET /v1/findings/{id}` and `POST /v1/findings/{id}/events`. */
export const findingRoutes =
  ({ pool, intake, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: Asked }>({
      method: 'GET',
      url: '/v1/findings',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listFindings',
        tags: ['supervision'],
        summary: 'What was found · 发现与预警',
        description: [
          'Newest event first. Findings are records of the kind `finding`, so links and `/v1/changes` carry them like any change. What each kind',
          'means, how grave it is and by when something is due: docs/findings.md.',
          '',
          '按事件时间倒序。发现是 `finding` 类型的记录，可经链路与 `/v1/changes` 订阅；各类型含义、严重程度与期限见 docs/findings.md。',
        ].join('\n'),
        querystring: query({
          kind: choice(FINDING_KINDS, 'What was found · 发现类型'),
          severity: choice(FINDING_SEVERITIES, 'Severity · 严重程度'),
          state: choice(FINDING_STATES, 'State · 状态'),
          region: Type.Optional(
            Type.String({
              pattern: '^(\\d{2}|\\d{4}|\\d{6})$',
              description: 'GB/T 2260 code, with all below it · 区划代码，含下级',
            }),
          ),
          site: text('Code or name of the market or other place · 场所代码或名称'),
          system: text('System of one of its records · 依据记录的系统'),
          from: text('First day or time · 起始'),
          to: text('Last day or time · 截止'),
          overdue: Type.Optional(
            Type.Boolean({ description: 'Only pending ones beyond their deadline · 仅逾期未处理' }),
          ),
          ...pageQuery,
        }),
        response: {
          200: {
            description: 'The findings · 发现列表',
            content: { 'application/json': { schema: listOf('findings', 'FindingView') } },
          },
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { query: asked } = request
        const { limit = LIMIT, region, overdue = false } = asked
        const cursor = readCursor(asked.after, INSTANT, /^[^\0]{1,4000}$/)
        const now = clock()
        const wanted = {
          ...asked,
          regionPrefix: region === undefined ? undefined : regionPrefix(region),
          from: instant(asked.from, '?from', 'start'),
          before: instant(asked.to, '?to', 'end'),
          overdueAt: overdue ? new Date(now).toISOString() : undefined,
          after: cursor && { occurredAt: cursor[0] as string, id: cursor[1] as string },
          limit: limit + 1,
        }
        const found = await withSight(pool, sightOfCaller(request), (reader) => listFindings(reader, wanted))
        const { rows, next } = pageOf(found, limit, ({ place, id }) => writeCursor(place, id))
        const read = { subject: 'findings', findings: rows.map(({ id }) => id) }
        const full = rows.length > 0 && (await givesFullOnly(pool, request, reply, read))
        const findings = await withSight(pool, sightOfCaller(request), (reader) =>
          findingViews(reader, rows, { nowMs: now, full }),
        )
        return { findings, next }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/findings/:id',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getFinding',
        tags: ['supervision'],
        summary: 'One finding · 单条发现',
        description:
          'As its newest version says it; its versions are those of `/v1/records/{id}`. · 最新版本；历次版本见 `/v1/records/{id}`。',
        params: IdParams,
        response: {
          200: answer('FindingView', 'The finding · 发现'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const found = await withSight(pool, sightOfCaller(request), (reader) => readFinding(reader, id))
        if (!found) throw new HubError('not_found', { detail: 'no such finding' })
        const full = await givesFullOnly(pool, request, reply, { subject: id })
        const [view] = await withSight(pool, sightOfCaller(request), (reader) =>
          findingViews(reader, [found], { nowMs: clock(), full }),
        )
        return view
      },
    })
    app.route<{ Params: { id: string }; Body: Act }>({
      method: 'POST',
      url: '/v1/findings/:id/events',
      config: { scopes: ['case'] },
      schema: {
        operationId: 'actOnFinding',
        tags: ['supervision'],
        summary: 'Acknowledge, resolve, dismiss, reopen or assign · 处理发现',
        description: [
          'Makes the next version. What an official resolved or dismissed is opened again only when its figures change.',
          '',
          '生成下一版本；人工解决或排除后，仅在数据变化时重新打开。',
        ].join('\n'),
        params: IdParams,
        body: FindingAct,
        response: {
          200: answer('FindingView', 'The finding as it is now · 处理后的发现'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { params, body } = request
        const nowMs = clock()
        const { event, owner, note } = body
        const dueAtMs =
          body.dueAt === undefined ? undefined : Date.parse(instant(body.dueAt, '/dueAt', 'end') as string)
        const year = new Date(nowMs).getUTCFullYear()
        if (owner?.region !== undefined && regionName(owner.region, year) === undefined)
          throw wrong('/owner/region', 'no region ever had this code')
        const found = await actOn(
          { pool, intake },
          params.id,
          {
            event,
            note,
            dueAtMs,
            owner: owner && {
              role: owner.role,
              ...(owner.region ? { region: { code: owner.region, year } } : {}),
            },
          },
          { nowMs, keyId: callerOf(request).keyId },
        )
        const full = await givesFullOnly(pool, request, reply, { subject: params.id })
        return (await findingViews(pool, [found], { nowMs, full }))[0]
      },
    })
  }

function instant(text: string | undefined, path: string, edge: 'start' | 'end'): string | undefined {
  if (text === undefined) return undefined
  if (isDayOrTime(text)) return instantOf(text, edge)
  throw wrong(path, 'a day, or a time with its zone')
}

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })
