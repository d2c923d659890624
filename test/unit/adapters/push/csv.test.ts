import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { gb18030 } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

const csv = (text: string | Uint8Array, options: DecodeOptions['csv'] = {}) =>
  decode(Buffer.from(text as string), { format: 'csv', csv: options })

describe('CSV', () => {
  test('rows are records by the names of the title row, counted below it', () => {
    const { records, encoding } = csv(
      gb18030('编号, 货主名 ,数量\r\n3308000901,衢江㛃养殖场,贰拾头\r\n0012,"a,b ""c""",\r\n'),
    )
    expect(encoding).toBe('gb18030')
    expect(records.map((record) => record.value)).toEqual([
      { 编号: '3308000901', 货主名: '衢江㛃养殖场', 数量: '贰拾头' },
      { 编号: '0012', 货主名: 'a,b "c"', 数量: '' },
    ])
    expect(records[1]?.path).toBe('row 2')
    expect(records[1]?.place('编号')).toBe('row 2, 编号')
  })

  test('without a quotation mark the rows are those that the library for CSV finds', () => {
    const text = fc
      .array(fc.constantFrom('a', '番', ',', ';', '\n', '\r\n', '\r', '#', ' ', '\t'), { maxLength: 40 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (rows) => {
        const library = parse(rows, {
          delimiter: ',',
          comment: '#',
          comment_no_infix: true,
          record_delimiter: ['\r\n', '\n', '\r'],
          relax_column_count: true,
          skip_empty_lines: true,
          skip_records_with_empty_values: true,
        }) as string[][]
        const wide = Array.from({ length: 40 }, (_, i) => `c${i}`)
        const own = csv(rows.trim() === '' ? 'z' : rows, { header: wide, comment: '#' }).records
        if (rows.trim() === '') return
        expect(own.map(({ value }) => Object.values(value as object))).toEqual(library)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['without quotation marks', 'a,b\n1,2\n,\n3,4\n , \n,,,\n\u3000\n'],
    ['with them', 'a,b\n"1",2\n,\n"3","4"\n"",""\n,,,\n'],
  ])('rows without a value, which spreadsheets leave behind, are none: %s', (_, text) => {
    expect(csv(text).records.map(({ index, path, value }) => [index, path, value])).toEqual([
      [0, 'row 1', { a: '1', b: '2' }],
      [1, 'row 2', { a: '3', b: '4' }],
    ])
  })

  test('a byte order mark is no part of the first name', () => {
    expect(csv('\ufeff编号,x\n1,2').records[0]?.value).toEqual({ 编号: '1', x: '2' })
  })

  test('formulas, blanks and leading zeros stay as written', () => {
    expect(csv('a,b,c\n=1+1, 007 ,@cmd').records[0]?.value).toEqual({ a: '=1+1', b: ' 007 ', c: '@cmd' })
  })

  test('a line end inside quotes belongs to the cell', () => {
    const { records } = csv('a,b\n"x\ny",1\nz,2')
    expect(records.map((record) => [record.path, record.value])).toEqual([
      ['row 1', { a: 'x\ny', b: '1' }],
      ['row 2', { a: 'z', b: '2' }],
    ])
  })

  test('a cut or too long row is rejected alone', () => {
    const { records } = csv('a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n7,8,9')
    expect(
      records.map((record) => record.issues.map(({ path, code, reason }) => `${path}: ${code} ${reason}`)),
    ).toEqual([
      [],
      ['row 2: E_SCHEMA the row is cut: 2 of 3 columns'],
      ['row 3: E_SCHEMA 4 columns instead of 3'],
      [],
      [],
    ])
    expect(records[1]?.value).toEqual({ a: '1', b: '2' })
  })

  test('NUL in a cell rejects the row', () => {
    const { records } = csv('a,b\n1,x\0y\n2,z')
    expect(records[0]?.issues).toMatchObject([{ path: 'row 1, b', code: 'E_SCHEMA' }])
    expect(records[1]?.issues).toEqual([])
  })

  test('a quotation mark inside of a name is text', () => {
    expect(csv('a,b\n5"x,y').records[0]?.value).toEqual({ a: '5"x', b: 'y' })
  })

  test('other delimiters and quotes as the system declares', () => {
    expect(csv("a;b\n'x;y';2", { delimiter: ';', quote: "'" }).records[0]?.value).toEqual({
      a: 'x;y',
      b: '2',
    })
  })

  test('names that the system declares serve where the file has none', () => {
    const header = ['no', 'name']
    expect(csv('1,x\n2,y', { header }).records.map((record) => record.value)).toEqual([
      { no: '1', name: 'x' },
      { no: '2', name: 'y' },
    ])
    expect(csv('no,name\n2,y', { header }).records.map((record) => record.value)).toEqual([
      { no: '2', name: 'y' },
    ])
  })

  test.each([
    [
      'a file without title row',
      '3308000217,衢江,/\n',
      'title row',
      'no header row: the columns cannot be told',
    ],
    [
      'a title row with an empty name',
      'a,,c\n1,2,3',
      'title row',
      'no header row: the columns cannot be told',
    ],
    ['a name twice', 'a,b,a\n1,2,3', 'title row, a', 'two columns have this name'],
    [
      'a name that reaches a prototype',
      'a,__proto__\n1,2',
      'title row, __proto__',
      'a column name that is not allowed',
    ],
    [
      'an open quotation mark',
      'a,b\n1,2\n"x,2\n3,4\n',
      'row 2',
      'a quotation mark is opened and never closed',
    ],
    ['an empty body', ' \n', 'line 1', 'the body is empty'],
    [
      'a page of a proxy',
      '<html><body>502</body></html>',
      'line 1',
      'an error page of a proxy instead of CSV',
    ],
  ])('%s is refused', (_, text, at, reason) => {
    expect(refusalOf(() => csv(text))).toMatchObject({ code: 'E_SCHEMA', at, reason })
  })
})

describe('dialects of CSV', () => {
  const TABLE = [
    ['编号', '名称'],
    ['1', 'x, y'],
    ['2', 'z'],
  ]
  const written = (delimiter: string, end = '\n') =>
    TABLE.map((cells) =>
      cells.map((cell) => (cell.includes(delimiter) ? `"${cell}"` : cell)).join(delimiter),
    ).join(end)
  const EXPECTED = [
    { 编号: '1', 名称: 'x, y' },
    { 编号: '2', 名称: 'z' },
  ]

  test.each([',', ';', '\t', '|'])('auto takes the delimiter %j that the title row has', (delimiter) => {
    expect(csv(written(delimiter), { delimiter: 'auto' }).records.map(({ value }) => value)).toEqual(EXPECTED)
  })

  test('auto does not count what stands in quotes, and takes the line sep= of a spreadsheet at its word', () => {
    expect(csv('"a,b,c";d\n1;2', { delimiter: 'auto' }).records[0]?.value).toEqual({ 'a,b,c': '1', d: '2' })
    expect(csv('sep=;\r\na;b,c\r\n1;2', { delimiter: 'auto' }).records[0]?.value).toEqual({
      a: '1',
      'b,c': '2',
    })
    expect(csv('a\n1\n2', { delimiter: 'auto' }).records).toHaveLength(2)
  })

  test('tab is a word of its own', () => {
    expect(csv(written('\t'), { delimiter: 'tab' }).records.map(({ value }) => value)).toEqual(EXPECTED)
  })

  test('without quotes a quotation mark is text', () => {
    expect(csv('a,b\n"x,5"\n', { quote: 'none' }).records[0]?.value).toEqual({ a: '"x', b: '5"' })
  })

  test.each(['\n', '\r\n', '\r'])('lines may end with %j', (end) => {
    const { records } = csv(written(',', end), {})
    expect(records.map(({ value }) => value)).toEqual(EXPECTED)
    expect(records[1]?.path).toBe('row 2')
  })

  test('line ends may be mixed', () => {
    expect(
      csv('a,b\r\n1,2\n3,4\r5,6').records.map(({ value }) => Object.values(value as object).join()),
    ).toEqual(['1,2', '3,4', '5,6'])
  })

  test('lines above the title row and remarks are no rows', () => {
    const text =
      '衢州市畜牧站 "日报\r\n导出时间: 2024-04-14 20:00\r\n# 单位: 头\r\n编号;名称\r\n# 1;2\r\n1;#x\r\n'
    const { records } = csv(text, { delimiter: 'auto', skip: 2, comment: '#' })
    expect(records.map(({ path, value }) => [path, value])).toEqual([['row 1', { 编号: '1', 名称: '#x' }]])
  })

  test('a file with nothing below the lines to skip has no title row', () => {
    for (const text of ['one\ntwo', 'one\ntwo\n', 'one\r\ntwo\r', 'one\n\n\n'])
      expect(refusalOf(() => csv(text, { skip: 2 }))).toMatchObject({
        at: 'title row',
        reason: 'no header row: the columns cannot be told',
      })
    expect(refusalOf(() => csv('#a\n#b', { comment: '#' }))).toMatchObject({ at: 'title row' })
  })
})
