import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { FORM, readForms } from '#api/form-body.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { problemOf } from '#api/problem.ts'
import { HubError } from '#core/errors.ts'
import { AssertionFault, provenClient } from '#flow/oauth/assertion.ts'
import { audiencesOf } from '#flow/oauth/audiences.ts'
import { makeToken, TOKEN_MS } from '#flow/oauth/token.ts'

const FORM_MAX = 16_384
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const NAMES = ['grant_type', 'client_assertion_type', 'client_assertion', 'scope', 'client_id'] as const

type OauthCode = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type'

/** What RFC 6749 wants an error to say, beside what every problem of the hub says. */
function refuse(reply: FastifyReply, error: OauthCode, reason: string): FastifyReply {
  const description = reason.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?')
  const members = { error, error_description: description }
  const code = error === 'invalid_client' ? 'unauthenticated' : 'invalid_request'
  const problem = problemOf(new HubError(code, { detail: description, members }), 'en', reply.request.id)
  return reply.code(problem.status).header('pragma', 'no-cache').type('application/json').send(problem)
}

/** `POST /oauth/token`: client credentials, proven by a signed assertion (RFC 6749, 4.4, and RFC 7523). */
export const oauthRoutes =
  ({ pool, clock, publicUrl }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    readForms(app, FORM_MAX)
    app.route<{ Body: URLSearchParams | undefined }>({
      method: 'POST',
      url: '/oauth/token',
      schema: {
        operationId: 'getToken',
        tags: ['keys'],
        summary: 'Get a token for a signed assertion · 以签名断言换取令牌',
        description: [
          'A form: `grant_type=client_credentials`, `client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer`,',
          '`client_assertion` (a JWT of RS256, PS256, ES256 or EdDSA with `iss`, `sub`, `aud`, `iat`, `exp`, `jti`), and `scope` where less is',
          'wanted than the client may have. Each assertion counts once. The token counts for ten minutes, as a key does.',
          '',
          '以表单提交；断言为 JWT，每个断言只能使用一次；令牌十分钟内有效，用法与密钥相同。',
        ].join('\n'),
        consumes: [FORM],
        response: {
          200: answer('OauthToken', 'The token · 令牌'),
          400: answer('OauthError', 'The request is malformed · 请求有误'),
          401: answer('OauthError', 'The client is not believed · 客户端未通过验证'),
          ...problems(413, 415, 429, 503),
        },
      },
      handler: async ({ body }, reply) => {
        const form = body ?? new URLSearchParams()
        for (const name of NAMES)
          if (form.getAll(name).length > 1) return refuse(reply, 'invalid_request', `${name} comes twice`)
        const grant = form.get('grant_type')
        if (grant === null) return refuse(reply, 'invalid_request', 'grant_type is missing')
        if (grant !== 'client_credentials')
          return refuse(reply, 'unsupported_grant_type', 'grant_type must be client_credentials')
        if (form.get('client_assertion_type') !== ASSERTION_TYPE)
          return refuse(reply, 'invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}`)
        const nowMs = clock()
        const audiences = await audiencesOf(pool, publicUrl)
        const assertion = form.get('client_assertion') ?? ''
        let client: Awaited<ReturnType<typeof provenClient>>
        try {
          client = await provenClient(pool, { assertion, audiences, nowMs })
        } catch (error) {
          if (error instanceof AssertionFault) return refuse(reply, 'invalid_client', error.message)
          throw error
        }
        const named = form.get('client_id')
        if (named !== null && named !== client.id)
          return refuse(reply, 'invalid_client', 'client_id is not that of the assertion')
        const wanted = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
        const scopes = wanted.length > 0 ? [...new Set(wanted)] : client.scopes
        if (!scopes.every((scope) => client.scopes.includes(scope)))
          return refuse(reply, 'invalid_scope', `the client may have: ${client.scopes.join(' ')}`)
        const token = await makeToken(pool, { clientId: client.id, scopes, expiresAtMs: nowMs + TOKEN_MS })
        return reply.header('pragma', 'no-cache').send({
          access_token: token,
          token_type: 'Bearer',
          expires_in: TOKEN_MS / 1000,
          scope: scopes.join(' '),
        })
      },
    })
  }
