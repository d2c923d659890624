import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { FAMILIES, type Family } from '#core/retention/rules.ts'
import { component, count, nullable, text, time } from './fields.ts'

const LONGEST = 1200
const months = (family: Family, en: string, zh: string) =>
  field(
    Type.Integer({ minimum: FAMILIES[family].least, maximum: LONGEST }),
    [en, zh],
    [
      `Months that are kept beside the one that runs; at least ${FAMILIES[family].least}`,
      `除当月外保留的月数，至少 ${FAMILIES[family].least}`,
    ],
  )

const rules = {
  messages: months('messages', 'Messages and receipts', '报文与回执'),
  deliveries: months('deliveries', 'Deliveries', '投递记录'),
  audit: months('audit', 'Log of administration, deliveries and access', '审计日志'),
}
export const RetentionRules = field(Type.Object(rules), ['Months that are kept', '保留月数'])

export const LegalHold = field(
  Type.Object({
    id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
    from: time(['From', '起']),
    until: time(['Until', '止'], ['Not in it', '不含']),
    reason: text(['Reason', '原因']),
    createdAt: time(['Made', '设立时间']),
    createdBy: text(['Made by', '设立人'], ['A key, or administrator', '密钥标识或 administrator']),
    endedAt: nullable(Type.String({ format: 'date-time' }), ['Ended', '解除时间']),
    endedBy: nullable(Type.String(), ['Ended by', '解除人']),
  }),
  ['Legal hold', '法律保全'],
)

export const LegalHoldPage = field(listOf('holds', 'LegalHold'), ['Legal holds', '法律保全列表'])

export const Retention = field(
  Type.Object({
    rules: component('RetentionRules'),
    months: field(
      Type.Array(
        Type.Object({
          table: text(['Table', '表']),
          from: time(['From', '起']),
          until: time(['Until', '止']),
          size: count(['Bytes on disk', '占用字节']),
          due: field(Type.Boolean(), ['To be dropped', '待清理'], ['With the next night', '将于下一夜清理']),
        }),
      ),
      ['Months that are there', '现存月份'],
    ),
  }),
  ['What is kept', '数据保留'],
)
