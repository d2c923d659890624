import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { caseCard, caseView, type ReadCase } from '#api/case-view.ts'
import { INSTANT, readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { givesFullOnly } from '#api/full-values.ts'
import { IdempotencyHeader, type IdempotencyKey, idempotencyKeyOf } from '#api/idempotency.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds, sightOfCaller, whoOf } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { CASE_STATES, OFFICIAL_EVENTS } from '#core/cases/states.ts'
import { HubError } from '#core/errors.ts'
import type { Sight } from '#core/sight.ts'
import { openByOfficial, sayOfCase } from '#flow/cases/act.ts'
import { afterVoid } from '#flow/cases/after-void.ts'
import { heldPlaces } from '#flow/cases/held-places.ts'
import { possibleEvents } from '#flow/cases/possible-events.ts'
import type { Said } from '#flow/cases/said-twice.ts'
import { listCasesSeen, readCaseSeen, type SeenCase } from '#flow/cases/seen-cases.ts'
import { unknownGoods } from '#flow/cases/unknown-goods.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import { readCaseEvents } from '#store/case-events.ts'
import { readCaseFindings } from '#store/case-findings.ts'
import { readCaseHolds, readCaseLots } from '#store/case-lots.ts'
import { type CaseFilter, type CaseRow, listCases, readCase } from '#store/cases.ts'
import { inTransaction } from '#store/database.ts'
import { withSight } from '#store/sighted.ts'

const CaseParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Case · 案件' }) })
interface OfCase {
  Params: { id: string }
}
const instant = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))
const CasesQuery = query({
  state: Type.Optional(Type.Enum([...CASE_STATES], { description: 'State · 状态' })),
  region: Type.Optional(
    Type.String({ pattern: '^\\d{2,6}$', description: 'Region and what lies in it · 区划及其下级' }),
  ),
  product: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Name, code or class · 品名、代码或品类' }),
  ),
  from: instant('Opened from · 立案起'),
  to: instant('Opened before · 立案止'),
  ...pageQuery,
})
const text = (description: string, maxLength = 500) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '\\S', description }))
const NewCaseBody = Type.Object(
  {
    code: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Any code of the goods, or a graph code · 货物的任一编码或图编码',
    }),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'Why · 理由' }),
  },
  {
    additionalProperties: false,
    title: 'New case · 立案',
    examples: [{ code: 'HGZ20240415-QW8E', reason: '群众举报' }],
  },
)
const EventBody = Type.Object(
  {
    event: Type.Enum([...OFFICIAL_EVENTS], {
      description:
        'objection 提出异议, waive 撤回异议, retest 送实验室复检, clear 解除, confirm 确认不合格, retract 撤回确认, dispose 处置, notify 已通报, close 结案, note 备注',
    }),
    at: instant('When it happened; now where it is not said · 发生时间，缺省为当前'),
    quantity: Type.Optional(
      Type.String({
        pattern: '^\\d{1,9}(\\.\\d{1,6})?$',
        description: 'Kilograms, for dispose · 处置数量（千克）',
      }),
    ),
    method: text(
      'Method of the laboratory, or of the disposal: destroyed 销毁, returned 退货 or rendered 无害化, by code or by Chinese word · 实验室方法，或处置方式（代码或中文词）',
      200,
    ),
    note: text('Note · 备注', 1000),
  },
  {
    additionalProperties: false,
    title: 'Event of a case · 案件事件',
    examples: [{ event: 'dispose', quantity: '50', method: 'destroyed' }],
  },
)

/** Officials see every case, whatever else they may see. */
const sightOfCase = (request: FastifyRequest): Sight | null =>
  holds(callerOf(request), 'case') ? null : sightOfCaller(request)

