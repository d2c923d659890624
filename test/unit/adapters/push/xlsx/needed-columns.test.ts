import { expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import type { ReadOptions } from '#core/source.ts'
import { refused } from './refused.ts'
import { type Made, rowsOf, workbook } from './workbook.ts'

const mappingOf = (xlsx: string) => {
  const { mapping, mistakes } = compileMapping({
    path: 'test.yaml',
    text: `mapping: a-system/harvest
version: 1
read: { format: xlsx${xlsx} }
key: [采收批号]
emit:
  - kind: production
    fields:
      occurredAt: { from: 日期, date: [yyyy-MM-dd] }
      sites.farm: { name: 基地 }
      product: { name: 品名 }`,
  })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  return mapping
}
const ALL = ', xlsx: { sheets: all }'
const FULL = rowsOf([
  ['采收批号', '日期', '基地', '品名'],
  ['A1', '2024-04-15', '一号', '番茄'],
])
const LACKING = rowsOf([
  ['采收批次', '日期', '基地', '品名'],
  ['B1', '2024-04-15', '一号', '番茄'],
  ['B2', '2024-04-15', '一号', '黄瓜'],
])
const TEXT = rowsOf([['请在台账中填写每日采收情况']])
const decoded = (made: Made, xlsx = '') => decodeMessage(workbook(made), mappingOf(xlsx).read as ReadOptions)
const REASON = 'no column 采收批号; the titles are 采收批次、日期、基地、品名'

test.each([
  ['of a book of one sheet, at its row', { rows: LACKING }, '', 'row 1'],
  [
    'that is read of several sheets, with the name of its sheet',
    { rows: FULL, before: [['五月', '', LACKING]] },
    '',
    '五月!row 1',
  ],
  [
    'that is the only one beside sheets of text, with the name of its sheet',
    { rows: LACKING, before: [['填写说明', '', TEXT]] },
    ALL,
    '台账!row 1',
  ],
  ['of a book of one sheet of which all are read', { rows: LACKING }, ALL, 'row 1'],
] as const)(
  'a table without the column of the key is refused once: one %s',
  async (_name, made, xlsx, at) => {
    const found = await refused(decoded(made, xlsx))
    expect(found).toMatchObject({ code: 'E_SCHEMA', at, reason: REASON })
    for (const said of [found.reason, found.fix ?? '']) expect(chineseReason(said)).toMatch(/\p{Script=Han}/u)
  },
)

test('of a book of several tables one without the column rejects its own rows alone, each at its sheet', async () => {
  const { records } = await decoded({ rows: FULL, before: [['五月', '', LACKING]] }, ALL)
  const mapped = records.map((record) => mappingOf(ALL).map(record, { receivedAtMs: Date.UTC(2024, 3, 16) }))
  expect(mapped.map(({ rejected, issues: [issue] }) => [rejected, issue?.code, issue?.path])).toEqual([
    [true, 'E_NO_KEY', '五月!row 2 (采收批号)'],
    [true, 'E_NO_KEY', '五月!row 3 (采收批号)'],
    [false, undefined, undefined],
  ])
})
