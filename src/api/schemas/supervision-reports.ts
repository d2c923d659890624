import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { EDITIONS } from '#store/supervision-reports.ts'
import { component, count, nullable, text, time } from './fields.ts'

const head = {
  id: text(['Report', '日报']),
  day: text(['Day', '日期']),
  edition: field(
    Type.Enum([...EDITIONS]),
    ['Edition', '版次'],
    ['morning, final of the next morning, asked', '早报、次日终报、按需'],
  ),
  version: count(['Version', '版本'], ['Counted up where the figures changed', '数据变化时递增']),
  region: nullable(Type.String(), ['Region', '区划']),
  site: nullable(Type.String(), ['Market', '市场']),
  position: nullable(
    Type.String(),
    ['Counted up to', '统计至日志位点'],
    ['Null for who sees a part', '仅见部分数据者为空'],
  ),
  madeAt: time(['Published', '发布时间']),
  digest: text(['SHA-256 of the figures', '数据的 SHA-256']),
}

export const SupervisionReportHead = field(Type.Object(head), ['A published report', '已发布日报'])
export const SupervisionReport = field(Type.Object({ ...head, report: component('SupervisionDay') }), [
  'A published report with its figures',
  '日报及数据',
])
