import Type, { type Static } from 'typebox'
import { closed } from '#adapters/paging/settings/field.ts'
import { field } from '#core/model/field.ts'

const NAME = '^[^\\s{}]{1,100}$'
const HEADER = "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"
const constant = Type.Union([Type.String({ maxLength: 2000 }), Type.Number(), Type.Boolean()])

const ADDRESS = field(
  Type.String({ minLength: 1, maxLength: 2000, pattern: '^https?://' }),
  ['Address', '地址'],
  [
    'Address of the interface. {name} in its path is filled with the parameter of that name',
    '接口地址；路径中的 {名称} 由同名参数填入',
  ],
)

const BODY = field(
  Type.Object(
    {
      format: field(
        Type.Enum(['json', 'form']),
        ['Form of the body', '请求体格式'],
        ['JSON, or fields of a form', 'JSON 或表单字段'],
      ),
      values: Type.Optional(
        field(
          Type.Record(Type.String({ pattern: NAME }), constant, { maxProperties: 100 }),
          ['Constants', '固定内容'],
          ['Dots in a name lead into a JSON body: page.size', '名称中的点表示 JSON 内层：page.size'],
        ),
      ),
    },
    closed,
  ),
  ['Body', '请求体'],
  [
    'Only with POST. Parameters of paging, watermark and signature go here and not into the query',
    '仅用于 POST；分页、增量、签名参数写入请求体而非查询串',
  ],
)

/** What every request has: where it goes, and constants. */
export const ENDPOINT = {
  url: ADDRESS,
  method: Type.Optional(
    field(Type.Enum(['GET', 'POST']), ['Method', '请求方法'], ['GET where not given', '默认 GET']),
  ),
  query: Type.Optional(
    field(
      Type.Record(Type.String({ pattern: NAME }), constant, { maxProperties: 100 }),
      ['Parameters', '查询参数'],
      ['Constants of the query', '固定的查询参数'],
    ),
  ),
  body: Type.Optional(BODY),
  headers: Type.Optional(
    field(
      Type.Record(
        Type.String({ pattern: HEADER }),
        Type.String({ maxLength: 2000, pattern: '^[^\\r\\n\\0]*$' }),
        {
          maxProperties: 50,
        },
      ),
      ['Headers', '请求头'],
      ['Constants, nothing secret: secrets have places of their own', '固定请求头，不得含密钥'],
    ),
  ),
} as const

export const EndpointSettings = Type.Object(ENDPOINT, closed)
export type EndpointSettings = Static<typeof EndpointSettings>
