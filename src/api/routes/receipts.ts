import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { receiptExample } from '#api/examples.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds } from '#api/scopes.ts'
import { spokenIn, spokenReceipt } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { messageTime } from '#flow/intake/message-id.ts'
import { receiptOf } from '#flow/intake/stored-receipt.ts'
import { readMessageBytes, readReceipt } from '#store/receipts.ts'

const ReceiptParams = Type.Object({ id: Type.String({ description: 'Receipt number · 回执号' }) })

/** `GET /v1/receipts/{id}`, and `GET /v1/messages/{id}`: the bytes of the message itself. */
export const receiptRoutes =
  ({ pool, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/receipts/:id',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'getReceipt',
        tags: ['push'],
        summary: 'Receipt of a message · 查询回执',
        description: [
          'The receipt as its sender got it. Only the key that pushed the message, or one with the scope `read`, sees it; for all',
          'others it does not exist.',
          '',
          '仅推送该报文的密钥或具有 read 权限的密钥可查；其余一律视为不存在。',
        ].join('\n'),
        params: ReceiptParams,
        response: {
          200: answer('Receipt', 'The receipt · 回执', receiptExample),
          ...problems(401, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        const stored = messageTime(id) === null ? null : await readReceipt(pool, id)
        const caller = callerOf(request)
        const own = stored !== null && caller.keyId !== null && stored.keyId === caller.keyId
        if (!stored || !(own || holds(caller, 'read')))
          throw new HubError('not_found', { detail: `receipt ${id}` })
        return spokenReceipt(receiptOf(stored), spokenIn(request, language))
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/messages/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'getMessage',
        tags: ['push'],
        summary: 'Bytes of a message as received · 原始报文',
        description: 'Unchanged, byte for byte. 逐字节保持原样。',
        params: ReceiptParams,
        response: {
          200: {
            description: 'The bytes · 原始字节',
            content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          },
          ...problems(401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id } }, reply) => {
        const message = messageTime(id) === null ? null : await readMessageBytes(pool, id)
        if (!message) throw new HubError('not_found', { detail: `message ${id}` })
        // Never shown by a browser: the bytes are a stranger's.
        return reply
          .header('content-disposition', `attachment; filename="${id}"`)
          .type('application/octet-stream')
          .send(message.bytes)
      },
    })
  }
