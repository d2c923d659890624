import type { FastifyPluginAsync } from 'fastify'
import { canonicalBody, receiptExample } from '#api/examples-push.ts'
import { IdempotencyHeader, type IdempotencyKey, idempotencyKeyOf } from '#api/idempotency.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds } from '#api/scopes.ts'
import { spokenIn, spokenReceipt } from '#api/spoken.ts'
import { unvalidatedBody } from '#api/validation.ts'
import { HubError } from '#core/errors.ts'

/** `POST /v1/records`: records that are canonical already. */
export const recordsPushRoutes =
  ({ intake, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    app.route<{ Headers: IdempotencyKey }>({
      method: 'POST',
      url: '/v1/records',
      config: { scopes: ['any'], unlogged: 'intake' },
      schema: {
        operationId: 'pushCanonicalRecords',
        tags: ['push'],
        summary: 'Push canonical records · 推送规范记录',
        description: [
          '`{kind, system, key, status?, …content}`, one or a list of at most 5,000, all of one system. Needs the scope `push:<system>`.',
          'The same promises as for records in a system’s own format.',
          '',
          '单条或数组（最多 5,000 条），须同属一个系统，需要 push:<系统> 权限；承诺与原格式推送相同。',
        ].join('\n'),
        headers: IdempotencyHeader,
        body: canonicalBody,
        response: {
          200: answer('Receipt', 'What became of each record · 每条记录的结果', receiptExample),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
      },
      validatorCompiler: unvalidatedBody(app),
      handler: async (request) => {
        const caller = callerOf(request)
        const receipt = await intake.pushCanonical({
          bytes: (request.body as Buffer | undefined) ?? Buffer.alloc(0),
          keyId: caller.keyId,
          headers: request.headers,
          ...idempotencyKeyOf(request),
          mayPush: (system) => {
            if (holds(caller, `push:${system}`)) return
            throw new HubError('forbidden', { detail: `needs the scope push:${system} or admin` })
          },
        })
        return spokenReceipt(receipt, spokenIn(request, language))
      },
    })
  }
