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

export const Waiting = field(
  Type.Object({
    waits: field(
      Type.Enum(['base', 'detail', 'reference']),
      ['What waits', '等待者'],
      [
        'base: no detail has come for it; detail: its base has not come (it is rejected too); reference: the lot it names has no record',
        'base：尚无明细；detail：缺主表（同时被退回）；reference：所引批次尚无记录',
      ],
    ),
    record: text(['Record of the system', '来源记录名']),
    key: text(
      ['What is looked for', '匹配值'],
      ['Values of the join, or the code of the lot', '关联字段的值，或批次代码'],
    ),
    receipt: text(['Receipt of its message', '所属报文的回执']),
    index: nullable(
      Type.Integer(),
      ['Place in the message', '报文中的序号'],
      ['null for a base', '主表为 null'],
    ),
    place: text(['Place', '位置']),
    id: nullable(Type.String(), ['Record that refers to it', '引用它的规范记录']),
    since: time(['Waits since', '开始等待']),
    lastSeen: time(['Last sent', '最近发送']),
  }),
  ['Waiting part', '等待中的部分'],
)

export const WaitingPage = field(listOf('waiting', 'Waiting'), ['Waiting parts', '等待中的部分列表'])
