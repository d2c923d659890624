import Type from 'typebox'
import { ERRORS, type ErrorCode } from '#core/errors.ts'
import { FLAGS, type Flag } from '#core/flags.ts'
import { field } from '#core/model/field.ts'
import { component, text } from './fields.ts'

export const Issue = field(
  Type.Object({
    path: text(
      ['Place in the source', '来源位置'],
      [
        'JSON pointer, element path or row, as the format names places; `?name` for a query parameter',
        'JSON 指针、元素路径或行号；查询参数写作 ?名称',
      ],
    ),
    code: field(Type.Enum(Object.keys(FLAGS) as Flag[]), ['Code', '代码']),
    value: Type.Optional(text(['Value found', '原值'])),
    target: Type.Optional(text(['Field of the record', '目标字段'])),
    reason: text(['Reason', '原因']),
    fix: Type.Optional(text(['How to mend it', '修正方法'])),
  }),
  ['Issue', '问题'],
)

export const Problem = field(
  Type.Object({
    type: text(['Address of the explanation', '说明地址']),
    title: text(['Title', '标题']),
    status: Type.Integer(),
    code: field(
      Type.Enum(Object.keys(ERRORS) as ErrorCode[]),
      ['Code', '代码'],
      ['Never changes', '固定不变'],
    ),
    detail: Type.Optional(text(['What exactly is wrong', '具体原因'])),
    fix: text(['What to do', '处理办法']),
    issues: Type.Optional(Type.Array(component('Issue'))),
    request: Type.Optional(text(['Number of the request', '请求编号'], ['For the operator', '供运维查询'])),
  }),
  ['Problem', '错误'],
  ['RFC 9457, with what to do about it', 'RFC 9457 错误说明，含处理办法'],
)
