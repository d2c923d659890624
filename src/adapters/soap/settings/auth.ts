import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { closed, constants, element } from './field.ts'

const username = field(
  Type.String({ minLength: 1, maxLength: 200 }),
  ['Name', '用户名'],
  ['The password is the secret password', '口令为密钥 password'],
)

const BASIC = field(
  Type.Object({ username }, closed),
  ['Basic', 'Basic 认证'],
  ['HTTP Basic', 'HTTP Basic 认证'],
)

const TOKEN = field(
  Type.Object(
    {
      username,
      type: Type.Optional(
        field(
          Type.Enum(['text', 'digest']),
          ['Form', '口令形式'],
          ['text where not given', '默认 text（明文）'],
        ),
      ),
    },
    closed,
  ),
  ['UsernameToken', '用户名令牌'],
  ['WS-Security, with the password as text or digest', 'WS-Security 用户名令牌，口令为明文或摘要'],
)

const HEADER = field(
  Type.Object(
    {
      name: field(
        Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" }),
        ['Header', '请求头名'],
        ['Header of HTTP that takes the secret token', '携带密钥 token 的 HTTP 请求头'],
      ),
      prefix: Type.Optional(
        field(
          Type.String({ maxLength: 40, pattern: '^[\\x20-\\x7e]*$' }),
          ['Before it', '前缀'],
          ['What stands before it, such as "Bearer "', '密钥之前的文字，如 "Bearer "'],
        ),
      ),
    },
    closed,
  ),
  ['Header of HTTP', 'HTTP 请求头'],
  ['The secret token in a header of HTTP', '密钥 token 放在 HTTP 请求头'],
)

const ELEMENT = field(
  Type.Object(
    {
      name: element(['Element', '元素名'], ['Element in the header of the envelope', '信封头中的元素']),
      namespace: field(
        Type.String({ minLength: 1, maxLength: 500 }),
        ['Namespace', '命名空间'],
        ['Of the element', '该元素的命名空间'],
      ),
      values: Type.Optional(
        constants(['Constants', '固定内容'], ['Such as the name of the user', '如用户名']),
      ),
      field: element(
        ['Secret in', '密钥所在'],
        ['Element in it that takes the secret password', '其中携带密钥 password 的元素'],
      ),
    },
    closed,
  ),
  ['Header of the envelope', '信封头'],
  ['An element of the service’s own in the header', '服务自定的信封头元素'],
)

const PARAMETER = field(
  Type.Object(
    {
      name: element(
        ['Parameter', '参数名'],
        ['Parameter that takes the secret token', '携带密钥 token 的参数'],
      ),
    },
    closed,
  ),
  ['Parameter', '参数'],
  ['The secret token among the parameters', '密钥 token 放在参数中'],
)

export const AuthSettings = field(
  Type.Object(
    {
      basic: Type.Optional(BASIC),
      usernameToken: Type.Optional(TOKEN),
      header: Type.Optional(HEADER),
      element: Type.Optional(ELEMENT),
      parameter: Type.Optional(PARAMETER),
    },
    closed,
  ),
  ['Access', '认证'],
  ['How the source knows the hub; several may be given', '来源如何识别平台，可同时使用多种'],
)
export type AuthSettings = Static<typeof AuthSettings>
