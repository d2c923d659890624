import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })

const client = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识'], ['`iss` and `sub`', 'iss 与 sub']),
  name: text(['Name', '名称']),
  scopes: field(
    Type.Array(Type.String()),
    ['Scopes', '权限范围'],
    ['Most that a token may have', '令牌至多具有的权限'],
  ),
  jwks: field(
    Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) }),
    ['Public keys', '公钥'],
    ['JWK Set (RFC 7517)', 'JWK 集'],
  ),
  createdAt: time(['Registered', '登记时间']),
  revokedAt: nullable(instant, ['Revoked', '吊销时间']),
  lastUsedAt: nullable(instant, ['Last used', '最近使用']),
  audiences: field(
    Type.Array(Type.String()),
    ['Audiences', '受众'],
    ['Values of `aud` that count here', '可用的 aud 取值'],
  ),
}

export const OauthClient = field(Type.Object(client), ['OAuth client', 'OAuth 客户端'])

export const OauthClientPage = field(listOf('clients', 'OauthClient'), ['OAuth clients', 'OAuth 客户端列表'])

export const OauthToken = field(
  Type.Object({
    access_token: text(['Token', '令牌'], ['Opaque; goes where a key goes', '不透明，用法与密钥相同']),
    token_type: field(Type.Literal('Bearer'), ['Kind', '类型']),
    expires_in: field(Type.Integer(), ['Seconds that it counts', '有效秒数']),
    scope: text(['Scopes', '权限范围'], ['Divided by blanks', '以空格分隔']),
  }),
  ['Access token', '访问令牌'],
)

export const OauthError = field(
  Type.Object({
    error: text(['Code', '错误码'], ['Of RFC 6749, 5.2', 'RFC 6749 第 5.2 节']),
    error_description: text(['Reason', '原因']),
    code: text(
      ['Code of the hub', '平台错误码'],
      ['With the other members of a problem', '同时包含问题详情的其他成员'],
    ),
  }),
  ['OAuth error', 'OAuth 错误'],
)
