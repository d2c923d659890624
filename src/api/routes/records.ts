import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { spanAsked } from '#api/day-or-time.ts'
import { givesFull, textsOf } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { placesOf } from '#api/places.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { codesMeant } from '#core/lineage/codes.ts'
import { otherCodesMeant } from '#core/lineage/other-codes.ts'
import { KINDS } from '#core/model/kinds.ts'
import { STATUSES } from '#core/model/record.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import { headPosition } from '#store/changes.ts'
import { listRecords, readRecordVersions } from '#store/records.ts'
import { withSight } from '#store/sighted.ts'

const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 300, description }))
const dayOrTime = (description: string) => Type.Optional(Type.String({ format: 'day-or-time', description }))

const ListQuery = query({
  kind: Type.Optional(Type.Enum([...KINDS], { description: 'Kind · 类型' })),
  system: text('System that it came from · 来源系统'),
  region: Type.Optional(
    Type.String({
      pattern: '^\\d{2,6}$',
      description: 'GB/T 2260 code, with its subtree · 行政区划代码，含下级',
    }),
  ),
  from: dayOrTime('Occurred from this day (Beijing time) or time on · 发生时间起'),
  to: dayOrTime('Occurred to the end of this day, or before this time · 发生时间止'),
  code: text(
    'A lot, document or voucher number, or `<scheme>:<code>` of a party or site · 批次、凭证号或带体系的代码',
  ),
  status: Type.Optional(Type.Enum([...STATUSES], { description: 'active or void · 有效或作废' })),
  ...pageQuery,
})

interface ListParameters extends PageQuery {
  readonly kind?: string
  readonly system?: string
  readonly region?: string
  readonly from?: string
  readonly to?: string
  readonly code?: string
  readonly status?: string
}

const VersionsQuery = query({
  versions: Type.Optional(
    Type.Boolean({ description: 'All versions, newest first, as a list · 返回全部版本，新版本在前' }),
  ),
  ...pageQuery,
})

const RecordParams = Type.Object({ id: Type.String({ description: 'Record identifier · 记录标识' }) })

/** `GET /v1/records` and `GET /v1/records/{id}`. */
export const recordRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: ListParameters }>({
      method: 'GET',
      url: '/v1/records',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listRecords',
        tags: ['records'],
        summary: 'Canonical records · 规范记录列表',
        description: [
          'The newest version of each record, in the order in which these versions came. A page may be short while `next` says that there',
          'is more: go on until it is null.',
          '',
          '每条记录的最新版本，按到达顺序；页面可能不满，以 next 是否为 null 判断结束。',
        ].join('\n'),
        querystring: ListQuery,
        response: {
          200: answer('RecordPage', 'One page · 一页'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { kind, system, region, from, to, code, status, after, limit = LIMIT } = request.query
        const place = await placesOf(pool, request)
        const sight = sightOfCaller(request)
        const asked = {
          after: place.read(after),
          limit,
          ...(kind === undefined ? {} : { kind }),
          ...(system === undefined ? {} : { system }),
          ...(region === undefined ? {} : { region }),
          ...(status === undefined ? {} : { status }),
          ...spanAsked({ from, to }),
          ...(code === undefined
            ? {}
            : {
                codes: [code, ...codesMeant(code, await systemsMeant(pool, code)), ...otherCodesMeant(code)],
              }),
        }
        const page = await withSight(pool, sight, async (reader, hub) =>
          listRecords(reader, asked, await headPosition(hub)),
        )
        const read = { subject: 'records', records: page.records.map(idOf) }
        const full = page.records.length > 0 && (await givesFull(pool, request, reply, read))
        const texts = textsOf(full, page.records)
        const next = page.next === null ? 'null' : `"${place.write(page.next)}"`
        return reply.type('application/json').send(`{"records":[${texts.join(',')}],"next":${next}}`)
      },
    })
    app.route<{ Params: { id: string }; Querystring: PageQuery & { versions?: boolean } }>({
      method: 'GET',
      url: '/v1/records/:id',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getRecord',
        tags: ['records'],
        summary: 'A record, or all its versions · 单条记录或其全部版本',
        description:
          'The newest version; with `versions=true` the list of all. 默认返回最新版本，versions=true 返回全部版本。',
        params: RecordParams,
        querystring: VersionsQuery,
        response: {
          200: {
            description: 'The record, or with `versions=true` its versions · 记录或版本列表',
            content: {
              'application/json': {
                schema: { oneOf: [{ $ref: 'CanonicalRecord#' }, { $ref: 'VersionPage#' }] },
              },
            },
          },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const { versions = false, after, limit = LIMIT } = request.query
        const cursor = readCursor(after, VERSION)?.[0]
        const asked = {
          limit: versions ? limit + 1 : 1,
          ...(cursor === undefined ? {} : { before: Number(cursor) }),
        }
        const rows = await withSight(pool, sightOfCaller(request), async (reader) => {
          const found = await readRecordVersions(reader, { id, ...asked })
          return found.length > 0 ? found : await readRecordVersions(reader, { id: encodedId(id), ...asked })
        })
        const newest = rows[0]
        if (!newest && cursor === undefined) throw new HubError('not_found', { detail: `record ${id}` })
        const read = { subject: newest ? idOf(newest.text) : id, versions }
        const full = await givesFull(pool, request, reply, read)
        reply.type('application/json')
        if (!versions) return reply.send(textsOf(full, newest ? [newest.text] : [])[0])
        const page = pageOf(rows, limit, (last) => writeCursor(last.version))
        return reply.send(
          `{"versions":[${textsOf(
            full,
            page.rows.map((row) => row.text),
          ).join(',')}],"next":${JSON.stringify(page.next)}}`,
        )
      },
    })
  }

/** The identifier of a record in its text, which begins with kind and identifier and is not parsed for that. */
const idOf = (text: string): string => /"id":"([^"]*)"/.exec(text)?.[1] ?? ''

const VERSION = /^\d{1,9}$/

/** An identifier has its key percent-encoded; one that was put into the path as it is arrives decoded once too often. */
const encodedId = (id: string): string => id.split(':').map(encodeURIComponent).join(':')
