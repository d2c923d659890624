import type { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { headOf } from '#adapters/push/soap/head.ts'
import { CODING_NAMES, codingOf, isKnownCoding } from '#api/content-coding.ts'
import { largeReceiptExample, pushBody, pushReceipts, receiptExample } from '#api/examples-push.ts'
import { IdempotencyHeader, type IdempotencyKey, idempotencyKeyOf } from '#api/idempotency.ts'
import { logUnexpected } from '#api/logged-error.ts'
import { answer, answerWithExamples, problems } from '#api/openapi.ts'
import { ownAnswerOf, sendRefused, sendTaken } from '#api/own-answer.ts'
import type { RouteParts } from '#api/parts.ts'
import { hubErrorOf } from '#api/problem.ts'
import { createPushBodies, isLargeBody, prefersAsync } from '#api/push-body.ts'
import { contractOf } from '#api/soap/contract.ts'
import { checkEnvelopeHead, withCheckedHead } from '#api/soap/fault.ts'
import { admitByToken, mayBringToken } from '#api/soap/token.ts'
import { spokenIn, spokenReceipt } from '#api/spoken.ts'
import { unvalidatedBody } from '#api/validation.ts'
import type { SoapContract } from '#core/answer/answer.ts'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { unknownRecord } from '#flow/intake/target.ts'
import { isPushed, type Registry } from '#flow/systems/registry.ts'

const PushParams = Type.Object({
  system: Type.String({ description: 'System, such as jiaxing-wholesale · 对接系统' }),
  record: Type.String({ description: 'Record of the system, such as trade · 来源记录名' }),
})

interface Push {
  Params: { system: string; record: string }
  Headers: IdempotencyKey
}

/** `POST /v1/systems/{system}/records/{record}`: a message in the system's own format. */
export const pushRoutes =
  ({
    intake,
    registry,
    metrics,
    language,
    uploading,
    callers,
    chargeRecords,
  }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const bodies = createPushBodies(uploading)
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (request, payload, done) => bodies.read(request, payload, done))
    // Whatever goes wrong on this path, the key and the size included, is told in the words of the system.
    app.setErrorHandler((thrown, request, reply) => {
      const push = request as FastifyRequest<Push>
      const own = ownAnswerOf(registry, push.params)
      const error = hubErrorOf(thrown)
      if (!own) throw thrown
      logUnexpected(request, error)
      return sendRefused({ own, registry, language }, push, reply, error)
    })
    app.addHook('preClose', (done) => {
      bodies.stop()
      done()
    })
    app.route<Push>({
      method: 'POST',
      url: '/v1/systems/:system/records/:record',
      config: {
        scopes: ['push:{system}'],
        unlogged: 'intake',
        basic: 'taken',
        keyInBody: (request) =>
          contractOf(registry, request.params as Push['Params']) !== null && mayBringToken(request),
      },
      schema: {
        operationId: 'pushRecords',
        tags: ['push'],
        summary: 'Push records in the format of the system · 按系统原有格式推送记录',
        description: [
          'Up to 5,000 records or 8 MiB: done when answered, and a 2xx comes only after COMMIT. Every source record is accepted,',
          'unchanged or rejected; one bad record never blocks its neighbours. Sent again, the same records are unchanged. The content',
          'type and the meaning of the body follow the mapping of the record.',
          '',
          'A larger message (up to 2 GB), or one with `Prefer: respond-async`, is stored and answered with 202; the receipt at `Location`',
          'tells how far the hub is and what became of each record. A message that cannot be read to its end gives no record.',
          '`Content-Encoding` may be gzip, deflate or zstd; size and SHA-256 are those of the body without it.',
          '',
          '一次最多 5,000 条或 8 MiB，返回 2xx 即已提交入库；逐条接受、无变化或退回，互不影响；重复发送不会重复入库。',
          '',
          '更大的报文（至多 2 GB）或带有 Prefer: respond-async 的报文先保存并返回 202，处理进度与逐条结果见 Location 所指回执；',
          '不能完整读取的报文不会有任何记录入库。可用 gzip、deflate、zstd 压缩，大小与摘要按解压后计算。',
        ].join('\n'),
        params: PushParams,
        headers: IdempotencyHeader,
        body: pushBody,
        response: {
          200: answerWithExamples('Receipt', 'What became of each source record · 每条来源记录的结果', {
            rejected: { summary: 'One record rejected · 一条退回', value: receiptExample },
            ...pushReceipts,
          }),
          202: answer('Receipt', 'Stored, to be worked on · 已保存，待处理', largeReceiptExample),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
      },
      validatorCompiler: unvalidatedBody(app),
      // Before the body is read: what will not be taken costs no memory.
      preParsing: (request, _reply, payload, done) => {
        const check = (): void => {
          try {
            checkContentType(registry, request)
            done(null, payload)
          } catch (error) {
            done(error as HubError)
          }
        }
        if (request.caller) check()
        else admitByToken(callers, request, payload as Readable).then(check, done)
      },
      handler: (request, reply) => {
        const startedMs = performance.now()
        return take(intake, request, contractOf(registry, request.params)).then(
          (receipt) => {
            metrics.taken(receipt, (performance.now() - startedMs) / 1000)
            chargeRecords?.(request, receipt.received ?? 0)
            const later = receipt.state === 'waiting' || receipt.state === 'running'
            if (later) reply.code(202)
            if (later && prefersAsync(request)) reply.header('preference-applied', 'respond-async')
            // What became of each record is, or will be, readable at the receipt.
            if (later) reply.header('location', `/v1/receipts/${receipt.receipt}`)
            const own = ownAnswerOf(registry, request.params)
            if (!own) return spokenReceipt(receipt, spokenIn(request, language))
            return sendTaken({ own, registry, language }, request, reply, receipt)
          },
          (error: unknown) => {
            const known = hubErrorOf(error)
            metrics.refused(request.params.system, known.code)
            // What still comes of a large body is not read.
            if (isLargeBody(request.body)) reply.header('connection', 'close')
            throw known
          },
        )
      },
    })
  }

const EMPTY = Buffer.alloc(0)

// Async, so that what intake throws before it promises anything is a rejection too.
const take = async (
  intake: Intake,
  request: FastifyRequest<Push>,
  contract: SoapContract | null,
): Promise<Receipt> => {
  const { body, caller } = request
  if (!caller) throw new HubError('unauthenticated')
  if (contract && Buffer.isBuffer(body)) checkEnvelopeHead(headOf(body), contract)
  const message = {
    system: request.params.system,
    record: request.params.record,
    contentType: request.headers['content-type'] ?? '',
    keyId: caller.keyId,
    headers: request.headers,
    ...idempotencyKeyOf(request),
  }
  return isLargeBody(body)
    ? intake.pushLarge({
        ...message,
        chunks: contract ? withCheckedHead(body.chunks, contract) : body.chunks,
      })
    : intake.push({ ...message, bytes: (body as Buffer | undefined) ?? EMPTY })
}

function checkContentType(registry: Registry, { params, headers }: FastifyRequest<Push>): void {
  const system = registry.system(params.system)
  if (!system) {
    throw new HubError('unknown_system', {
      detail: params.system,
      members: { known: [...registry.systems.keys()] },
    })
  }
  const record = system.records.get(params.record)
  if (!record || !isPushed(record)) throw unknownRecord(system, params.record)
  const coding = codingOf(headers['content-encoding'])
  if (!isKnownCoding(coding)) {
    throw new HubError('unsupported_media_type', {
      detail: `content-encoding ${coding}: send the body as it is, or as ${CODING_NAMES.join(', ')}`,
      members: { accepted: record.accepts },
    })
  }
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!record.accepts.includes(type)) {
    throw new HubError('unsupported_media_type', {
      detail: type || 'no content type',
      members: { accepted: record.accepts },
    })
  }
}
