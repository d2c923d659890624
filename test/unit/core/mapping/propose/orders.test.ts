import { expect, it } from 'vitest'
import { proposed } from './proposed.ts'

const at = { saleTime: '2026-04-01 08:00:00', seller: '示例商行', buyer: '示例饭店' }
const LINES = [
  { orderNo: 'SO1001', line: 1, ...at, goods: '番茄', lot: 'L0401A', weight: 12 },
  { orderNo: 'SO1001', line: 2, ...at, goods: '黄瓜', lot: 'L0401B', weight: 5 },
  { orderNo: 'SO1002', line: 1, ...at, goods: '番茄', lot: 'L0401C', weight: 7 },
] as const
const [FIRST, SECOND, THIRD] = LINES
const keyOf = async (sample: unknown): Promise<string | undefined> =>
  (await proposed(typeof sample === 'string' ? sample : JSON.stringify(sample))).mapping
    .split('\n')
    .find((line) => line.startsWith('key:'))
const csv = (...lines: string[]): string => `${lines.join('\r\n')}\r\n`
const renamed = (name: string) => LINES.map(({ line, ...rest }) => ({ ...rest, [name]: line }))
const unnumbered = LINES.map(({ line: _, ...rest }) => rest)

it('lines of orders are numbered by order and line, though each has a lot of its own', async () => {
  const { mapping, mistakes, mapped, open } = await proposed(JSON.stringify(LINES))
  expect(mistakes).toEqual([])
  expect(mapping).toMatch(/# CHECK: each record is taken for a line of orderNo[^\n]*\nkey: \[orderNo, line\]/)
  expect(open).toEqual([])
  expect(mapped.map(({ key }) => key)).toEqual([
    ['SO1001', '1'],
    ['SO1001', '2'],
    ['SO1002', '1'],
  ])
})

it.each(['lineNo', 'id', 'item_no', 'xh', '行号', '明细序号'])('a line may be called %s', async (name) => {
  expect(await keyOf(renamed(name))).toBe(`key: [orderNo, ${name}]`)
})

it('an order whose lines stand inside of it numbers none of them alone, even where each has one in the sample', async () => {
  const order = (...lines: object[]) => [{ orderNo: 'SO1001', ...at, lines }]
  const tomato = { goods: '番茄', lot: 'L0401A', weight: 12 }
  expect(await keyOf(order({ line: 1, ...tomato }, { line: 2, ...tomato }))).toBe('key: [base.orderNo, line]')
  expect(await keyOf(order({ line: 1, ...tomato }))).toBe('key: [base.orderNo, line]')
  expect(await keyOf(order(tomato))).toBe('key: [base.orderNo, lot]')
})

it('orders of one line each have the line in their key, where it is the first of each', async () => {
  expect(await keyOf([FIRST, THIRD])).toBe('key: [orderNo, line]')
  expect(await keyOf([FIRST])).toBe('key: [orderNo, line]')
  expect(await keyOf([FIRST, SECOND])).toBe('key: [orderNo, line]')
})

it('lines without a number are told apart by their lot beside the order, to be checked', async () => {
  const { mapping } = await proposed(JSON.stringify(unnumbered))
  expect(mapping).toMatch(/# CHECK[^\n]*orderNo that has no number[^\n]*\nkey: \[orderNo, lot\]/)
})

it('a number of the rows of a file is none of the lines of its orders', async () => {
  const heading = '单据号,序号,销售时间,商户名称,购买方,商品名称,批次号,重量(公斤)'
  const row = (order: string, no: number, lot: string) =>
    `${order},${no},2026-04-01 08:00:00,示例商行,示例饭店,番茄,${lot},12`
  expect(await keyOf(csv(heading, row('D1', 1, 'P1'), row('D1', 2, 'P2'), row('D2', 1, 'P3')))).toBe(
    'key: [单据号, 序号]',
  )
  expect(await keyOf(csv(heading, row('D1', 1, 'P1'), row('D1', 2, 'P2'), row('D2', 3, 'P3')))).toBe(
    'key: [单据号, 批次号]',
  )
  expect(await keyOf(csv(heading, row('D1', 1, 'P1'), row('D2', 2, 'P2')))).toBe('key: [单据号]')
})

it('a record that has a number of its own keeps it, whatever else is numbered in it', async () => {
  const rows = LINES.map((line, i) => ({ uuid: `f0000${i}-77`, ...line }))
  expect(await keyOf(rows)).toBe('key: [uuid]')
  expect(await keyOf(unnumbered.map((row, i) => ({ ...row, orderNo: `SO${i}`, itemNo: [3, 5, 3][i] })))).toBe(
    'key: [orderNo]',
  )
})

it('goods of several lines on one certificate are told apart by its lines', async () => {
  const heading = '合格证编号,行号,开具时间,生产者名称,品名,重量,采收批号'
  const row = (paper: string, line: number, lot: string) =>
    `${paper},${line},2026-03-05,示例专业合作社,番茄,12,${lot}`
  const sample = csv(
    heading,
    row('HGZ20260301-AB1', 1, 'CS1'),
    row('HGZ20260301-AB1', 2, 'CS2'),
    row('HGZ20260301-AB2', 1, 'CS3'),
  )
  expect(await keyOf(sample)).toBe('key: [合格证编号, 行号]')
})
