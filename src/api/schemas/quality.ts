import Type from 'typebox'
import { type Bilingual, field } from '#core/model/field.ts'
import { MEASURED_PARTS } from '#core/quality/record-counts.ts'
import { MATCH_TYPES } from '#core/quality/score.ts'
import { component, count, nullable, text } from './fields.ts'

export const QualityShare = field(
  Type.Object({
    count: count(['Count', '数量']),
    of: count(['Of', '总数']),
    share: nullable(
      Type.Number(),
      ['Share', '比例'],
      ['0 to 1, four decimals; null where there is nothing to judge', '0 至 1，四位小数；无可判断时为 null'],
    ),
  }),
  ['Share', '比例'],
)

const share = (title: Bilingual, description?: Bilingual) =>
  field(component('QualityShare') as never, title, description)
const each = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, component('QualityShare')]))
const number = (title: Bilingual, description?: Bilingual) => nullable(Type.Number(), title, description)

const score = {
  messages: field(
    Type.Object({ received: count(['Received', '接收']), refused: count(['Refused', '拒收']) }),
    ['Messages', '报文'],
  ),
  sourceRecords: field(
    Type.Object({
      received: count(['Received', '接收']),
      accepted: count(['Accepted', '接受']),
      unchanged: count(['Unchanged', '无变化']),
      rejected: count(['Rejected', '退回']),
    }),
    ['Source records', '来源记录'],
  ),
  records: count(['Versions of records', '记录版本数']),
  completeness: field(
    Type.Object({
      score: number(['Mean of the parts', '各项平均']),
      ...each(Object.keys(MEASURED_PARTS)),
    }),
    ['Completeness', '完整性'],
  ),
  validity: field(
    Type.Object({
      valid: share(['Not rejected', '未被退回']),
      flagged: share(['With a flag', '带质量标记']),
      flagsPerRecord: number(['Flags per record', '每条记录的标记数']),
    }),
    ['Validity', '有效性'],
  ),
  timeliness: field(
    Type.Object({
      within24h: share(['Within 24 hours', '24 小时内']),
      p50Minutes: number(['Median delay in minutes', '时延中位数（分钟）']),
      p95Minutes: number(['95th percentile in minutes', '时延 95 分位（分钟）']),
    }),
    ['Timeliness', '及时性'],
    ['From the event to its first receipt', '从事件发生到首次接收'],
  ),
  uniqueness: field(
    Type.Object({
      fresh: share(['Brought anything new', '带来新内容']),
      resent: share(['Sent again unchanged', '重复发送']),
      corrected: share(['Changed a known record', '同一主键内容变更']),
    }),
    ['Uniqueness', '唯一性'],
  ),
  match: field(
    Type.Object(each(MATCH_TYPES)),
    ['Match rate', '匹配率'],
    ['Numbers that another source record knows', '其他来源记录也提及的号码'],
  ),
  reasons: field(
    Type.Array(
      Type.Object({
        code: text(['Code', '代码']),
        field: text(['Field of the source', '来源字段']),
        count: count(['Times', '次数']),
        receipt: text(['One receipt that has it', '一份回执样例']),
      }),
    ),
    ['Worst reasons', '主要问题'],
    ['Most frequent first', '次数多的在前'],
  ),
}

export const SystemQuality = field(
  Type.Object({
    system: text(['System', '对接系统']),
    from: text(['First day', '起始日'], ['Beijing time', '北京时间']),
    to: text(['Last day', '截止日']),
    total: field(Type.Object(score), ['All days', '合计']),
    days: field(Type.Array(Type.Object({ day: text(['Day', '日期']), ...score })), ['Days', '逐日']),
  }),
  ['Quality of a system', '系统数据质量'],
  ['See docs/quality.md for what each figure counts', '各指标口径见 docs/quality.md'],
)
