import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { closed, path } from './field.ts'

const VALUES = Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 50 })

export const SuccessSettings = field(
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
export type SuccessSettings = Static<typeof SuccessSettings>
