import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { ROLES } from '#flow/operators/roles.ts'
import { nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })
const id = field(Type.String({ format: 'uuid' }), ['Identifier', '标识'])

export const Operator = field(
  Type.Object({
    id,
    name: text(['Name', '登录名']),
    role: field(Type.Enum([...ROLES]), ['Role', '角色'], ['One; nobody holds two', '仅一个，不得兼任']),
    createdAt: time(['Added', '创建时间']),
    disabledAt: nullable(instant, ['Disabled', '停用时间']),
    isEnrolled: field(Type.Boolean(), ['Has password and authenticator', '已设置口令与验证器']),
    isFederated: field(Type.Boolean(), ['Signs in by the provider', '由统一身份认证登录']),
    passwordAt: nullable(instant, ['Password set', '口令设置时间']),
    lastSeenAt: nullable(instant, ['Last seen', '最近活动']),
    sessions: field(Type.Integer({ minimum: 0 }), ['Sessions', '会话数']),
  }),
  ['Operator', '管理员'],
)

export const OperatorPage = field(listOf('operators', 'Operator'), ['Operators', '管理员列表'])

export const OperatorEnrolment = field(
  Type.Object({
    id,
    name: text(['Name', '登录名']),
    code: text(
      ['Code of enrolment', '登记码'],
      ['For /admin/enrol; shown only now', '用于 /admin/enrol，仅此一次显示'],
    ),
    otpauth: text(['For the authenticator', '验证器地址']),
    endsAt: time(['Until', '有效期至']),
  }),
  ['What the operator needs to enrol', '管理员登记所需'],
)
