import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { peerNamed } from '#api/peer-named.ts'
import { callerOf } from '#api/scopes.ts'
import { unvalidatedBody } from '#api/validation.ts'
import { HubError } from '#core/errors.ts'
import { checkDelivery } from '#flow/peers/check-delivery.ts'

const PeerParams = Type.Object({
  system: Type.String({ maxLength: 100, description: 'System of the peer · 对端平台的系统标识' }),
})

const ChangesBody = Type.Object(
  {
    link: Type.Optional(Type.String()),
    changes: Type.Array(Type.Unsafe<unknown>({ type: 'object' }), { minItems: 1, maxItems: 500 }),
  },
  { title: 'Batch of changes · 一批变更' },
)

/** `POST /v1/peers/{system}/changes`: the hub as a receiver of its own contract, `openapi/receiver.json`. */
export const peerChangeRoutes =
  ({ pool, intake, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    // A signature is over the bytes as they were sent.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    app.route<{ Params: { system: string } }>({
      method: 'POST',
      url: '/v1/peers/:system/changes',
      config: { scopes: ['push:{system}'], unlogged: 'intake' },
      schema: {
        operationId: 'takePeerChanges',
        tags: ['peers'],
        summary: 'Changes of another hub · 接收其他平台的变更',
        description: [
          'What `openapi/receiver.json` asks of a receiver, done by a hub. Records keep their identifier, system, key and version; each is owned',
          'by the hub at which it entered. A change of a record that another hub owns is kept as a claim: `ok` with the code `stored_as_claim`.',
          'Where the secret `webhook` is set for the system, each delivery must be signed with it within five minutes.',
          '',
          '平台作为接收方实现 openapi/receiver.json：记录保留标识、系统、主键与版本，归首次接入的平台所有；对他人记录的更改存为变更主张，',
          '返回 ok 与 stored_as_claim；设置了 webhook 密钥时须签名，时间相差不得超过 5 分钟。',
        ].join('\n'),
        params: PeerParams,
        body: ChangesBody,
        response: {
          200: answer('ChangesTaken', 'A verdict for each change · 每个变更的处理结果'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      validatorCompiler: unvalidatedBody(app),
      handler: async (request) => {
        const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
        const peer = await peerNamed(pool, request.params.system)
        await checkDelivery(pool, peer.system, { headers: request.headers, bytes, nowMs: clock() })
        if (bytes.length === 0) throw new HubError('empty_body')
        return { results: await intake.takeChanges({ peer, bytes, keyId: callerOf(request).keyId }) }
      },
    })
  }
