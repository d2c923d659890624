import { describe, expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { refused } from './refused.ts'
import { rowsOf, workbook } from './workbook.ts'

const read = async (
  rows: readonly (readonly string[])[],
  xlsx: WorkbookOptions = {},
  merged: readonly string[] = [],
) =>
  (
    await decodeMessage(workbook({ rows: rowsOf(rows), merged }), {
      format: 'xlsx',
      xlsx: { header: [1, 2], ...xlsx },
    })
  ).records

const GROUPS = ['序号', '商品', '', '供货商', '', '备注']
const NAMES = ['', '名称', '数量(斤)', '名称', '电话', '']
const ROW = ['1', '青菜', '60', '示例商行', '0570-1', '作废']

describe('headings in two rows', () => {
  test('a group stands over the columns up to the next text of its row; what stands above or below nothing is a name alone', async () => {
    const [record] = await read([GROUPS, NAMES, ROW], { units: ['商品.数量'] })
    expect(record?.value).toEqual({
      序号: '1',
      商品: { 名称: '青菜', 数量: '60' },
      供货商: { 名称: '示例商行', 电话: '0570-1' },
      备注: '作废',
      unit: { 商品: { 数量: '斤' } },
    })
    expect(
      ['序号', '商品.数量', '供货商.名称', 'unit.商品.数量'].map((field) => record?.place(field)),
    ).toEqual(['A3 (序号)', 'C3 (商品.数量(斤))', 'D3 (供货商.名称)', 'C2 (商品.数量(斤))'])
  })

  test('cells merged over both rows are names alone, and so is what stands behind them in the second row', async () => {
    const merged = ['A1:A2', 'B1:C1']
    const [record] = await read(
      [
        ['序号', '商品', '', ''],
        ['', '名称', '产地', '备注'],
        ['1', '青菜', '余杭', 'x'],
      ],
      {},
      merged,
    )
    expect(record?.value).toEqual({ 序号: '1', 商品: { 名称: '青菜', 产地: '余杭', 备注: 'x' } })
    const [tall] = await read(
      [
        ['序号', ''],
        ['', '名称'],
        ['1', '青菜'],
      ],
      {},
      ['A1:A2'],
    )
    expect(tall?.value).toEqual({ 序号: '1', 名称: '青菜' })
  })

  test('a column of a group without a name of its own is called by its letter', async () => {
    const [record] = await read([
      ['商品', ''],
      ['', '名称'],
      ['x', '青菜'],
    ])
    expect(record?.value).toEqual({ A: 'x', 商品: { 名称: '青菜' } })
  })

  test('marks and sums are told by the whole name', async () => {
    const records = await read([GROUPS, NAMES, ROW, ['2', '〃', '5', '同上'], ['', '合计', '65']], {
      ditto: true,
      totals: { '商品.名称': ['合计'] },
    })
    expect(records.map(({ value }) => value)).toEqual([
      expect.objectContaining({ 序号: '1' }),
      { 序号: '2', 商品: { 名称: '青菜', '数量(斤)': '5' }, 供货商: { 名称: '示例商行' } },
    ])
  })

  test.each([
    [
      'a group that is a column as well',
      [
        ['商品', '', '商品'],
        ['名称', '产地', ''],
        ['a', 'b', 'c'],
      ],
      'C1',
    ],
    [
      'two columns of one name in one group',
      [
        ['商品', ''],
        ['名称', '名称'],
        ['a', 'b'],
      ],
      'B2',
    ],
    [
      'a group with a name that is not allowed',
      [
        ['__proto__', ''],
        ['名称', '产地'],
        ['a', 'b'],
      ],
      'A1',
    ],
    ['no row of groups', [[], ['名称', '产地'], ['a', 'b']], 'row 1'],
    ['no row of names', [['商品', '产地']], 'row 2'],
  ])('%s is refused at its cell', async (_, rows, at) => {
    expect(await refused(read(rows))).toMatchObject({ at, code: 'E_SCHEMA' })
  })
})
