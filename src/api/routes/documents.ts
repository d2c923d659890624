import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { documentExample, documentLookupExample } from '#api/examples.ts'
import { papersAnswerExample, papersQuestionExample } from '#api/examples-papers.ts'
import { givesFullOnly } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { SCANNED_MAX } from '#core/lineage/scanned.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { findDocument } from '#flow/documents/find-document.ts'
import { PapersQuestion } from '#flow/documents/schema.ts'
import { readDocument, USES_DEFAULT, USES_MAX } from '#flow/trace/read-document.ts'
import { withSight } from '#store/sighted.ts'

const number = Type.String({
  minLength: 1,
  maxLength: SCANNED_MAX,
  description: 'Number, or the address in the QR code of the paper · 编号，或凭证二维码中的网址',
})
const NumberParams = Type.Object({ number })
const DocumentParams = Type.Object({
  type: Type.String({ maxLength: 60, description: 'Type of document, or `any` · 凭证类型，any 表示不限' }),
  number,
})
const DocumentQuery = query({
  on: Type.Optional(
    Type.String({ format: 'date', description: 'Day asked for, else today in China · 查询日期，默认今天' }),
  ),
  system: Type.Optional(
    Type.String({
      maxLength: 60,
      description: 'System that tells of the paper, where several bear the number · 同号多份时的来源系统',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: USES_MAX,
      default: USES_DEFAULT,
      description: 'Most uses of one page · 每页最多使用记录',
    }),
  ),
  after: Type.Optional(
    Type.String({ maxLength: 4000, description: '`next` of the page before · 上一页的 next' }),
  ),
})
interface Asked {
  readonly on?: string
  readonly system?: string
  readonly limit?: number
  readonly after?: string
}

/** `GET /v1/documents/{number}`, `GET /v1/documents/{type}/{number}` and `POST /v1/documents/check`. */
export const documentRoutes =
  ({ pool, tracePool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { number: string }; Querystring: Asked }>({
      method: 'GET',
      url: '/v1/documents/:number',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'findDocument',
        tags: ['trace'],
        summary: 'Which paper bears this number · 按编号查找凭证',
        description: [
          'The papers of a number whatever their type, and the whole answer where there is only one. Papers of different types or days of',
          'issue are different papers: then ask again with type and, where needed, system.',
          '',
          '不限类型按编号查找；仅有一份时直接给出完整结果。类型或开具日期不同即为不同凭证，请带类型（必要时带系统）再次查询。',
        ].join('\n'),
        params: NumberParams,
        querystring: DocumentQuery,
        response: {
          200: answer('DocumentLookup', 'The papers · 凭证', documentLookupExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const full = await givesFullOnly(pool, request, reply, { subject: `paper ${request.params.number}` })
        const asked = { ...request.params, ...request.query, nowMs: clock(), full }
        return await withSight(tracePool, sightOfCaller(request), (reader, hub) =>
          findDocument(hub, asked, reader),
        )
      },
    })
    app.route<{ Params: { type: string; number: string }; Querystring: Asked }>({
      method: 'GET',
      url: '/v1/documents/:type/:number',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getDocument',
        tags: ['trace'],
        summary: 'Is the paper valid, and what was used of it · 凭证查验',
        description: [
          'Whether it is valid today or on a day by the rules of its day of issue, what it states against what was put into trade under it,',
          'where and by whom, and what is wrong. The same goods count once, at the first market. The list of uses is paged.',
          '',
          '按开具日规则判断凭证在今天或某日是否有效，凭证数量与已用数量、使用场所及记录、存在的问题；同一货物只在首站计一次，使用记录分页。',
        ].join('\n'),
        params: DocumentParams,
        querystring: DocumentQuery,
        response: {
          200: answer('DocumentAnswer', 'The paper · 凭证', documentExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const full = await givesFullOnly(pool, request, reply, { subject: `paper ${request.params.number}` })
        const asked = { ...request.params, ...request.query, nowMs: clock(), full }
        return await withSight(tracePool, sightOfCaller(request), (reader, hub) =>
          readDocument(hub, asked, reader),
        )
      },
    })
    app.route<{ Body: PapersQuestion }>({
      method: 'POST',
      url: '/v1/documents/check',
      config: { scopes: ['read'], isSighted: true, unlogged: 'asks' },
      schema: {
        operationId: 'checkDocuments',
        tags: ['trace'],
        summary: 'Check papers at the gate · 入场批量查验',
        description: [
          'At most 200 papers, answered together in the order asked: `ok`, `warn`, `refuse` or `unknown` with reasons in both languages, what',
          'of the paper is left, and what to ask the driver. Check before the load is registered; two loads under one paper share what is left.',
          '',
          '每次最多 200 份，按请求顺序返回：可入场、需核对、不得入场或未知，附中英文原因、余量及应向送货人核实的内容。',
          '请在登记入场前查验；同一请求中同一凭证的多车货物共用余量。',
        ].join('\n'),
        body: { ...PapersQuestion, examples: [papersQuestionExample] },
        response: {
          200: answer('PapersAnswer', 'Each paper · 每份凭证', papersAnswerExample),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { papers } = request.body
        const full = await givesFullOnly(pool, request, reply, {
          subject: 'papers',
          numbers: papers.map(({ number }) => number),
        })
        return await withSight(tracePool, sightOfCaller(request), (reader, hub) =>
          checkPapers(hub, papers, clock(), reader, full),
        )
      },
    })
  }
