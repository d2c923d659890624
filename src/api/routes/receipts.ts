import { Readable } from 'node:stream'
import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { receiptExample } from '#api/examples-push.ts'
import { givesFullOnly, needFull, receiptOfShapes } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { type PageQuery, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { readSeenReceipt } from '#api/seen-receipt.ts'
import { spokenIn, spokenReceipt } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import { messageTime } from '#flow/intake/message-id.ts'
import { receiptOf } from '#flow/intake/stored-receipt.ts'
import { readPage } from '#flow/large/read-page.ts'
import { readMessage } from '#store/receipts.ts'
import { withSight } from '#store/sighted.ts'

/** Results of a large message in one page. */
const RESULTS_LIMIT = 1000
/** A place among the results. */
const PLACE = /^\d{1,9}$/

const ReceiptQuery = query({
  after: pageQuery.after,
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 5000,
      default: RESULTS_LIMIT,
      description: 'Most results · 最多条数',
    }),
  ),
})

const ReceiptParams = Type.Object({ id: Type.String({ description: 'Receipt number · 回执号' }) })

/** `GET /v1/receipts/{id}`, and `GET /v1/messages/{id}`: the bytes of the message itself. */
export const receiptRoutes =
  ({ pool, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/receipts/:id',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'getReceipt',
        tags: ['push'],
        summary: 'Receipt of a message · 查询回执',
        description: [
          'The receipt as its sender got it. Only the key that pushed the message, or one that sees its system, sees it; for all',
          'others it does not exist. That of a large message (202) says how far the hub is (`progress`) and brings the results of the',
          'records that are done, a page at a time, in the order in which they were done; `index` is the place in the message.',
          '',
          '仅推送该报文的密钥或可查看该系统的密钥可查；其余一律视为不存在。大报文（202）的回执含处理进度 progress，',
          '并按处理顺序分页返回已完成记录的结果，index 为其在报文中的序号。',
        ].join('\n'),
        params: ReceiptParams,
        querystring: ReceiptQuery,
        response: {
          200: answer('Receipt', 'The receipt · 回执', receiptExample),
          ...problems(400, 401, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const seen = await readSeenReceipt(pool, request, id)
        if (!seen) throw new HubError('not_found', { detail: `receipt ${id}` })
        const { stored, sight, isOwn } = seen
        const full = isOwn || (await givesFullOnly(pool, request, reply, { subject: `receipt ${id}` }))
        const spoken = (receipt: Receipt): Receipt =>
          spokenReceipt(full ? receipt : receiptOfShapes(receipt), spokenIn(request, language))
        const { after, limit = RESULTS_LIMIT } = request.query
        const from = Number(readCursor(after, PLACE)?.[0] ?? 0)
        if (!stored.progress) return spoken(receiptOf(stored))
        const { results, next } = await withSight(pool, sight, (reader) =>
          readPage(reader, stored, from, limit),
        )
        const page = { results, next: next === null ? null : writeCursor(next) }
        return spoken(receiptOf(stored, page))
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
      handler: async (request, reply) => {
        const { id } = request.params
        const message = messageTime(id) === null ? null : await readMessage(pool, id)
        if (!message) throw new HubError('not_found', { detail: `message ${id}` })
        await needFull(pool, request, { subject: id })
        // Never shown by a browser: the bytes are a stranger's.
        return reply
          .header('content-disposition', `attachment; filename="${id}"`)
          .type('application/octet-stream')
          .header('content-length', message.size)
          .send(Buffer.isBuffer(message.bytes) ? message.bytes : Readable.from(message.bytes))
      },
    })
  }
