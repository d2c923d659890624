import { expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { chineseReason } from '#core/mapping/reasons.ts'

const readOf = (key: string, more = '') => {
  const { mapping, mistakes } = compileMapping({
    path: 'test.yaml',
    text: `mapping: a-system/harvest
version: 1
read: { format: csv${more} }
key: ${key}
emit:
  - kind: production
    fields:
      occurredAt: { from: 日期, date: [yyyy-MM-dd] }
      sites.farm: { name: 基地 }
      product: { name: 品名 }`,
  })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  return mapping.read
}
const decoded = async (text: string, key = '[采收批号]', more = '') =>
  decodeMessage(Buffer.from(text), readOf(key, more)).then(
    ({ records }) => records.length,
    ({ at, reason, fix, code }) => {
      for (const one of [reason, fix]) expect(chineseReason(one)).toMatch(/\p{Script=Han}/u)
      return `${code} ${at}: ${reason}`
    },
  )

test('a table without a column of the key is refused once, with the column and the titles that there are', async () => {
  expect(await decoded('采收批次,日期,基地\n1,2024-04-15,张三基地\n2,2024-04-15,甲\n')).toBe(
    'E_SCHEMA title row: no column 采收批号; the titles are 采收批次、日期、基地',
  )
})

test.each([
  ['JSON', '[{"采收批号":"A1","日期":"2024-04-15"},{"采收批号":"A2"}]'],
  ['a row of a file without titles', 'A20240415001,张三,番茄,合格'],
  ['a line too long to be a title', `${'甲'.repeat(21)},日期`],
])('nothing is shown of what may be a row: %s', async (_name, text) => {
  expect(await decoded(`${text}\n1,2,3,4`)).toBe(
    'E_SCHEMA title row: no column 采收批号; the first row is no title row of this record',
  )
})

test('titles that a wrong character set destroyed are told so', async () => {
  expect(await decoded('锟斤拷锟斤拷,日期\n1,2024-04-15')).toMatch(
    /^E_ENCODING title row: no column 采收批号; |^E_ENCODING title row: no column 采收批号: /,
  )
})

test.each([
  ['the column', '采收批号,日期\nA1,2024-04-15', '[采收批号]', ''],
  ['one of two', '旧批号,日期\nA1,2024-04-15', '[{ from: [采收批号, 旧批号] }]', ''],
  ['a part that may be missing', '日期\n2024-04-15', '[日期, { from: 采收批号, optional: true }]', ''],
  ['what is no field', '日期\n2024-04-15', '[日期, { const: X }]', ''],
  ['another spelling', ' PANUMBER ,日期\nA1,2024-04-15', '[PANumber]', ', names: any-case'],
  ['titles that the mapping itself says', 'A1,2024-04-15', '[a]', ', csv: { header: [a, 日期] }'],
])('a table is read that has %s', async (_name, text, key, more) => {
  expect(await decoded(text, key, more)).toBe(1)
})
