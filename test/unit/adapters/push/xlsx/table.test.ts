import { describe, expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { refused } from './refused.ts'
import { rowsOf, workbook } from './workbook.ts'

const read = async (rows: readonly (readonly string[])[], xlsx: WorkbookOptions = {}) =>
  (await decodeMessage(workbook({ rows: rowsOf(rows) }), { format: 'xlsx', xlsx })).records
const values = async (...given: Parameters<typeof read>) => (await read(...given)).map(({ value }) => value)

const NO_TITLE = 'no title row: the cell does not have the parts that it must have'

describe('the title above a table', () => {
  const title = { cell: 'A1', parts: ['market', 'stall', 'merchant'] }
  test('is taken apart at its blanks and stands in every record', async () => {
    const records = await read([[' 示例市场　C-032  小林示例菜摊 '], ['a'], ['1'], ['2']], {
      title,
      header: 2,
    })
    expect(records.map(({ value }) => value)).toEqual(
      ['1', '2'].map((a) => ({ a, title: { market: '示例市场', stall: 'C-032', merchant: '小林示例菜摊' } })),
    )
    expect(records[1]?.place('title.stall')).toBe('A1 (title.stall)')
    expect(records[1]?.place('a')).toBe('A4 (a)')
  })
  test.each([
    ['with too few parts', [['序号'], ['1']], NO_TITLE],
    ['with too many', [['a b c d'], ['x']], NO_TITLE],
    ['that is empty', [[''], ['x'], ['1']], NO_TITLE],
    ['of a sheet without rows', [], NO_TITLE],
  ])('%s is refused at its cell', async (_, rows, reason) => {
    expect(await refused(read(rows, { title, header: 2 }))).toMatchObject({
      at: 'A1',
      code: 'E_SCHEMA',
      reason,
    })
  })
})

describe('a book with a sheet for each month', () => {
  const title = { cell: 'A1', parts: ['stall', 'month'] }
  const options = { sheets: 'all', title, header: 2, ditto: true, units: ['数量'] } as const
  const month = (name: string, unit: string, ...rows: string[][]) =>
    rowsOf([[`C-032 ${name}`], ['序号', `数量(${unit})`], ...rows])
  const book = async (...before: (readonly [string, string, string])[]) =>
    (
      await decodeMessage(workbook({ before, rows: month('4月', '斤', ['1', '5'], ['同上', '6']) }), {
        format: 'xlsx',
        xlsx: options,
      })
    ).records

  test('gives the rows of all of them, each with its own title, headings and rows above', async () => {
    const records = await book(['五月', '', month('5月', '公斤', ['9', '7'])])
    expect(records.map(({ index, value }) => [index, value])).toEqual([
      [0, { 序号: '9', 数量: '7', title: { stall: 'C-032', month: '5月' }, unit: { 数量: '公斤' } }],
      [1, { 序号: '1', 数量: '5', title: { stall: 'C-032', month: '4月' }, unit: { 数量: '斤' } }],
      [2, { 序号: '1', 数量: '6', title: { stall: 'C-032', month: '4月' }, unit: { 数量: '斤' } }],
    ])
    expect(records.map(({ path }) => path)).toEqual(['五月!row 3', '台账!row 3', '台账!row 4'])
    expect(records[0]?.place('数量')).toBe('五月!B3 (数量(公斤))')
  })
  test('passes over sheets that are empty, hidden, or text', async () => {
    const records = await book(
      ['说明', '', rowsOf([['填写说明'], [], ['每日填写']])],
      ['Sheet2', '', ''],
      ['模板', 'state="hidden"', month('X月', '斤', ['8', '8'])],
    )
    expect(records.map(({ path }) => path)).toEqual(['台账!row 3', '台账!row 4'])
  })
  test('is refused for a table without a title, with the name of its sheet', async () => {
    const other = rowsOf([[''], ['序号', '数量(斤)'], ['1', '5']])
    expect(await refused(book(['五月', '', other]))).toMatchObject({ at: '五月!A1', reason: NO_TITLE })
  })
  test('may hold no more than one message, all sheets together', async () => {
    const reading = decodeMessage(
      workbook({
        before: [['五月', '', month('5月', '斤', ['1', '5'])]],
        rows: month('4月', '斤', ['1', '5']),
      }),
      { format: 'xlsx', xlsx: options, maxRecords: 1 },
    )
    expect(await refused(reading)).toMatchObject({ at: '台账!row 3' })
  })
})

describe('cells that are merged', () => {
  const rows = (...cells: (readonly string[])[]): string =>
    cells
      .map(
        (row, r) =>
          `<row r="${r + 1}">${row
            .map((cell, c) =>
              cell === '' ? '' : `<c r="${'ABC'[c]}${r + 1}" t="inlineStr"><is><t>${cell}</t></is></c>`,
            )
            .join('')}</row>`,
      )
      .join('')
  const merged = async (ranges: readonly string[], ...cells: (readonly string[])[]) =>
    (
      await decodeMessage(workbook({ rows: rows(...cells), merged: ranges }), { format: 'xlsx', xlsx: {} })
    ).records.map(({ value }) => value)

  test('over several rows have their value in each of them that has another', async () => {
    expect(
      await merged(
        ['A2:A4', 'C3:C4', 'A6:A9'],
        ['日期', '品名', '供货商'],
        ['4.15', '青菜', '甲'],
        ['', '番茄', '乙'],
        ['', '芹菜', ''],
        ['4.16', '茄子', ''],
        ['4.17', '黄瓜', ''],
        ['', '', ''],
        ['', '韭菜', ''],
      ),
    ).toEqual([
      { 日期: '4.15', 品名: '青菜', 供货商: '甲' },
      { 日期: '4.15', 品名: '番茄', 供货商: '乙' },
      { 日期: '4.15', 品名: '芹菜', 供货商: '乙' },
      { 日期: '4.16', 品名: '茄子' },
      { 日期: '4.17', 品名: '黄瓜' },
      { 日期: '4.17', 品名: '韭菜' },
    ])
  })
  test('over several columns have it in the first', async () => {
    expect(await merged(['A2:B2'], ['日期', '品名'], ['4.15', ''])).toEqual([{ 日期: '4.15' }])
  })
  test('are looked for behind however many rows, wherever the pieces of the part end', async () => {
    const many = Array.from({ length: 9000 }, (_, i) => ['', `番茄${i}`.padEnd(7 + (i % 11), '红'), ''])
    const found = await merged(
      ['A2:A9001'],
      ['日期', '品名', '供货商'],
      ['4.15', '青菜', ''],
      ...many.slice(1),
    )
    expect(found.every((value) => (value as { 日期?: string }).日期 === '4.15')).toBe(true)
    const few = Array.from({ length: 600 }, (_, i) => `B${2 + 4 * i}:B${3 + 4 * i}`)
    const values = await merged(
      few,
      ['日期', '品名'],
      ...Array.from({ length: 2400 }, (_, i) => [`d${i}`, i % 4 === 0 ? `p${i}` : '']),
    )
    expect(values.filter((value) => '品名' in (value as object))).toHaveLength(1200)
  })
  test('are no more than 10,000', async () => {
    const ranges = Array.from({ length: 10_001 }, (_, i) => `A${2 + 2 * i}:A${3 + 2 * i}`)
    expect(await refused(merged(ranges, ['日期'], ['4.15']))).toMatchObject({
      reason: expect.stringContaining('more than 10000 merged cells'),
    })
  })
})

describe('headings', () => {
  test('a unit in a heading is told beside the field', async () => {
    for (const [heading, unit] of [
      ['数量(斤)', '斤'],
      ['数量（公斤）', '公斤'],
      ['数量\n【 kg 】', 'kg'],
      ['数量/斤', '斤'],
    ]) {
      const [record] = await read(
        [
          [heading as string, '单价'],
          ['3', '2'],
        ],
        { units: ['数量'] },
      )
      expect(record?.value).toEqual({ 数量: '3', 单价: '2', unit: { 数量: unit } })
      expect(record?.place('unit.数量')).toMatch(/^A1 \(数量/)
    }
  })
  test('without a unit it is the plain field', async () => {
    expect(await values([['数量'], ['3']], { units: ['数量'] })).toEqual([{ 数量: '3' }])
    expect(await values([['数量备注'], ['3']], { units: ['数量'] })).toEqual([{ 数量备注: '3' }])
  })
  test('line breaks in a heading only make it narrow', async () => {
    expect(await values([['进货\r\n日期'], ['1']])).toEqual([{ 进货日期: '1' }])
  })
  test('a column without a heading is called by its letter, so that it shows as drift', async () => {
    expect(
      await values([
        ['a', '', 'c'],
        ['1', '2', '3', '4'],
        ['1', '', '', '5'],
      ]),
    ).toEqual([
      { a: '1', B: '2', c: '3', D: '4' },
      { a: '1', D: '5' },
    ])
  })
  test.each([
    ['twice the same', [['a', 'b', 'a'], ['1']], 'C1', 'two columns have this name'],
    ['twice the same behind a unit', [['数量(斤)', '数量(公斤)']], 'B1', 'two columns have this name'],
    ['a number', [['a', '45397']], 'B1', 'no header row: the columns cannot be told'],
    ['a name of a prototype', [['a', '__proto__']], 'B1', 'a column name that is not allowed'],
    ['no row', [], 'row 1', 'no header row: the columns cannot be told'],
  ])('%s is refused', async (_, rows, at, reason) => {
    expect(await refused(read(rows, { units: ['数量'] }))).toMatchObject({ at, reason })
  })
})

describe('rows', () => {
  test('a ditto mark takes the value of the row above, through further marks, and nothing where that is empty', async () => {
    const rows = [
      ['a', 'b'],
      ['x', ''],
      ['同上', '同上'],
      [' 〃 ', 'z'],
      ['y', '同上'],
    ]
    expect(await values(rows, { ditto: true })).toEqual([
      { a: 'x' },
      { a: 'x' },
      { a: 'x', b: 'z' },
      { a: 'y', b: 'z' },
    ])
  })
  test('with nothing above, or where the mapping does not ask for it, it stays as written', async () => {
    expect(await values([['a'], ['同上'], ['x']], { ditto: true })).toEqual([{ a: '同上' }, { a: 'x' }])
    expect(await values([['a'], ['x'], ['同上']])).toEqual([{ a: 'x' }, { a: '同上' }])
  })
  test('totals and blank rows are no records, and nothing that a mark can mean', async () => {
    const rows = [
      ['n', 'a'],
      ['1', 'x'],
      [' ', ''],
      ['合 计', '9'],
      ['2', '同上'],
    ]
    const records = await read(rows, { ditto: true, totals: { n: ['合计'] } })
    expect(records.map(({ index, path, value }) => [index, path, value])).toEqual([
      [0, 'row 2', { n: '1', a: 'x' }],
      [1, 'row 5', { n: '2', a: 'x' }],
    ])
  })
  test('more than the hub takes at once are refused', async () => {
    const bytes = workbook({ rows: rowsOf([['a'], ['1'], ['2'], ['3']]) })
    expect(await refused(decodeMessage(bytes, { format: 'xlsx', maxRecords: 2 }))).toMatchObject({
      at: 'row 4',
      reason: 'more than 2 records, 2 is the most in one post',
    })
  })
})
