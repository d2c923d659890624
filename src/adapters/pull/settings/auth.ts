import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { closed, name } from './field.ts'

const HEADER = field(
  Type.Object(
    {
      name: name(['Header', '请求头名'], ['Header that takes the secret token', '携带密钥 token 的请求头']),
      prefix: Type.Optional(
        field(
          Type.String({ maxLength: 40, pattern: '^[^\\r\\n\\0]*$' }),
          ['Before it', '前缀'],
          ['What stands before it, such as "Bearer "', '密钥之前的文字，如 "Bearer "'],
        ),
      ),
    },
    closed,
  ),
  ['Header', '请求头'],
  ['The secret token in a header', '密钥 token 放在请求头'],
)

const QUERY = field(
  Type.Object(
    {
      parameter: name(
        ['Parameter', '参数名'],
        ['Parameter that takes the secret token', '携带密钥 token 的参数'],
      ),
    },
    closed,
  ),
  ['Parameter', '参数'],
  ['The secret token among the parameters', '密钥 token 放在参数中'],
)

const BASIC = field(
  Type.Object(
    { username: name(['Name', '用户名'], ['The password is the secret password', '口令为密钥 password']) },
    closed,
  ),
  ['Basic', 'Basic 认证'],
  ['HTTP Basic', 'HTTP Basic 认证'],
)

export const AuthSettings = field(
  Type.Object(
    { header: Type.Optional(HEADER), query: Type.Optional(QUERY), basic: Type.Optional(BASIC) },
    closed,
  ),
  ['Access', '认证'],
  ['How the source knows the hub; several may be given', '来源如何识别平台，可同时使用多种'],
)
export type AuthSettings = Static<typeof AuthSettings>
