import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { HubError } from '#core/errors.ts'
import { forgetSigners } from '#flow/signers/known-signers.ts'
import { readSignerMaterial, type SignerWish } from '#flow/signers/material.ts'
import {
  addSigningKey,
  listSigningKeys,
  revokeSigningKey,
  SIGNER_SCHEMES,
  setMustSign,
} from '#store/signing-keys.ts'

/** More are never needed for a change of keys, and each costs its check. */
const KEYS_MAX = 8

const SystemParams = Type.Object({ id: Type.String({ description: 'System · 对接系统' }) })
const instant = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const NewKeyBody = Type.Object(
  {
    scheme: Type.Enum([...SIGNER_SCHEMES], { description: 'How the system signs · 签名方式' }),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Name · 名称' })),
    secret: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          'Of `v1`: `whsec_` and base64 of 24 to 64 bytes; made here where it is absent · v1 的密钥，缺省由平台生成',
      }),
    ),
    publicKey: Type.Optional(
      Type.String({
        maxLength: 2000,
        description:
          'Of `v1a`: `whpk_` and base64. Of `vsm2`: 130 hexadecimal digits, or PEM · 公钥：v1a 为 whpk_ 加 base64；vsm2 为 130 位十六进制或 PEM',
      }),
    ),
    signer: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Identity of the signer with `vsm2` · vsm2 的签名者标识，默认 1234567812345678',
      }),
    ),
    endsAt: instant('When it ends · 到期时间'),
    othersEndAt: instant('When the keys before it end; they stay where nothing is said · 原有密钥的到期时间'),
  },
  {
    additionalProperties: false,
    title: 'New signing key · 新签名密钥',
    examples: [{ scheme: 'v1a', publicKey: 'whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' }],
  },
)

const RequiredBody = Type.Object(
  { required: Type.Boolean({ description: 'Whether it must sign · 是否必须签名' }) },
  { additionalProperties: false, title: 'Whether a system must sign · 是否必须签名' },
)

const unknown = (id: string): HubError => new HubError('not_found', { detail: `system ${id}` })

interface OfSystem {
  Params: { id: string }
}

/** `GET/POST/PATCH /v1/systems/{id}/signing-keys` and `DELETE /v1/systems/{id}/signing-keys/{key}`. */
export const signingKeyRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<OfSystem>({
      method: 'GET',
      url: '/v1/systems/:id/signing-keys',
      config: { scopes: [] },
      schema: {
        operationId: 'listSigningKeys',
        tags: ['keys'],
        summary: 'Keys with which a system signs · 对接系统的签名密钥',
        description: 'Ended and revoked ones too; a secret is in none. 含已到期与已吊销者，不含密钥本身。',
        params: SystemParams,
        response: { 200: answer('SigningKeys', 'The keys · 密钥'), ...problems(401, 403, 404, 429, 503) },
      },
      handler: async ({ params: { id } }) => {
        const found = await listSigningKeys(pool, id)
        if (!found) throw unknown(id)
        return { ...found, next: null }
      },
    })
    app.route<OfSystem & { Body: SignerWish & { endsAt?: string; othersEndAt?: string } }>({
      method: 'POST',
      url: '/v1/systems/:id/signing-keys',
      config: { scopes: [] },
      schema: {
        operationId: 'addSigningKey',
        tags: ['keys'],
        summary: 'Register a key with which a system signs · 登记签名密钥',
        description: [
          'Messages of the system that are signed (Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`) are from then on',
          'believed only where a signature fits one of its keys and the time is within five minutes. A key may be changed in time: both count',
          'until `othersEndAt`. A key that counts for another system is refused (409): what is signed does not say of which system it is.',
          '',
          '登记后，该系统带签名的报文须与其密钥之一相符，且时间相差不超过五分钟；更换密钥时新旧密钥在 othersEndAt 之前同时有效。已用于其他系统的密钥不予登记（409）。',
        ].join('\n'),
        params: SystemParams,
        body: NewKeyBody,
        response: {
          201: answer('NewSigningKey', 'The key · 密钥'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      handler: async ({ params: { id }, body }, reply) => {
        const { endsAt = null, othersEndAt = null, name = '', scheme } = body
        if (endsAt !== null && Date.parse(endsAt) <= clock())
          throw new HubError('invalid_request', {
            issues: [{ path: '/endsAt', code: 'E_SCHEMA', reason: 'the time is over already' }],
          })
        const { isMade, ...material } = readSignerMaterial(body)
        const key = { ...material, scheme, name, endsAt, othersEndAt, most: KEYS_MAX }
        const added = await addSigningKey(pool, id, key)
        if (added === 'no system') throw unknown(id)
        if (added === 'too many')
          throw new HubError('conflict', { detail: `a system has at most ${KEYS_MAX} keys that count` })
        if ('usedBy' in added)
          throw new HubError('conflict', {
            detail: `the key is one of ${added.usedBy}: each system has its own`,
          })
        forgetSigners(pool, id)
        return reply.code(201).send({ ...added, secret: isMade ? material.secret : null })
      },
    })
    app.route<OfSystem & { Body: { required: boolean } }>({
      method: 'PATCH',
      url: '/v1/systems/:id/signing-keys',
      config: { scopes: [] },
      schema: {
        operationId: 'requireSignatures',
        tags: ['keys'],
        summary: 'Say whether a system must sign · 设置是否必须签名',
        description:
          'A system that must sign is refused without a fitting signature, in every record. It counts at once in the process that answers, and within 5 s in all others. 必须签名的系统，未签名或签名不符的报文一律拒绝；其余进程 5 秒内生效。',
        params: SystemParams,
        body: RequiredBody,
        response: {
          200: answer('SigningKeys', 'The keys · 密钥'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async ({ params: { id }, body: { required } }) => {
        if (!(await setMustSign(pool, id, required))) throw unknown(id)
        forgetSigners(pool, id)
        const found = await listSigningKeys(pool, id)
        if (!found) throw unknown(id)
        return { ...found, next: null }
      },
    })
    app.route<{ Params: { id: string; key: string } }>({
      method: 'DELETE',
      url: '/v1/systems/:id/signing-keys/:key',
      config: { scopes: [] },
      schema: {
        operationId: 'revokeSigningKey',
        tags: ['keys'],
        summary: 'Revoke a signing key · 吊销签名密钥',
        description:
          'It ends at once in the process that answers, and within 5 s in all others. 其余进程 5 秒内生效。',
        params: Type.Object({
          id: Type.String({ description: 'System · 对接系统' }),
          key: Type.String({ format: 'uuid' }),
        }),
        response: {
          204: { description: 'Revoked · 已吊销', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id, key } }, reply) => {
        if (!(await revokeSigningKey(pool, id, key)))
          throw new HubError('not_found', { detail: `signing key ${key} of ${id}` })
        forgetSigners(pool, id)
        return reply.code(204).send()
      },
    })
  }
