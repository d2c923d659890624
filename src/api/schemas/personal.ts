import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { count } from './fields.ts'

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
