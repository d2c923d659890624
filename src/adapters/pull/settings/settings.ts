import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { AuthSettings } from './auth.ts'
import { ENDPOINT } from './endpoint.ts'
import { closed, path } from './field.ts'
import { ConfirmSettings, CountsSettings, KeysSettings } from './more.ts'
import { PagingSettings } from './paging.ts'
import { WatermarkSettings } from './watermark.ts'

const VALUES = Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 50 })

const SuccessSettings = field(
  Type.Object(
    {
      path: path(['Member', '路径'], ['Where the answer says whether it is one', '应答中状态码的路径']),
      ok: field(VALUES, ['Success', '成功值'], ['Values that mean success', '表示成功的值']),
      auth: Type.Optional(
        field(
          VALUES,
          ['No access', '认证失败值'],
          ['Values that mean that the hub is not let in', '表示认证失败的值'],
        ),
      ),
      retry: Type.Optional(
        field(VALUES, ['Later', '重试值'], ['Values that mean: try later', '表示稍后重试的值']),
      ),
    },
    closed,
  ),
  ['Success', '成功判断'],
  ['For sources that answer 200 with an error of their own', '用于以 200 返回业务错误的来源'],
)

export const PullSettings = Type.Object(
  {
    ...ENDPOINT,
    contentType: Type.Optional(
      field(
        Type.String({ maxLength: 100, pattern: '^[\\w!#$&^.+-]+/[\\w!#$&^.+-]+$' }),
        ['Taken in as', '内容类型'],
        [
          'Content type under which pages are taken in, as `also` of the mapping names it; that of JSON where not given',
          '页面入库时的内容类型，与映射的 also 对应；默认 JSON',
        ],
      ),
    ),
    rows: Type.Optional(
      path(['Rows', '行'], ['Path of the list of rows; the root where not given', '行列表的路径，默认为根']),
    ),
    paging: Type.Optional(PagingSettings),
    watermark: Type.Optional(WatermarkSettings),
    auth: Type.Optional(AuthSettings),
    success: Type.Optional(SuccessSettings),
    keys: Type.Optional(KeysSettings),
    counts: Type.Optional(CountsSettings),
    confirm: Type.Optional(ConfirmSettings),
  },
  closed,
)
export type PullSettings = Static<typeof PullSettings>
export type SuccessSettings = Static<typeof SuccessSettings>
