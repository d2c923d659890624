import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { instantOf } from '#api/day-or-time.ts'
import { lotExample, requiredExample, traceExample } from '#api/examples.ts'
import { givesFullOnly } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { tracePicture } from '#core/lineage/picture.ts'
import { SCANNED_MAX } from '#core/lineage/scanned.ts'
import { traceSheet } from '#core/lineage/sheet.ts'
import { tableWorkbook, WORKBOOK_TYPE } from '#core/mapping/backward/workbook.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { askRequired, type RequiredRequest } from '#flow/trace/ask-required.ts'
import { readLot } from '#flow/trace/read-lot.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import {
  CONFIDENCE_DEFAULT,
  DEPTH_DEFAULT,
  DEPTH_MAX,
  NODES_DEFAULT,
  NODES_MAX,
  traceLot,
} from '#flow/trace/trace-lot.ts'
import { withSight } from '#store/sighted.ts'

const CodeParams = Type.Object({
  code: Type.String({
    minLength: 1,
    maxLength: SCANNED_MAX,
    description:
      'Any code as it is written on the paper, the label or the ticket, or what its QR code holds · 凭证、标签或小票上的任一编码，或扫码所得内容',
  }),
})
const at = Type.Optional(
  Type.String({ format: 'day-or-time', description: 'What the hub knew then · 按该时刻平台已知的情况' }),
)

const TraceQuery = query({
  direction: Type.Optional(
    Type.Enum(['back', 'forward', 'both'], {
      default: 'both',
      description: 'Where it came from, where it went · 来源或去向',
    }),
  ),
  depth: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: DEPTH_MAX,
      default: DEPTH_DEFAULT,
      description: 'Most steps · 最多步数',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: NODES_MAX,
      default: NODES_DEFAULT,
      description: 'Most nodes of one page · 每页最多节点',
    }),
  ),
  confidence: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      default: CONFIDENCE_DEFAULT,
      description:
        'Least confidence of an edge; 1: exact codes alone; holds spread from 0.8 on · 关联的最低可信度，1 为仅精确编码',
    }),
  ),
  at,
  after: Type.Optional(
    Type.String({ maxLength: 100_000, description: '`next` of the page before · 上一页的 next' }),
  ),
})

interface TraceParameters {
  readonly direction?: 'back' | 'forward' | 'both'
  readonly depth?: number
  readonly limit?: number
  readonly confidence?: number
  readonly at?: string
  readonly after?: string
}

const RequiredQuery = query({
  product: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Name, or code of GB/T 7635.1 · 产品名称或代码',
    }),
  ),
  class: Type.Optional(
    Type.Enum(Object.keys(PRODUCT_CLASSES) as ProductClass[], { description: 'Class of the product · 品类' }),
  ),
  on: Type.Optional(
    Type.String({ format: 'date', description: 'Day asked for, else today · 日期，默认今天' }),
  ),
  present: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Types at hand, joined by commas · 已有凭证类型，以逗号分隔',
    }),
  ),
})

const FORMS = [
  ['picture.svg', 'image/svg+xml', 'drawTrace', 'The graph as a picture · 追溯图'],
  ['sheet.xlsx', WORKBOOK_TYPE, 'writeTrace', 'The graph as a sheet · 追溯表'],
] as const

