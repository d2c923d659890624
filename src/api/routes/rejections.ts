import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { givesFull, issuesOf, shapesOf } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sealedPlacesOf } from '#api/places.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { spokenIn, spokenIssues } from '#api/spoken.ts'
import { groupRejections, listRejections, type RejectionState } from '#store/rejections.ts'
import { withSight } from '#store/sighted.ts'

const system = Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'System · 对接系统' }))

const RejectionsQuery = query({
  system,
  group: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1000, description: 'Group of the same cause · 分组' }),
  ),
  state: Type.Optional(
    Type.Enum(['open', 'mended', 'dropped'], { default: 'open', description: 'State · 状态，默认 open' }),
  ),
  ...pageQuery,
})

interface RejectionsParameters extends PageQuery {
  readonly system?: string
  readonly group?: string
  readonly state?: RejectionState
}

/** `GET /v1/rejections` and `GET /v1/rejections/groups`. */
export const rejectionRoutes =
  ({ pool, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: RejectionsParameters }>({
      method: 'GET',
      url: '/v1/rejections',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listRejections',
        tags: ['quarantine'],
        summary: 'Source records that wait to be mended · 待处理记录',
        description:
          'Each with its reason, its place and the source record itself. The same broken record sent again is counted, not kept twice. 含原因、位置与来源原文；重复发送只计次。',
        querystring: RejectionsQuery,
        response: { 200: answer('RejectionPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request, reply) => {
        const { after, limit = LIMIT, state = 'open', ...filter } = request.query
        const spoken = spokenIn(request, language)
        const cursor = readCursor(after, UUID)?.[0]
        const asked = {
          ...filter,
          state,
          limit: limit + 1,
          ...(cursor === undefined ? {} : { after: cursor }),
        }
        const rows = await withSight(pool, sightOfCaller(request), (reader) => listRejections(reader, asked))
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        const read = { subject: 'rejections', rejections: page.rows.map(({ id }) => id) }
        const full = page.rows.length > 0 && (await givesFull(pool, request, reply, read))
        const rejections = page.rows.map(({ issues, source, ...rejection }) => ({
          ...rejection,
          issues: issuesOf(full, spokenIssues(JSON.parse(issues), spoken)),
          source: full ? JSON.parse(source) : shapesOf(JSON.parse(source)),
        }))
        return { rejections, next: page.next }
      },
    })
    app.route<{ Querystring: PageQuery & { system?: string } }>({
      method: 'GET',
      url: '/v1/rejections/groups',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listRejectionGroups',
        tags: ['quarantine'],
        summary: 'Rejections grouped by cause · 按原因分组',
        description:
          'The same record, code, field and mapping version are one cause, mended once. 记录、代码、字段与映射版本相同者为一组。',
        querystring: query({ system, ...pageQuery }),
        response: {
          200: answer('RejectionGroupPage', 'One page · 一页'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { after, limit = LIMIT, ...filter } = request.query
        const spoken = spokenIn(request, language)
        const place = await sealedPlacesOf(pool, request)
        const cursor = place.read(after, /^.{1,200}$/, /^.{0,1000}$/s)
        const asked = {
          ...filter,
          limit: limit + 1,
          ...(cursor ? { after: { system: cursor[0] as string, group: cursor[1] as string } } : {}),
        }
        const rows = await withSight(pool, sightOfCaller(request), (reader) => groupRejections(reader, asked))
        const page = pageOf(rows, limit, (last) => place.write(last.system, last.group))
        return {
          groups: page.rows.map((row) => ({
            ...row,
            issues: issuesOf(false, spokenIssues(JSON.parse(row.issues), spoken)),
          })),
          next: page.next,
        }
      },
    })
  }
