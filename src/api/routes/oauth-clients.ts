import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { refuseRights, refuseWatchers } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { readJwk } from '#core/signing/jwt.ts'
import { scopeIssues } from '#flow/keys.ts'
import { audiencesOf } from '#flow/oauth/audiences.ts'
import {
  insertOauthClient,
  listOauthClients,
  type OauthClient,
  patchOauthClient,
  readOauthClient,
  revokeOauthClient,
} from '#store/oauth-clients.ts'

const CLIENTS_MAX = 1000

const fields = {
  name: Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '\\S',
    description: 'Who will use it · 使用方名称',
  }),
  scopes: Type.Array(Type.String({ maxLength: 80 }), {
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    description: 'Most that its tokens may have · 令牌至多具有的权限',
  }),
  jwks: Type.Object(
    {
      keys: Type.Array(Type.Record(Type.String(), Type.Unknown(), { maxProperties: 30 }), {
        minItems: 1,
        maxItems: 8,
      }),
    },
    {
      additionalProperties: false,
      description:
        'Public keys (JWK Set): RSA of 2048 bits and more, P-256, Ed25519. Two while they are changed · 公钥（JWK 集），更换时可同时有两个',
    },
  ),
}
const NewClientBody = Type.Object(fields, {
  additionalProperties: false,
  title: 'New OAuth client · 新客户端',
})
const PatchBody = Type.Partial(Type.Object(fields), {
  additionalProperties: false,
  minProperties: 1,
  title: 'Changes to an OAuth client · 修改客户端',
})
const ClientParams = Type.Object({ id: Type.String({ format: 'uuid' }) })

interface Wish {
  readonly name: string
  readonly scopes: string[]
  readonly jwks: { readonly keys: OauthClient['jwks'] }
}

/** Refuses scopes that there are not, and keys that cannot be used. */
function checkWish({ scopes = [], jwks }: Partial<Wish>): void {
  const keys: Issue[] = (jwks?.keys ?? []).flatMap((jwk, i) =>
    readJwk(jwk)
      ? []
      : [
          {
            path: `/jwks/keys/${i}`,
            code: 'E_SCHEMA' as const,
            reason:
              'a public key to sign with, without its private part: RSA of 2048 bits and more, P-256 or Ed25519',
          },
        ],
  )
  const issues = [...scopeIssues(scopes), ...keys]
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}

const unknown = (id: string): HubError => new HubError('not_found', { detail: `OAuth client ${id}` })

/** `GET/POST /v1/oauth-clients`, `PATCH` and `DELETE /v1/oauth-clients/{id}`. */
export const oauthClientRoutes =
  ({ pool, callers, publicUrl }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const view = async (client: OauthClient) => ({
      ...client,
      jwks: { keys: client.jwks },
      audiences: await audiencesOf(pool, publicUrl),
    })
    app.route({
      method: 'GET',
      url: '/v1/oauth-clients',
      config: { scopes: [] },
      schema: {
        operationId: 'listOauthClients',
        tags: ['keys'],
        summary: 'OAuth clients, newest first · OAuth 客户端列表',
        description: 'Revoked ones too. 含已吊销者。',
        querystring: query({}),
        response: {
          200: answer('OauthClientPage', 'The clients · 客户端'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async () => ({
        clients: await Promise.all((await listOauthClients(pool, CLIENTS_MAX)).map(view)),
        next: null,
      }),
    })
    app.route<{ Body: Wish }>({
      method: 'POST',
      url: '/v1/oauth-clients',
      config: { scopes: [] },
      schema: {
        operationId: 'createOauthClient',
        tags: ['keys'],
        summary:
          'Register a client that proves itself with a key of its own · 登记以自有密钥证明身份的客户端',
        description:
          'It gets tokens at `/oauth/token` for assertions that it signs (`private_key_jwt`); the hub never learns its private key. Operators give neither `admin`, `audit` nor `personal`, nor `link:<id>` of a link that sees `personal` (403). 以自有私钥签名的断言换取令牌，平台不接触私钥。',
        body: NewClientBody,
        response: {
          201: answer('OauthClient', 'The client · 客户端'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { body } = request
        checkWish(body)
        await refuseRights(pool, request, body.scopes)
        const { name, scopes, jwks } = body
        const made = await insertOauthClient(pool, { id: randomUUID(), name, scopes, jwks: jwks.keys })
        return reply.code(201).send(await view(made))
      },
    })
    app.route<{ Params: { id: string }; Body: Partial<Wish> }>({
      method: 'PATCH',
      url: '/v1/oauth-clients/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'patchOauthClient',
        tags: ['keys'],
        summary: 'Change a client · 修改客户端',
        description:
          'Keys are given as a whole: both while they are changed. Operators change no client with scopes that they may not give (403). 公钥整体替换，更换期间请同时给出新旧两个。',
        params: ClientParams,
        body: PatchBody,
        response: {
          200: answer('OauthClient', 'The client · 客户端'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async (request) => {
        const {
          params: { id },
          body: { jwks, ...rest },
        } = request
        checkWish({ ...rest, ...(jwks ? { jwks } : {}) })
        // Who changes its keys has what it may.
        const known = (await readOauthClient(pool, id))?.scopes ?? []
        await refuseRights(pool, request, [...known, ...(rest.scopes ?? [])])
        const patched = await patchOauthClient(pool, id, { ...rest, ...(jwks ? { jwks: jwks.keys } : {}) })
        if (!patched) throw unknown(id)
        callers.forget()
        return await view(patched)
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'DELETE',
      url: '/v1/oauth-clients/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'revokeOauthClient',
        tags: ['keys'],
        summary: 'Revoke a client with its tokens · 吊销客户端及其令牌',
        description: 'At once in the process that answers, within 5 s in all others. 其余进程 5 秒内生效。',
        params: ClientParams,
        response: {
          204: { description: 'Revoked · 已吊销', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        refuseWatchers(request, (await readOauthClient(pool, id))?.scopes ?? [])
        if (!(await revokeOauthClient(pool, id))) throw unknown(id)
        callers.forget()
        return reply.code(204).send()
      },
    })
  }
