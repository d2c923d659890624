import { describe, expect, it } from 'vitest'
import { sniff } from '#adapters/push/sniff/sniff.ts'
import { rowsOf, workbook } from '../xlsx/workbook.ts'

const sniffed = (rows: readonly (readonly string[])[]) => sniff(workbook({ rows: rowsOf(rows) }))
const options = async (rows: readonly (readonly string[])[]) => (await sniffed(rows)).read.xlsx

const HEADING = ['序号', '日期', '品名', '数量(斤)', '供货商']
const ROW = ['1', '2024-04-15', '番茄', '120', '示例商行']

describe('a workbook is told by its bytes', () => {
  it('and declared as the content type of the format', async () => {
    expect(await sniffed([HEADING, ROW])).toEqual({
      read: { format: 'xlsx', xlsx: { header: 1, units: ['数量'] } },
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    })
  })
  it('a CSV file stays one, whatever it is called', async () => {
    const { read } = await sniff(Buffer.from('序号,品名\n1,番茄\n'))
    expect(read.format).toBe('csv')
  })
  it('one that is cut is refused with what its sender can do', async () => {
    const bytes = workbook({ rows: rowsOf([HEADING, ROW]) })
    await expect(sniff(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({ code: 'E_SCHEMA' })
  })
})

describe('the row of the headings', () => {
  it('is the first of which most cells are filled with texts: titles, notes and blank rows above are passed over', async () => {
    expect(await options([['2024'], [''], ['填表说明：请勿合并单元格'], HEADING, ROW])).toEqual({
      header: 4,
      units: ['数量'],
    })
  })
  it('is read as the reader reads it: a line break in it only makes the column narrow', async () => {
    expect(
      await options([
        ['序号', '数量\n(公斤)'],
        ['1', '3'],
        ['合计', '3'],
      ]),
    ).toMatchObject({
      units: ['数量'],
      totals: { 序号: ['合计'] },
    })
  })
  it('with one name twice is kept, so that the reader names the cell', async () => {
    expect(await options([['台账'], ['序号', '品名', '品名'], ['1', 'a', 'b']])).toEqual({ header: 2 })
  })
  it('of one unit for two names that would be one keeps both as they are written', async () => {
    expect(
      await options([
        ['数量(斤)', '数量(箱)', '品名'],
        ['3', '1', '番茄'],
      ]),
    ).toEqual({ header: 1 })
  })
})

describe('headings in two rows', () => {
  const TITLE = ['柯城示例农贸市场进货台账（2025年3月）']
  const GROUPS = ['序号', '进货日期', '商品信息', '', '', '供货商', '', '备注']
  const NAMES = ['', '', '名称', '产地', '数量(斤)', '名称', '联系电话', '']
  const FIRST = ['1', '2025-03-12', '青菜', '余杭', '60', '示例商行', '0570-1', '']
  const SUM = ['合计', '', '', '', '60', '', '', '']

  it('are the groups and the names inside them, whether cells are merged over both or not', async () => {
    const wanted = { header: [2, 3], units: ['商品信息.数量'], totals: { 序号: ['合计'] } }
    expect(await options([TITLE, GROUPS, NAMES, FIRST, SUM])).toEqual(wanted)
    const rows = rowsOf([TITLE, GROUPS, NAMES, FIRST, SUM])
    const merged = ['A2:A3', 'B2:B3', 'C2:E2', 'F2:G2', 'H2:H3']
    expect((await sniff(workbook({ rows, merged }))).read.xlsx).toEqual(wanted)
  })
  it('are told where the groups are few and names come twice', async () => {
    expect(
      await options([
        TITLE,
        ['', '', '买方', '', '卖方', ''],
        ['单号', '日期', '名称', '编码', '名称', '编码'],
        ['1', '2025-03-12', '甲', '3', '乙', '4'],
      ]),
    ).toEqual({ header: [2, 3] })
  })
  it.each([
    [
      'a first row of texts',
      [
        ['品名', '产地', '供货商', '备注'],
        ['青菜', '余杭', '示例商行', '无'],
      ],
      1,
    ],
    ['a row of remarks above', [['单位：示例市场', '', '', '2025年3月'], HEADING, ROW], 2],
    [
      'a row of texts with one more than there are headings',
      [
        ['品名', '产地', ''],
        ['青菜', '余杭', '好'],
      ],
      1,
    ],
  ])('%s is none of them', async (_, rows, header) => {
    expect(await options(rows)).toMatchObject({ header })
  })
})

describe('the title above a table', () => {
  it.each([
    ['示例农贸市场 C-032 小林示例菜摊 进货台账（2024年4月）', ['market', 'stall', 'owner', 'month']],
    ['示例农贸市场　A12号　销售台账', ['market', 'stall', 'sheet']],
    ['小林示例菜摊 销售台账', ['seller', 'sheet']],
    ['2024年4月15日 示例公司 第三页', ['date', 'owner', 'part3']],
  ])('%s says %j', async (text, parts) => {
    expect(await options([[text], HEADING, ROW])).toMatchObject({ title: { cell: 'A1', parts }, header: 2 })
  })
  it('that says neither whose table it is nor of which day is decoration', async () => {
    expect(await options([['进货台账 2024年4月'], HEADING, ROW])).not.toHaveProperty('title')
  })
})

describe('what people write into tables', () => {
  it('marks for "as above" and rows of sums are seen, each under its field', async () => {
    const rows = [
      HEADING,
      ROW,
      ['2', '同上', '黄瓜', '10', '〃'],
      ['', '', '小 计', '130', ''],
      ['合计', '', '', '130', ''],
    ]
    expect(await options(rows)).toEqual({
      header: 1,
      units: ['数量'],
      ditto: true,
      totals: { 品名: ['小计'], 序号: ['合计'] },
    })
  })
  it('a table without them has none of these options', async () => {
    expect(
      await options([
        ['品名', '供货商'],
        ['番茄', '示例商行'],
      ]),
    ).toEqual({ header: 1 })
  })
})