/** `GET /v1/lots/{code}`, `GET /v1/trace/{code}` and `GET /v1/documents/required`. */
export const traceRoutes =
  ({ pool, tracePool, clock, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const knownAt = (time: string | undefined): { at?: string } =>
      time === undefined ? {} : { at: instantOf(time, 'end') }

    app.route<{ Params: { code: string }; Querystring: { at?: string } }>({
      method: 'GET',
      url: '/v1/lots/:code',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getLot',
        tags: ['trace'],
        summary: 'Lot card · 批次卡',
        description: [
          'What the lot is, its state, the records that tell of it, and the papers and lots one step away. A code that means several',
          'things answers with the first and lists the candidates.',
          '',
          '批次的内容、状态、相关记录，以及前后一步的凭证与批次；编码有歧义时列出候选。',
        ].join('\n'),
        params: CodeParams,
        querystring: query({ at }),
        response: {
          200: answer('LotCard', 'The lot · 批次', lotExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { params, query: asked } = request
        const full = await givesFullOnly(pool, request, reply, { subject: `lot ${params.code}` })
        const systems = await systemsMeant(tracePool, params.code)
        return await withSight(tracePool, sightOfCaller(request), (reader, hub) =>
          readLot(hub, { code: params.code, systems, full, ...knownAt(asked.at) }, reader),
        )
      },
    })
    app.route<{ Params: { code: string }; Querystring: TraceParameters }>({
      method: 'GET',
      url: '/v1/trace/:code',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'traceLot',
        tags: ['trace'],
        summary: 'From field to table and back · 追溯',
        description: [
          'The graph of lots and papers around a code: edges with the rule by which they were found and how sure they are, records,',
          'tests and holds at each node.',
          '',
          '以该编码为起点的批次与凭证图：关联规则与可信度，各节点的记录、检测与停售召回。',
        ].join('\n'),
        params: CodeParams,
        querystring: TraceQuery,
        response: {
          200: answer('TraceGraph', 'The graph · 追溯图', traceExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { at: time, ...asked } = request.query
        const { code } = request.params
        const full = await givesFullOnly(pool, request, reply, { subject: `trace ${code}` })
        const systems = await systemsMeant(tracePool, code)
        return await withSight(tracePool, sightOfCaller(request), (reader, hub) =>
          traceLot(hub, { ...asked, code, systems, full, ...knownAt(time) }, reader),
        )
      },
    })
    for (const [ending, type, operationId, about] of FORMS)
      app.route<{ Params: { code: string }; Querystring: TraceParameters }>({
        method: 'GET',
        url: `/v1/trace/:code/${ending}`,
        config: { scopes: ['read'], isSighted: true },
        schema: {
          operationId,
          tags: ['trace'],
          summary: about,
          description:
            'The same as `GET /v1/trace/{code}`, one page of it. 内容同 `GET /v1/trace/{code}`，一页。',
          params: CodeParams,
          querystring: TraceQuery,
          response: {
            200: { description: about, content: { [type]: { schema: { type: 'string' } } } },
            ...problems(400, 401, 403, 404, 429, 503),
          },
        },
        handler: async (request, reply) => {
          const { at: time, ...asked } = request.query
          const { code } = request.params
          const full = await givesFullOnly(pool, request, reply, { subject: `trace ${code}` })
          const systems = await systemsMeant(tracePool, code)
          const graph = await withSight(tracePool, sightOfCaller(request), (reader, hub) =>
            traceLot(hub, { ...asked, code, systems, full, ...knownAt(time) }, reader),
          )
          const spoken = spokenIn(request, language)
          reply.header('cache-control', 'no-store').type(type)
          if (ending === 'picture.svg') return reply.send(tracePicture(graph, spoken))
          reply.header('content-disposition', 'attachment; filename="trace.xlsx"')
          return reply.send(Buffer.from(tableWorkbook(traceSheet(graph, spoken))))
        },
      })
    app.route<{ Querystring: Omit<RequiredRequest, 'nowMs'> }>({
      method: 'GET',
      url: '/v1/documents/required',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getRequiredDocuments',
        tags: ['trace'],
        summary: 'Documents that goods need on a day · 某日所需凭证',
        description: [
          'One document of each group is needed at a market, by the rules in force on the day. With `present` it says what is missing.',
          'A document of the lot that the goods were cut or split from counts.',
          '',
          '按当日有效的规定，入市货物每组须具备一种凭证；给出 `present` 时说明缺少哪些。所分割、分装批次的凭证同样有效。',
        ].join('\n'),
        querystring: RequiredQuery,
        response: {
          200: answer('RequiredDocuments', 'The documents · 所需凭证', requiredExample),
          ...problems(400, 401, 403, 429),
        },
      },
      handler: ({ query: asked }) => Promise.resolve(askRequired({ ...asked, nowMs: clock() })),
    })
  }
