import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { FLAGS, type Flag } from '#core/flags.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time } from './fields.ts'

const code = field(Type.Enum(Object.keys(FLAGS) as Flag[]), ['Code', '代码'])
const issues = field(Type.Array(component('Issue')), ['Issues', '问题'])
const origin = {
  system: text(['System', '对接系统']),
  record: text(['Record of the system', '来源记录名']),
  mapping: text(['Mapping and version', '映射及版本']),
}

export const Rejection = field(
  Type.Object({
    id: text(['Identifier', '标识']),
    ...origin,
    group: text(['Group', '分组'], ['The same for the same cause', '原因相同则相同']),
    message: text(['Message', '原始报文'], ['Of its last arrival', '最近一次到达的报文']),
    index: field(Type.Integer(), ['Place in the message', '报文中的序号']),
    key: nullable(Type.Array(Type.String()), ['Key of the source', '来源主键']),
    code,
    place: text(['Place', '位置']),
    issues,
    source: field(Type.Unknown(), ['Source record', '来源记录'], ['As it was decoded', '解码后的原始内容']),
    seen: count(['Times sent', '发送次数']),
    receivedAt: time(['Received', '接收时间']),
    lastSeen: time(['Last sent', '最近发送']),
    state: field(Type.Enum(['open', 'mended', 'dropped']), ['State', '状态']),
  }),
  ['Rejection', '待处理记录'],
)

export const RejectionPage = field(listOf('rejections', 'Rejection'), ['Rejections', '待处理记录列表'])

export const RejectionGroup = field(
  Type.Object({
    group: text(['Group', '分组'], ['For `?group=` of the list', '可用于列表的 group 参数']),
    ...origin,
    code,
    count: count(['Source records', '条数']),
    seen: count(['Times sent', '发送次数']),
    firstReceived: time(['First received', '最早接收']),
    lastSeen: time(['Last sent', '最近发送']),
    sample: text(['One of them', '其中一条']),
    issues,
  }),
  ['Group of rejections', '待处理分组'],
  ['One cause, mended once', '同一原因，一次修正'],
)

export const RejectionGroupPage = field(listOf('groups', 'RejectionGroup'), [
  'Groups of rejections',
  '待处理分组列表',
])