/** `GET/POST /v1/cases`, `GET /v1/cases/{id}`, and what an official says of one. */
export const caseRoutes =
  ({ pool, intake, clock, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const readWhole = async (id: string, mayAct: boolean): Promise<ReadCase | null> => {
      const found = await readCase(pool, id)
      if (!found) return null
      const holds = await readCaseHolds(pool, id)
      const lots = await readCaseLots(pool, id)
      return {
        ...{
          found,
          lots,
          holds,
          unknown: await unknownGoods(pool, found, lots),
          afterVoid: await afterVoid(pool, id, lots),
        },
        possible: mayAct ? await inTransaction(pool, (client) => possibleEvents(client, found, clock())) : [],
        places: await heldPlaces(pool, holds),
        events: await readCaseEvents(pool, id),
        findings: await readCaseFindings(pool, id),
      }
    }
    const card = async (request: FastifyRequest, reply: FastifyReply, id: string) => {
      const sight = sightOfCase(request)
      const read =
        sight === null
          ? await readWhole(id, holds(callerOf(request), 'case'))
          : await withSight(pool, sight, (reader) => readCaseSeen(reader, id))
      if (!read) throw new HubError('not_found', { detail: `case ${id}` })
      const full = await givesFullOnly(pool, request, reply, { subject: `case ${id}` })
      return caseCard(read, { full, language: spokenIn(request, language) })
    }
    app.route<{ Querystring: PageQuery & CaseFilter }>({
      method: 'GET',
      url: '/v1/cases',
      config: { scopes: ['read', 'case'], isSighted: true },
      schema: {
        operationId: 'listCases',
        tags: ['cases'],
        summary: 'Cases · 案件列表',
        description:
          'Goods that failed a test or that an official stopped, newest first. 检测不合格或被责令停售的货物，最新在前。',
        querystring: CasesQuery,
        response: { 200: answer('CasePage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request, reply) => {
        const { after, limit = LIMIT, ...filter } = request.query
        const cursor = readCursor(after, INSTANT, UUID)
        const wanted = {
          limit: limit + 1,
          ...(cursor ? { after: { openedAt: cursor[0] as string, id: cursor[1] as string } } : {}),
        }
        const sight = sightOfCase(request)
        if (sight !== null && filter.product !== undefined)
          throw new HubError('forbidden', {
            detail: 'needs the scope read: products of cases are not told apart by system or region',
          })
        const rows: (CaseRow | SeenCase)[] =
          sight === null
            ? await listCases(pool, filter, wanted)
            : await withSight(pool, sight, (reader) => listCasesSeen(reader, filter, wanted))
        const page = pageOf(rows, limit, (last) => writeCursor(last.openedAt, last.id))
        const read = { subject: 'cases', cases: page.rows.map(({ id }) => id) }
        const full = page.rows.length > 0 && (await givesFullOnly(pool, request, reply, read))
        return { cases: page.rows.map((one) => caseView(one, full)), next: page.next }
      },
    })
    app.route<OfCase>({
      method: 'GET',
      url: '/v1/cases/:id',
      config: { scopes: ['read', 'case'], isSighted: true },
      schema: {
        operationId: 'getCase',
        tags: ['cases'],
        summary: 'A case · 案件详情',
        description:
          'Its lots with where they are and how they were found, its holds, what happened, and what is due when. 涉案批次及其所在与关联依据、停售记录、事件与待办期限。',
        params: CaseParams,
        response: { 200: answer('CaseCard', 'The case · 案件'), ...problems(401, 403, 404, 429, 503) },
      },
      handler: (request, reply) => card(request, reply, request.params.id),
    })
    app.route<{ Body: { code: string; reason: string } }>({
      method: 'POST',
      url: '/v1/cases',
      config: { scopes: ['case'] },
      schema: {
        operationId: 'openCase',
        tags: ['cases'],
        summary: 'Stop goods without a test · 责令停售',
        description:
          'The goods, what they came from up to the nearest dispatch and everything that came of it are not sold until the case is decided. 责令停售该批次、其上游至准出及全部下游，直至处理决定作出。',
        body: NewCaseBody,
        response: {
          201: answer('CaseCard', 'The case · 案件'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { code, reason } = request.body
        const systems = await systemsMeant(pool, code)
        const stop = { code, reason, systems, who: whoOf(request), nowMs: clock() }
        const id = await openByOfficial({ pool, intake }, stop)
        reply.code(201).header('location', `/v1/cases/${id}`)
        return await card(request, reply, id)
      },
    })
    app.route<OfCase & { Body: Said; Headers: IdempotencyKey }>({
      method: 'POST',
      url: '/v1/cases/:id/events',
      config: { scopes: ['case'] },
      schema: {
        operationId: 'addCaseEvent',
        tags: ['cases'],
        summary: 'Say what happened · 登记案件事件',
        description:
          'Under an `Idempotency-Key` it is done once, however often it is sent: the answer is the case as it is. Without one, a disposal or a note that the same person told in the last ten minutes, or of the same time, is refused as `repeated`. 409 names every reason why it may not happen now, as `refusals`. 带 Idempotency-Key 重复发送只登记一次，返回案件当前状态；未带时，同一人十分钟内或同一时间的相同处置与备注按 repeated 拒绝。不允许时返回 409，并在 refusals 中列出全部理由。',
        params: CaseParams,
        headers: IdempotencyHeader,
        body: EventBody,
        response: {
          200: answer('CaseCard', 'The case · 案件'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const by = { who: whoOf(request), nowMs: clock(), ...idempotencyKeyOf(request) }
        await sayOfCase({ pool, intake }, id, request.body, by)
        return await card(request, reply, id)
      },
    })
  }
