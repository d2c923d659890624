import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { HELD_STATES } from '#store/held-changes.ts'
import { component, count, nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })

export const HeldChange = field(
  Type.Object({
    id: text(['Record', '记录标识']),
    version: field(Type.Integer(), ['Version', '版本']),
    position: nullable(
      Type.String(),
      ['Position', '位置'],
      ['Null for who sees a part of the log', '仅见部分数据者为 null'],
    ),
    lane: field(Type.Enum(['live', 'recall']), ['Lane', '通道']),
    state: field(Type.Enum([...HELD_STATES]), ['State', '状态']),
    attempts: count(['Tries', '尝试次数']),
    nextAt: nullable(instant, ['Next try', '下次尝试']),
    code: nullable(Type.String(), ['Code of the receiver', '接收方代码']),
    detail: nullable(Type.String(), ['Detail', '详情']),
    cause: nullable(
      Type.String(),
      ['Cause', '原因分组'],
      ['Code and words without what differs from change to change', '代码与去除差异后的说明'],
    ),
    reason: nullable(Type.String(), ['Why it was dropped', '放弃原因']),
    endedBy: nullable(Type.String(), ['Dropped by', '放弃人']),
    endedAt: nullable(instant, ['Dropped at', '放弃时间']),
    heldAt: time(['Held since', '滞留开始']),
  }),
  ['Held change', '滞留变更'],
)

export const HeldPage = field(listOf('held', 'HeldChange'), ['Held changes', '滞留变更列表'])

export const HeldGroup = field(
  Type.Object({
    cause: text(['Cause', '原因分组']),
    code: nullable(Type.String(), ['Code of the receiver', '接收方代码']),
    detail: nullable(Type.String(), ['Words on one of them', '其中一条的说明']),
    count: count(['Changes', '变更数']),
    kinds: field(Type.Array(Type.String()), ['Kinds', '类型']),
    since: time(['Oldest', '最早']),
    until: time(['Newest', '最近']),
    sample: field(
      Type.Object({ id: text(['Record', '记录标识']), version: field(Type.Integer(), ['Version', '版本']) }),
      ['One of them', '示例'],
    ),
    actor: field(Type.Enum(['receiver', 'operator']), ['Who must act', '处理方']),
    advice: text(['What to do', '建议']),
  }),
  ['Group of refused changes', '被拒变更分组'],
)

export const HeldGroups = field(
  Type.Object({ groups: Type.Array(component('HeldGroup')) }),
  ['Groups of refused changes', '被拒变更分组列表'],
  ['The largest first, at most 200', '数量多者在前，最多 200 组'],
)

export const HeldDetail = field(
  Type.Object({
    change: component('HeldChange'),
    record: nullable(
      Type.Unknown(),
      ['Canonical record', '规范记录'],
      ['As this version says', '该版本内容'],
    ),
    sent: nullable(
      Type.String(),
      ['As it was sent', '发送内容'],
      ['Of what the receiver refused; null where nothing was sent', '接收方拒绝的内容；未发送时为 null'],
    ),
  }),
  ['Held change with its record', '滞留变更详情'],
)

export const HeldResent = field(
  Type.Object({
    waiting: count(['Wait and go next', '已排队待发']),
    superseded: count(
      ['Superseded', '已被取代'],
      [
        'A newer version of the record has gone; that one goes again, and these are kept as dropped',
        '该记录较新版本已发送：重发较新版本，旧版本保留为已放弃',
      ],
    ),
  }),
  ['Changes sent again', '重发结果'],
)

export const HeldDropped = field(
  Type.Object({
    dropped: count(['Dropped', '已放弃'], ['Kept with reason, key and time', '保留原因、密钥与时间']),
  }),
  ['Changes dropped', '放弃结果'],
)
