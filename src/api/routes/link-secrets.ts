import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { signingScheme } from '#api/link-wish.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { HubError } from '#core/errors.ts'
import { rotateSigningKey, type SigningScheme } from '#store/link-secrets.ts'

const DAY_MS = 86_400_000
/** How long the secret before signs along where nothing is said: a day is enough for a person to put the new one in. */
const OVERLAP_MS = DAY_MS
const OVERLAP_MAX_DAYS = 30

const NewSecretBody = Type.Object(
  {
    signing: Type.Optional(signingScheme),
    oldValidUntil: Type.Optional(
      Type.String({
        format: 'date-time',
        description: `Until when the one before signs along: a day where nothing is said, at most ${OVERLAP_MAX_DAYS} days; a time that is over ends it at once · 旧密钥继续签名的期限`,
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'A change of secrets · 更换密钥',
    examples: [{ signing: 'v1', oldValidUntil: '2026-07-21T00:00:00Z' }],
  },
)

/** `POST /v1/links/{id}/secrets`. */
export const linkSecretRoutes =
  ({ pool, queues, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Body: { signing?: SigningScheme; oldValidUntil?: string } }>({
      method: 'POST',
      url: '/v1/links/:id/secrets',
      config: { scopes: [] },
      schema: {
        operationId: 'rotateLinkSecret',
        tags: ['links'],
        summary: 'Change the signing secret · 更换签名密钥',
        description: [
          'The new secret is shown only in this answer. Until `oldValidUntil` each message has two signatures, one by the new secret and one',
          'by the one before, so that the receiver can change when it likes. With `signing: v1a` the link signs with Ed25519 from now on:',
          'nobody else has the key, and the receiver is told `publicKey`, which `GET /v1/links/{id}` shows as well.',
          '',
          '新密钥仅此一次返回；在 oldValidUntil 之前，每个报文带新旧两个签名；signing 为 v1a 时使用 Ed25519，接收方只需公钥。',
        ].join('\n'),
        params: Type.Object({ id: Type.String({ format: 'uuid', description: 'Link · 链路' }) }),
        body: NewSecretBody,
        response: {
          201: answer('NewSecret', 'The new secret · 新密钥'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async ({ params: { id }, body }, reply) => {
        const nowMs = clock()
        const untilMs = body.oldValidUntil ? Date.parse(body.oldValidUntil) : nowMs + OVERLAP_MS
        if (untilMs > nowMs + OVERLAP_MAX_DAYS * DAY_MS) {
          throw new HubError('invalid_request', {
            issues: [
              {
                path: '/oldValidUntil',
                code: 'E_SCHEMA',
                reason: `at most ${OVERLAP_MAX_DAYS} days from now`,
              },
            ],
          })
        }
        const oldValidUntil = new Date(untilMs).toISOString()
        const made = await rotateSigningKey(pool, id, { scheme: body.signing ?? 'v1', oldValidUntil })
        if (!made) throw new HubError('not_found', { detail: `link ${id}` })
        await queues.wakeLink(id)
        return reply.code(201).send({ ...made, oldValidUntil })
      },
    })
  }
