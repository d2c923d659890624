import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { refuseRights, refuseWatchers } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { newKey, rotatedKey } from '#flow/keys.ts'
import { listKeys, readKey, revokeKey } from '#store/keys.ts'

const NewKeyBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '\\S',
      description: 'Who will use it · 使用方名称',
    }),
    scopes: Type.Array(Type.String({ maxLength: 200 }), {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description:
        '`push:<system>`, `read`, `read:<system>`, `read:region:<code>`, `case`, `audit`, `personal`, `metrics`, `link:<id>`, `admin` · 权限范围',
    }),
    expiresAt: Type.Optional(
      Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
        description: 'When it ends · 到期时间',
      }),
    ),
    unitsPerSecond: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()], {
        description:
          'What it may use in a second; what HUB_RATE_KEY says where nothing is said · 每秒额度，缺省为 HUB_RATE_KEY',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'New key · 新密钥',
    examples: [{ name: 'Jiaxing wholesale market', scopes: ['push:jiaxing-wholesale'] }],
  },
)

const DAY_S = 86_400
const RotateBody = Type.Object(
  {
    overlapSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30 * DAY_S,
        default: DAY_S,
        description: 'How long the old key still counts; a day where nothing is said · 旧密钥继续有效的秒数',
      }),
    ),
    expiresAt: Type.Optional(
      Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
        description: 'When the new one ends · 新密钥到期时间',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'A change of keys · 更换密钥',
    examples: [{ overlapSeconds: 86_400 }],
  },
)

interface NewKeyFields {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresAt?: string | null
  readonly unitsPerSecond?: number | null
}

/** Keys are few; one page holds them all. */
const KEYS_MAX = 1000

/** `POST /v1/keys`, `POST /v1/keys/{id}/rotate`, `GET /v1/keys` and `DELETE /v1/keys/{id}`. */
export const keyRoutes =
  ({ pool, callers, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Body: NewKeyFields }>({
      method: 'POST',
      url: '/v1/keys',
      config: { scopes: [] },
      schema: {
        operationId: 'createKey',
        tags: ['keys'],
        summary: 'Make a key · 创建密钥',
        description:
          'The key is shown in this answer and never again: only a keyed digest is stored. Operators give neither `admin`, `audit` nor `personal`, nor `link:<id>` of a link that sees `personal` (403). 密钥仅在此次返回，平台只保存摘要。管理员不能授予 admin、audit、personal 及可见 personal 的链路权限（403）。',
        body: NewKeyBody,
        response: { 201: answer('NewKey', 'The key · 密钥'), ...problems(400, 401, 403, 413, 415, 429, 503) },
      },
      handler: async (request, reply) => {
        const { body } = request
        await refuseRights(pool, request, body.scopes)
        const { key, stored } = await newKey(pool, body, clock())
        return reply
          .code(201)
          .header('location', `/v1/keys/${stored.id}`)
          .send({ ...stored, key })
      },
    })
    app.route<{ Params: { id: string }; Body: { overlapSeconds?: number; expiresAt?: string | null } }>({
      method: 'POST',
      url: '/v1/keys/:id/rotate',
      config: { scopes: [] },
      schema: {
        operationId: 'rotateKey',
        tags: ['keys'],
        summary: 'Change a key · 更换密钥',
        description:
          'A key with the same name and scopes, shown in this answer alone. The old one counts for `overlapSeconds` more, so that nothing is refused in between. Operators rotate no key with scopes that they may not give (403). 名称与权限不变；旧密钥在重叠期内仍有效，切换不中断。管理员不能更换其无权授予之权限的密钥（403）。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        body: RotateBody,
        response: {
          201: answer('NewKey', 'The key · 密钥'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const {
          params: { id },
          body: { overlapSeconds = DAY_S, expiresAt = null },
        } = request
        await refuseRights(pool, request, (await readKey(pool, id))?.scopes ?? [])
        if (expiresAt !== null && Date.parse(expiresAt) <= clock())
          throw new HubError('invalid_request', {
            issues: [{ path: '/expiresAt', code: 'E_SCHEMA', reason: 'the time is over already' }],
          })
        const oldEndsAtMs = clock() + overlapSeconds * 1000
        const { key, stored } = await rotatedKey(pool, id, { expiresAt, oldEndsAtMs })
        callers.forget()
        return reply
          .code(201)
          .header('location', `/v1/keys/${stored.id}`)
          .send({ ...stored, key })
      },
    })
    app.route({
      method: 'GET',
      url: '/v1/keys',
      config: { scopes: [] },
      schema: {
        operationId: 'listKeys',
        tags: ['keys'],
        summary: 'Keys, newest first · 密钥列表',
        description:
          'Revoked and expired ones too; the key itself is in none. 含已吊销与过期者，不含密钥本身。',
        querystring: query({}),
        response: { 200: answer('KeyPage', 'The keys · 密钥'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async () => ({ keys: await listKeys(pool, KEYS_MAX), next: null }),
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/keys/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'revokeKey',
        tags: ['keys'],
        summary: 'Revoke a key · 吊销密钥',
        description:
          'It ends at once in the process that answers, and within 5 s in all others. 应答进程立即生效，其余进程 5 秒内生效。',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: {
          204: { description: 'Revoked · 已吊销', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        refuseWatchers(request, (await readKey(pool, id))?.scopes ?? [])
        if (!(await revokeKey(pool, id))) throw new HubError('not_found', { detail: `key ${id}` })
        callers.forget()
        return reply.code(204).send()
      },
    })
  }
