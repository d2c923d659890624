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
    ['a file without title row', '3308000217,衢江,/\n', 'row 1', 'no header row: the columns cannot be told'],
    ['a title row with an empty name', 'a,,c\n1,2,3', 'row 1', 'no header row: the columns cannot be told'],
    ['a name twice', 'a,b,a\n1,2,3', 'row 1, a', 'two columns have this name'],
    [
      'a name that reaches a prototype',
      'a,__proto__\n1,2',
      'row 1, __proto__',
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
