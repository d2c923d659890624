import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { INSTANT, readCursor, writeCursor } from '#api/cursor.ts'
import { spanAsked } from '#api/day-or-time.ts'
import { givesFullOnly } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { ref } from '#api/ref.ts'
import { callerOf, sightOfCaller } from '#api/scopes.ts'
import { maskedText } from '#core/model/masked-record.ts'
import { InspectionWish, InspectionWithdrawal } from '#flow/supervision/inspection-wish.ts'
import { type InspectionsAsked, readInspections } from '#flow/supervision/list-inspections.ts'
import { correctInspection, recordInspection, voidInspection } from '#flow/supervision/record-inspection.ts'
import { withSight } from '#store/sighted.ts'

/** Officials hold it. */
const OFFICIAL = ['case']
const IdParams = Type.Object({
  id: Type.String({ maxLength: 400, description: 'Identifier of the record · 记录标识' }),
})
const when = (description: string) => Type.Optional(Type.String({ format: 'day-or-time', description }))

type Asked = Omit<InspectionsAsked, 'before' | 'after'> & { readonly to?: string; readonly after?: string }

/** `GET/POST /v1/inspections`, `PUT /v1/inspections/{id}` and `POST /v1/inspections/{id}/void`. */
export const inspectionRoutes =
  ({ pool, intake, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: Asked }>({
      method: 'GET',
      url: '/v1/inspections',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listInspections',
        tags: ['supervision'],
        summary: 'Inspections · 监管检查',
        description: [
          'Of all systems, newest first, each with what became of its deadline: `overdue` until a later inspection of the same market and',
          'stall, or one that answers the same findings, passes. The list follows the log by seconds: `asOf` tells whether any inspection is still to be listed.',
          '',
          '各系统的检查，新的在前；逾期未整改为 overdue，直至同一场所（摊位）或回应同一发现的后续检查通过。列表随日志更新，滞后数秒；是否尚有检查待列入见 asOf。',
        ].join('\n'),
        querystring: query({
          region: Type.Optional(
            Type.String({ pattern: '^\\d{6}$', description: 'Region with all below it · 区划（含下级）' }),
          ),
          site: Type.Optional(
            Type.String({ minLength: 1, maxLength: 100, description: 'Code of the market · 市场代码' }),
          ),
          result: Type.Optional(
            Type.Enum(['pass', 'fail', 'rectify', 'unknown'], { description: 'Result · 结论' }),
          ),
          due: Type.Optional(
            Type.Enum(['pending', 'overdue', 'mended'], {
              description: 'What had to be put right · 整改情况',
            }),
          ),
          from: when('From this day or time · 起始'),
          to: when('To this day or time · 截止'),
          ...pageQuery,
        }),
        response: {
          200: {
            description: 'The inspections · 检查列表',
            content: { 'application/json': { schema: ref('InspectionPage') } },
          },
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { from, to, after, ...asked } = request.query
        const cursor = readCursor(after, INSTANT, /^.{1,4000}$/s)
        const wanted = {
          ...asked,
          ...spanAsked({ from, to }),
          ...(cursor ? { after: { at: cursor[0] as string, id: cursor[1] as string } } : {}),
        }
        const sight = sightOfCaller(request)
        const { inspections, next, asOf } = await withSight(pool, sight, (reader, hub) =>
          readInspections({ reader, hub }, wanted, { nowMs: clock(), isLimited: sight !== null }),
        )
        const read = { subject: 'inspections', records: inspections.map(({ id }) => id) }
        const full = inspections.length > 0 && (await givesFullOnly(pool, request, reply, read))
        return {
          inspections: inspections.map(({ id: _, record, ...one }) => ({
            ...one,
            record: JSON.parse(full ? record : maskedText(record)) as object,
          })),
          next: next && writeCursor(next.at, next.id),
          asOf,
        }
      },
    })
    app.route<{ Body: InspectionWish }>({
      method: 'POST',
      url: '/v1/inspections',
      config: { scopes: OFFICIAL },
      schema: {
        operationId: 'recordInspection',
        tags: ['supervision'],
        summary: 'Record an inspection · 登记监管检查',
        description: [
          'Becomes a record of the kind `inspection` of the hub’s own: it has versions, goes over links, and counts in the supervision of its',
          'day like one that a system pushes. The same `number` again is the same inspection. Photos are not kept, their digests are.',
          '`answers` are findings that the key sees; others are refused.',
          '',
          '写入为平台自有的 inspection 记录，有版本、可同步，与系统推送的检查同样计入当日监管汇总。同一 number 为同一次检查；不保存照片，只存摘要；answers 须为本密钥可见的发现。',
        ].join('\n'),
        body: InspectionWish,
        response: {
          201: answer('InspectionRecorded', 'The record · 记录'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { keyId } = callerOf(request)
        const sight = sightOfCaller(request)
        return reply
          .code(201)
          .send(await recordInspection({ pool, sight, intake, keyId }, request.body, clock()))
      },
    })
    app.route<{ Params: { id: string }; Body: InspectionWish }>({
      method: 'PUT',
      url: '/v1/inspections/:id',
      config: { scopes: OFFICIAL },
      schema: {
        operationId: 'correctInspection',
        tags: ['supervision'],
        summary: 'Correct an inspection · 更正检查',
        description: 'The whole content again, which becomes the next version. 提交完整内容，写为新版本。',
        params: IdParams,
        body: InspectionWish,
        response: {
          200: answer('InspectionRecorded', 'The record · 记录'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: (request) =>
        correctInspection(
          { pool, sight: sightOfCaller(request), intake, keyId: callerOf(request).keyId },
          request.params.id,
          request.body,
          clock(),
        ),
    })
    app.route<{ Params: { id: string }; Body: InspectionWithdrawal }>({
      method: 'POST',
      url: '/v1/inspections/:id/void',
      config: { scopes: OFFICIAL },
      schema: {
        operationId: 'voidInspection',
        tags: ['supervision'],
        summary: 'Make an inspection void · 作废检查',
        description: 'The record stays, void from now on. 记录保留，状态改为作废。',
        params: IdParams,
        body: InspectionWithdrawal,
        response: {
          200: answer('InspectionRecorded', 'The record · 记录'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: (request) =>
        voidInspection(
          { pool, intake, keyId: callerOf(request).keyId },
          request.params.id,
          request.body.reason,
        ),
    })
  }
