import Type from 'typebox'
import { erasureScope } from '#api/erasure-scope.ts'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { count, nullable, text, time } from './fields.ts'

export const Erased = field(
  Type.Object({
    entry: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Entry of the log of evidence', '存证日志条目'],
      ['null: nothing was left to erase', 'null 表示已无可删除内容'],
    ),
    records: count(['Records', '记录数']),
    versions: count(['Versions', '版本数']),
    messages: count(['Messages whose bytes are gone', '已清除原文的报文数']),
    links: field(
      Type.Array(Type.String()),
      ['Links that see what is of persons', '可见个人信息的链路'],
      ['Their receivers must be told', '须另行通知其接收方'],
    ),
  }),
  ['What was erased', '删除结果'],
)

const counts = {
  records: count(['Records', '记录数']),
  versions: count(['Versions', '版本数']),
  messages: count(['Messages whose bytes are gone', '已清除原文的报文数']),
  rejections: count(['Rejections and parts that waited', '待处理与等待数据']),
}
const left = count(
  ['Old enough, and had to stay', '到期但须保留'],
  [
    'A legal hold, a case that is not ended or a recall closed within 180 days, work under way, or it tells of a later time',
    '法律保全、未结案件或结案未满 180 天的召回、处理中，或所述时间较晚',
  ],
)

export const ErasureRule = field(
  Type.Object({
    id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
    ...erasureScope,
    reason: text(['Reason', '依据']),
    createdAt: time(['Made', '设立时间']),
    createdBy: text(['Made by', '设立人'], ['A key, or administrator', '密钥标识或 administrator']),
    endedAt: nullable(Type.String({ format: 'date-time' }), ['Ended', '结束时间']),
    endedBy: nullable(Type.String(), ['Ended by', '结束人']),
    last: nullable(Type.Object({ ...counts, left }), ['The last reading', '最近一次执行']),
    total: field(Type.Object(counts), ['All readings', '累计']),
    doneAt: nullable(Type.String({ format: 'date-time' }), ['Read to the end', '最近完成时间']),
  }),
  ['Erasure rule', '删除规则'],
)

export const ErasureRulePage = field(listOf('rules', 'ErasureRule'), ['Erasure rules', '删除规则列表'])

export const ErasurePreview = field(
  Type.Object({
    records: counts.records,
    messages: count(
      ['Messages', '报文数'],
      ['By the class `messages`; those that brought the records are not counted', '按 messages 类别'],
    ),
    rejections: counts.rejections,
    left,
    complete: field(
      Type.Boolean(),
      ['Counted to the end', '是否统计完毕'],
      ['false: at least so many', 'false 表示至少'],
    ),
  }),
  ['What a rule would erase', '预览结果'],
)
