import Type, { type Static } from 'typebox'
import { closed, name, path } from '#adapters/paging/settings/field.ts'
import { field } from '#core/model/field.ts'
import { PARAMETER_ALGORITHMS } from '#core/signing/parameters.ts'

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

const OAUTH2 = field(
  Type.Object(
    {
      tokenUrl: field(
        Type.String({ minLength: 1, maxLength: 2000, pattern: '^https?://' }),
        ['Address of tokens', '令牌地址'],
        ['Where a token is asked for', '换取令牌的地址'],
      ),
      clientId: field(
        Type.String({ minLength: 1, maxLength: 500 }),
        ['Client', '客户端标识'],
        ['Its secret is the secret clientSecret', '其密钥为 clientSecret'],
      ),
      scope: Type.Optional(
        field(
          Type.String({ maxLength: 500 }),
          ['Scope', '范围'],
          ['As the source names it', '按来源要求填写'],
        ),
      ),
      send: Type.Optional(
        field(
          Type.Enum(['form', 'json', 'basic']),
          ['How client and secret are sent', '客户端凭据的发送方式'],
          ['form where not given', '默认 form'],
        ),
      ),
      clientIdName: Type.Optional(
        name(['Name of the client', '客户端参数名'], ['client_id where not given', '默认 client_id']),
      ),
      clientSecretName: Type.Optional(
        name(
          ['Name of its secret', '客户端密钥参数名'],
          ['client_secret where not given', '默认 client_secret'],
        ),
      ),
      token: Type.Optional(
        path(
          ['Token', '令牌'],
          ['Path in the answer; access_token where not given', '应答中的路径，默认 access_token'],
        ),
      ),
      expires: Type.Optional(
        path(
          ['Seconds it holds', '有效秒数'],
          ['Path in the answer; expires_in where not given', '应答中的路径，默认 expires_in'],
        ),
      ),
      header: Type.Optional(
        name(
          ['Header', '请求头名'],
          [
            'Header that takes the token; Authorization where not given',
            '携带令牌的请求头，默认 Authorization',
          ],
        ),
      ),
      prefix: Type.Optional(
        field(
          Type.String({ maxLength: 40, pattern: '^[^\\r\\n\\0]*$' }),
          ['Before the token', '前缀'],
          ['"Bearer " where not given', '默认 "Bearer "'],
        ),
      ),
    },
    closed,
  ),
  ['OAuth 2', 'OAuth 2 令牌'],
  ['A token for client and secret (client credentials)', '以客户端凭据换取令牌'],
)

const SIGN = field(
  Type.Object(
    {
      algorithm: field(
        Type.Enum([...PARAMETER_ALGORITHMS]),
        ['Algorithm', '算法'],
        ['The key is the secret signSecret', '密钥为 signSecret'],
      ),
      parameter: name(['Signature', '签名参数'], ['Name that the signature goes by', '签名的参数名']),
      in: Type.Optional(
        field(
          Type.Enum(['parameters', 'query', 'header']),
          ['Where', '位置'],
          [
            'Where signature, timestamp and nonce go: with the other parameters where not given',
            '签名、时间戳、随机数的位置，默认与其他参数一起',
          ],
        ),
      ),
      order: Type.Optional(
        field(
          Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 100 }),
          ['Order', '参数顺序'],
          [
            'Names in the order in which they are signed, {body} for the text of the body; all, sorted, where not given',
            '参与签名的参数名顺序，{body} 表示请求体原文；不填则全部按名称排序',
          ],
        ),
      ),
      pair: Type.Optional(
        field(
          Type.Enum(['name=value', 'namevalue', 'value']),
          ['Pair', '拼接形式'],
          ['name=value where not given', '默认 name=value'],
        ),
      ),
      joiner: Type.Optional(
        field(Type.String({ maxLength: 10 }), ['Between them', '连接符'], ['& where not given', '默认 &']),
      ),
      secretAt: Type.Optional(
        field(
          Type.Enum(['none', 'front', 'back', 'both']),
          ['Place of the secret', '密钥位置'],
          ['In the text: back where not given, none for HMAC', '在待签文本中的位置，默认末尾；HMAC 默认不放'],
        ),
      ),
      secretName: Type.Optional(
        name(
          ['Name of the secret', '密钥参数名'],
          ['As &key=…; as it is where not given', '如 &key=…；不填则直接拼接'],
        ),
      ),
      encoding: Type.Optional(
        field(Type.Enum(['hex', 'base64']), ['Encoding', '编码'], ['hex where not given', '默认 hex']),
      ),
      letters: Type.Optional(
        field(
          Type.Enum(['lower', 'upper']),
          ['Letters', '大小写'],
          ['Of hex: lower where not given', '十六进制大小写，默认小写'],
        ),
      ),
      signsEmpty: Type.Optional(
        field(
          Type.Boolean(),
          ['Empty ones too', '空值参与签名'],
          ['Parameters without a value are left out where not given', '默认空值不参与签名'],
        ),
      ),
      timestamp: Type.Optional(
        field(
          Type.Object(
            {
              parameter: name(
                ['Parameter', '参数名'],
                ['Name of the time of the request', '请求时间的参数名'],
              ),
              format: Type.Optional(
                field(
                  Type.String({ minLength: 1, maxLength: 40 }),
                  ['Format', '格式'],
                  [
                    'epoch-ms where not given; epoch-s, iso or a pattern',
                    '默认 epoch-ms；可用 epoch-s、iso 或样式',
                  ],
                ),
              ),
            },
            closed,
          ),
          ['Timestamp', '时间戳'],
          ['The time of each request', '每次请求的时间'],
        ),
      ),
      nonce: Type.Optional(
        field(
          Type.Object(
            {
              parameter: name(['Parameter', '参数名'], ['Name of the random text', '随机数的参数名']),
              length: Type.Optional(
                field(
                  Type.Integer({ minimum: 8, maximum: 64 }),
                  ['Length', '长度'],
                  ['Characters; 32 where not given', '字符数，默认 32'],
                ),
              ),
            },
            closed,
          ),
          ['Nonce', '随机数'],
          ['A text that is another one in each request', '每次请求不同的随机文本'],
        ),
      ),
    },
    closed,
  ),
  ['Signature', '签名'],
  ['A digest over the parameters and a secret', '对参数与密钥计算摘要'],
)

export const AuthSettings = field(
  Type.Object(
    {
      header: Type.Optional(HEADER),
      query: Type.Optional(QUERY),
      basic: Type.Optional(BASIC),
      oauth2: Type.Optional(OAUTH2),
      sign: Type.Optional(SIGN),
    },
    closed,
  ),
  ['Access', '认证'],
  ['How the source knows the hub; several may be given', '来源如何识别平台，可同时使用多种'],
)
export type AuthSettings = Static<typeof AuthSettings>
export type OAuth2Settings = NonNullable<AuthSettings['oauth2']>
export type SignSettings = NonNullable<AuthSettings['sign']>
