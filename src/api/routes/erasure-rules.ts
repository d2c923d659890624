import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { erasureScope } from '#api/erasure-scope.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { whoOf } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import type { ErasureScope } from '#core/retention/erasure-rules.ts'
import { previewRule, setErasureRule } from '#flow/personal/set-rule.ts'
import { endErasureRule, listErasureRules, type NewErasureRule } from '#store/personal/erasure-rules.ts'

/** Rules are few; one page holds them all. */
const RULES_MAX = 1000
/** A preview counts for no longer, in milliseconds. */
const PREVIEW_MS = 5000

const example = { classes: ['records', 'messages'], afterDays: 1096 }

const NewRuleBody = Type.Object(
  {
    ...erasureScope,
    reason: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: '\\S',
      description: 'By which decision; nothing of a person · 依据，勿写个人信息',
    }),
  },
  {
    additionalProperties: false,
    title: 'New erasure rule · 新删除规则',
    examples: [{ ...example, reason: 'Retention plan 2026, no. 4' }],
  },
)

const ScopeBody = Type.Object(erasureScope, {
  additionalProperties: false,
  title: 'What a rule would be about · 规则范围',
  examples: [example],
})

/** `GET/POST /v1/personal/rules`, `POST /v1/personal/rules/preview` and `DELETE /v1/personal/rules/{id}`. */
export const erasureRuleRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/personal/rules',
      config: { scopes: [] },
      schema: {
        operationId: 'listErasureRules',
        tags: ['operation'],
        summary: 'By which rules what is of persons is erased · 个人信息删除规则列表',
        description:
          'Those in force first, each with what it erased and what it had to leave. 生效者在前，附删除与保留数量。',
        querystring: query({}),
        response: {
          200: answer('ErasureRulePage', 'The rules · 列表'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async () => ({ rules: await listErasureRules(pool, RULES_MAX), next: null }),
    })
    app.route<{ Body: NewErasureRule }>({
      method: 'POST',
      url: '/v1/personal/rules',
      config: { scopes: [] },
      schema: {
        operationId: 'createErasureRule',
        tags: ['operation'],
        summary: 'Erase what is of persons when it is old · 设立到期删除规则',
        description: [
          'Each night what is older is erased as on request (`POST /v1/personal/erasures`). Shorter than the law wants it is refused, and `issues` name the article. What a legal hold covers, or a',
          'case that is not ended or a recall that was closed within 180 days is about, stays until then. What is erased does not come back: ask for a preview first.',
          '',
          '每夜将超期的个人信息按删除请求的方式删除；短于法定期限的规则予以拒绝并指出条款；法律保全、未结案件及结案未满 180 天的召回所涉内容保留至其结束。删除不可恢复，请先预览。',
        ].join('\n'),
        body: NewRuleBody,
        response: {
          201: answer('ErasureRule', 'The rule · 规则'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) =>
        reply.code(201).send(await setErasureRule(pool, request.body, whoOf(request))),
    })
    app.route<{ Body: ErasureScope }>({
      method: 'POST',
      url: '/v1/personal/rules/preview',
      config: { scopes: [] },
      schema: {
        operationId: 'previewErasureRule',
        tags: ['operation'],
        summary: 'What a rule would erase now · 预览删除范围',
        description:
          'Counts and writes nothing; for five seconds at most, `complete` says whether that was enough. 只统计不写入，至多五秒。',
        body: ScopeBody,
        response: {
          200: answer('ErasurePreview', 'The counts · 数量'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request) => {
        const until = performance.now() + PREVIEW_MS
        return await previewRule(pool, request.body, {
          nowMs: clock(),
          mayGoOn: () => performance.now() < until,
        })
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/personal/rules/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'endErasureRule',
        tags: ['operation'],
        summary: 'End a rule · 结束删除规则',
        description:
          'It stays in the list, with who ended it; what it erased stays erased. 规则留存并注明结束人；已删除内容不恢复。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: {
          204: { description: 'Ended · 已结束', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        if (!(await endErasureRule(pool, id, whoOf(request))))
          throw new HubError('not_found', { detail: `erasure rule ${id}` })
        return reply.code(204).send()
      },
    })
  }
