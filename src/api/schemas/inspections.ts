import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { RECTIFICATIONS } from '#flow/supervision/list-inspections.ts'
import { component, count, nullable, text, time } from './fields.ts'

export const InspectionRecorded = field(
  Type.Object({
    id: text(['Identifier of the record', '记录标识']),
    version: count(['Version', '版本']),
    result: field(Type.Enum(['created', 'updated', 'voided', 'unchanged']), ['Result', '结果']),
  }),
  ['An inspection as it was written', '已写入的检查'],
)

export const ListedInspection = field(
  Type.Object({
    site: text(['Market', '市场'], ['Its code, or name@region', '代码，或 名称@区划']),
    rectification: field(
      Type.Enum([...RECTIFICATIONS]),
      ['What had to be put right', '整改情况'],
      [
        'none: nothing; mended: a later inspection of the same place, or one that answers the same findings, passed',
        'none 无需整改；mended 同一场所或回应同一发现的后续检查已通过',
      ],
    ),
    record: component('Inspection'),
  }),
  ['An inspection', '监管检查'],
)

export const InspectionPage = field(
  Type.Object({
    inspections: Type.Array(component('ListedInspection')),
    next: nullable(Type.String(), ['Cursor of the next page', '下一页游标']),
    asOf: field(
      Type.Object({
        complete: field(
          Type.Boolean(),
          ['Nothing waits', '已无待列入'],
          ['False while inspections that came just now are not listed yet', '刚收到的检查尚未列入时为 false'],
        ),
        at: time(['Read at', '读取时间']),
      }),
      ['As of', '截至'],
    ),
  }),
  ['One page of inspections', '检查列表一页'],
)
