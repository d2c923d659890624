import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { parseControlBody } from '#api/control-body.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { peerNamed } from '#api/peer-named.ts'
import { unvalidatedBody } from '#api/validation.ts'
import { HubError } from '#core/errors.ts'
import { readCountsQuestion, readKeysQuestion, type WrongQuestion } from '#core/reconcile/read-questions.ts'
import { checkDelivery } from '#flow/peers/check-delivery.ts'
import { answerCounts, answerKeys } from '#flow/reconcile/answer.ts'

const PeerParams = Type.Object({
  system: Type.String({ maxLength: 100, description: 'System of the peer · 对端平台的系统标识' }),
})
const hour = Type.String({
  description: 'Hour of the event in China, such as 2024-04-15T03 · 事件小时（北京时间）',
})
const bucket = Type.Object({ kind: Type.String(), region: Type.String(), hour: Type.String() })
const place = Type.String({
  description: 'First hexadecimal digits of SHA-256(id) · 记录标识 SHA-256 的前几位',
})
const after = Type.String({ description: '`next` of the page before · 上一页的 next' })
const CountsBody = Type.Partial(
  Type.Object({ link: Type.String(), from: hour, to: hour, untimed: Type.Boolean(), bucket, place, after }),
  { title: 'Question for counts · 数量查询' },
)
const KeysBody = Type.Partial(
  Type.Object({ link: Type.String(), bucket, place, ids: Type.Array(Type.String()), after }),
  { title: 'Question for keys · 主键查询' },
)

/** `POST /v1/peers/{system}/changes/counts` and `/keys`: what this hub has of a peer, as `openapi/receiver.json` asks. */
export const peerCountRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    // A signature is over the bytes as they were sent.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    const asked = async <T extends object>(
      request: FastifyRequest<{ Params: { system: string } }>,
      read: (body: unknown) => T | WrongQuestion,
    ): Promise<{ question: T; of: { filter: object; via: string } }> => {
      const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
      const peer = await peerNamed(pool, request.params.system)
      await checkDelivery(pool, peer.system, { headers: request.headers, bytes, nowMs: clock() })
      const question = read(parseControlBody(bytes))
      if ('reason' in question)
        throw new HubError('invalid_request', { issues: [{ ...question, code: 'E_SCHEMA' }] })
      return { question, of: { filter: {}, via: peer.system } }
    }
    const failures = problems(400, 401, 403, 404, 413, 415, 429, 503)

    app.route<{ Params: { system: string } }>({
      method: 'POST',
      url: '/v1/peers/:system/changes/counts',
      config: { scopes: ['push:{system}'], unlogged: 'asks' },
      schema: {
        operationId: 'countPeerChanges',
        tags: ['peers'],
        summary: 'What this hub has of a peer, by bucket · 对端平台数据的分组数字',
        description:
          'Count, mass and digest by kind, region and hour, or of the sixteen parts of one bucket; `openapi/receiver.json` says how they are made. 按类型、区划、小时给出数量、重量与摘要，或一个分组的十六个部分。',
        params: PeerParams,
        body: CountsBody,
        response: { 200: answer('PeerCounts', 'Figures · 数字'), ...failures },
      },
      validatorCompiler: unvalidatedBody(app),
      handler: async (request) => {
        const { question, of } = await asked(request, readCountsQuestion)
        return await answerCounts(pool, of, question)
      },
    })
    app.route<{ Params: { system: string } }>({
      method: 'POST',
      url: '/v1/peers/:system/changes/keys',
      config: { scopes: ['push:{system}'], unlogged: 'asks' },
      schema: {
        operationId: 'namePeerChanges',
        tags: ['peers'],
        summary: 'What this hub has of a peer, by record · 对端平台数据的主键',
        description:
          'Identifier, version and mass of the records of a bucket or of a part of it, or of the records that are named. 给出分组（或其部分）内、或所列记录的标识、版本与重量。',
        params: PeerParams,
        body: KeysBody,
        response: { 200: answer('PeerKeys', 'Keys and versions · 主键与版本'), ...failures },
      },
      validatorCompiler: unvalidatedBody(app),
      handler: async (request) => {
        const { question, of } = await asked(request, readKeysQuestion)
        return await answerKeys(pool, of, question)
      },
    })
  }
