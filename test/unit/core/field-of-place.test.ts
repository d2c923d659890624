import { expect, it } from 'vitest'
import { fieldOfPlace } from '#core/issue.ts'

it.each([
  ['/1/billNo', 'billNo'],
  ['/7', ''],
  ['/body/list/3/hwlb/1/hwmc', 'hwmc'],
  ['dataStr/list/3/weight', 'weight'],
  ['row 7, 数量', '数量'],
  ['row 14', ''],
  ['line 3', ''],
  ['line 3, head.no', 'head.no'],
  ['line 3, hwlb.1.hwmc', 'hwlb.hwmc'],
  ['record 12, 品名', '品名'],
  ['B5 (进货日期)', '进货日期'],
  ['2024年4月!B5 (进货日期)', '进货日期'],
  ['2024年4月!row 7', ''],
  ['meat_out_info_detail[1]/tran_id', 'tran_id'],
  ['meat_out_info_detail[12]', 'meat_out_info_detail'],
])('the field of %s is %j, whatever row it stands in', (place, field) => {
  expect(fieldOfPlace(place)).toBe(field)
})
