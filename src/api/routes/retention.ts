import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { RetentionRules as Rules } from '#api/schemas/retention.ts'
import { whoOf } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { type RetentionRules, wholeRetention } from '#core/retention/rules.ts'
import { monthsDue } from '#flow/retention/drop-months.ts'
import {
  createLegalHold,
  endLegalHold,
  listLegalHolds,
  patchRetention,
  readMonths,
  readRetention,
} from '#store/retention.ts'

/** Holds are few; one page holds them all. */
const HOLDS_MAX = 1000

const RulesPatch = Type.Partial(Rules, {
  additionalProperties: false,
  minProperties: 1,
  title: 'Changes to what is kept · 修改保留月数',
  examples: [{ messages: 24 }],
})

const NewHoldBody = Type.Object(
  {
    from: Type.String({ format: 'date-time', description: 'All that came or went from then on … · 起' }),
    until: Type.String({ format: 'date-time', description: '… and before this is kept · 止（不含）' }),
    reason: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: '\\S',
      description: 'Who asked for it and why; nothing of a person · 要求单位与事由，勿写个人信息',
    }),
  },
  {
    additionalProperties: false,
    title: 'New legal hold · 新法律保全',
    examples: [
      {
        from: '2026-04-01T00:00:00+08:00',
        until: '2026-05-01T00:00:00+08:00',
        reason: 'Case 2026-118 of the city office',
      },
    ],
  },
)

interface NewHoldFields {
  readonly from: string
  readonly until: string
  readonly reason: string
}

/** `GET/PATCH /v1/retention`, `GET/POST /v1/retention/holds` and `DELETE /v1/retention/holds/{id}`. */
export const retentionRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/retention',
      config: { scopes: [] },
      schema: {
        operationId: 'getRetention',
        tags: ['operation'],
        summary: 'What is kept for how long · 数据保留',
        description:
          'Months of messages, deliveries and the log that are there, and which of them the next night drops. Records and their versions are kept for ever. 现存的报文、投递与日志月份，及下一夜将清理者；记录及其版本永久保留。',
        querystring: query({}),
        response: { 200: answer('Retention', 'As it is · 现状'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async () => {
        const due = new Set((await monthsDue(pool, clock())).map(({ name }) => name))
        const months = await readMonths(pool)
        return {
          rules: wholeRetention(await readRetention(pool)),
          months: months.map(({ table, name, size, fromMs, untilMs }) => ({
            table,
            from: new Date(fromMs).toISOString(),
            until: new Date(untilMs).toISOString(),
            size,
            due: due.has(name),
          })),
        }
      },
    })
    app.route<{ Body: Partial<RetentionRules> }>({
      method: 'PATCH',
      url: '/v1/retention',
      config: { scopes: [] },
      schema: {
        operationId: 'patchRetention',
        tags: ['operation'],
        summary: 'Set how long is kept · 修改保留月数',
        description:
          'Never less than the law wants: messages 6 months, deliveries and the log 36. What is dropped does not come back. 不得少于法定期限：报文 6 个月，投递与日志 36 个月；清理后不可恢复。',
        body: RulesPatch,
        response: {
          200: answer('RetentionRules', 'The rules · 规则'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request) => wholeRetention(await patchRetention(pool, request.body, whoOf(request))),
    })
    app.route({
      method: 'GET',
      url: '/v1/retention/holds',
      config: { scopes: [] },
      schema: {
        operationId: 'listLegalHolds',
        tags: ['operation'],
        summary: 'What must be kept longer · 法律保全列表',
        description: 'Open ones first. 未解除者在前。',
        querystring: query({}),
        response: { 200: answer('LegalHoldPage', 'The holds · 列表'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async () => ({ holds: await listLegalHolds(pool, HOLDS_MAX), next: null }),
    })
    app.route<{ Body: NewHoldFields }>({
      method: 'POST',
      url: '/v1/retention/holds',
      config: { scopes: [] },
      schema: {
        operationId: 'createLegalHold',
        tags: ['operation'],
        summary: 'Keep what came in a time · 设立法律保全',
        description:
          'Until it is ended nothing of that time, and nothing younger, is dropped. 解除之前，该时段及其后的数据不予清理。',
        body: NewHoldBody,
        response: {
          201: answer('LegalHold', 'The hold · 保全'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { from, until, reason } = request.body
        if (Date.parse(until) <= Date.parse(from))
          throw new HubError('invalid_request', {
            issues: [{ path: '/until', code: 'E_SCHEMA', value: until, reason: 'a time after "from"' }],
          })
        const hold = await createLegalHold(pool, { from, until, reason }, whoOf(request))
        return reply.code(201).header('location', `/v1/retention/holds/${hold.id}`).send(hold)
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/retention/holds/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'endLegalHold',
        tags: ['operation'],
        summary: 'End a hold · 解除法律保全',
        description: 'It stays in the list, with who ended it. 记录保留，并注明解除人。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: {
          204: { description: 'Ended · 已解除', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        if (!(await endLegalHold(pool, id, whoOf(request))))
          throw new HubError('not_found', { detail: `legal hold ${id}` })
        return reply.code(204).send()
      },
    })
  }
