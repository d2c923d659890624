import { describe, expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { MAIN, type Made, rowsOf, sheetOf, workbook } from './workbook.ts'

const read = async (made: Made, xlsx: WorkbookOptions = {}) =>
  (await decodeMessage(workbook(made), { format: 'xlsx', xlsx })).records
const values = async (made: Made, xlsx?: WorkbookOptions) =>
  (await read(made, xlsx)).map(({ value }) => value)

const HEAD = rowsOf([['a', 'b', 'c']])
const row = (cells: string) => `${HEAD}<row r="2">${cells}</row>`

describe('the value of a cell', () => {
  const STYLES =
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>' +
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/></cellXfs>'
  const SHARED = [
    '<t>番茄</t>',
    '<r><t>山东</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 寿光</t></r><rPh sb="0" eb="1"><t>さんとう</t></rPh><phoneticPr fontId="1"/>',
    '<t>一_x000D_\n二 _x0000_ _xD800_ _x005F_x0041_</t>',
  ]
  test.each([
    ['a number', '<c r="A2"><v>4.5397E4</v></c>', '45397'],
    ['a code typed as a number', '<c r="A2"><v>33010900424041497000</v></c>', '3.3010900424041497E+19'],
    ['a shared text', '<c r="A2" t="s"><v>0</v></c>', '番茄'],
    ['runs of several fonts, without the reading', '<c r="A2" t="s"><v>1</v></c>', '山东 寿光'],
    ['escaped characters', '<c r="A2" t="s"><v>2</v></c>', '一\r\n二 _x0000_ _xD800_ _x0041_'],
    ['a text of its own', '<c r="A2" t="inlineStr"><is><r><t>约</t></r><r><t>60</t></r></is></c>', '约60'],
    ['a date by a known format', '<c r="A2" s="1"><v>45397</v></c>', '2024-04-15'],
    ['a date by a format of the workbook', '<c r="A2" s="2"><v>45397.5</v></c>', '2024-04-15T12:00:00'],
    ['a time', '<c r="A2" s="3"><v>0.25</v></c>', '06:00:00'],
    ['a date format over what is no date', '<c r="A2" s="1"><v>60</v></c>', '60'],
    ['a format that is not there', '<c r="A2" s="99"><v>45397</v></c>', '45397'],
    ['a date as text of ISO 8601', '<c r="A2" t="d"><v>2024-04-15</v></c>', '2024-04-15'],
    ['true', '<c r="A2" t="b"><v>1</v></c>', true],
    ['false', '<c r="A2" t="b"><v>0</v></c>', false],
    ['an error', '<c r="A2" t="e"><f>1/0</f><v>#N/A</v></c>', '#N/A'],
    ['what a formula came to', '<c r="A2"><f>B2*2</f><v>12.5</v></c>', '12.5'],
    ['the text that a formula came to', '<c r="A2" t="str"><f>B2</f><v>斤</v></c>', '斤'],
    ['a formula that was never calculated', '<c r="A2"><f>B2*2</f></c>', '=B2*2'],
    ['CDATA', '<c r="A2" t="str"><v><![CDATA[a<b]]></v></c>', 'a<b'],
  ])('%s', async (_, cells, value) => {
    expect(await values({ rows: row(cells), shared: SHARED, styles: STYLES })).toEqual([{ a: value }])
  })

  test.each([
    '<c r="A2"/>',
    '<c r="A2" s="1"></c>',
    '<c r="A2"><v></v></c>',
    '<c r="A2" t="inlineStr"><is><t/></is></c>',
  ])('an empty cell is no value: %s', async (cells) => {
    expect(await values({ rows: row(`${cells}<c r="B2"><v>1</v></c>`) })).toEqual([{ b: '1' }])
  })

  test('a workbook of the 1904 system shows the same day', async () => {
    const rows = row('<c r="A2" s="1"><v>43935</v></c>')
    expect(await values({ rows, styles: STYLES, is1904: true })).toEqual([{ a: '2024-04-15' }])
  })
})

describe('the place of a cell', () => {
  test('is its reference: gaps stay gaps', async () => {
    const [record] = await read({ rows: row('<c r="C2"><v>3</v></c>') })
    expect(record?.value).toEqual({ c: '3' })
    expect(record?.place('c')).toBe('C2 (c)')
    expect(record?.place('a')).toBe('A2 (a)')
    expect(record?.place('')).toBe('row 2')
  })

  test('goes on from the cell before where there is no reference', async () => {
    const rows = `${HEAD}<row r="9"><c r="B9"><v>2</v></c><c><v>3</v></c></row><row><c><v>1</v></c></row>`
    const records = await read({ rows })
    expect(records.map(({ path, value }) => [path, value])).toEqual([
      ['row 9', { b: '2', c: '3' }],
      ['row 10', { a: '1' }],
    ])
  })

  test('elements with a prefix are the same elements', async () => {
    const sheet = `<x:worksheet xmlns:x="${MAIN.slice(7, -1)}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`
    expect(await values({ sheet })).toEqual([{ a: '1' }])
  })

  test('a part in UTF-16 is read by its byte order mark', async () => {
    const { archive } = await import('#test/zip-archive.ts')
    const { partsOf } = await import('./workbook.ts')
    const sheet = Buffer.from(
      `\ufeff${sheetOf(rowsOf([['名'], ['茄']])).replace('UTF-8', 'UTF-16')}`,
      'utf16le',
    )
    const parts = partsOf({}).map((part) =>
      part[0].endsWith('sheet0.xml') ? ([part[0], sheet] as const) : part,
    )
    const { records } = await decodeMessage(archive(parts), { format: 'xlsx' })
    expect(records.map(({ value }) => value)).toEqual([{ 名: '茄' }])
  })
})

describe('which sheet is read', () => {
  const before = [
    ['隐藏', 'state="veryHidden"', rowsOf([['x'], ['1']])],
    ['三月', '', rowsOf([['m'], ['3']])],
  ] as const
  const rows = rowsOf([['m'], ['4']])
  test('the first that is visible', async () => {
    expect(await values({ rows, before })).toEqual([{ m: '3' }])
  })
  test('the one that the mapping names, hidden or not', async () => {
    expect(await values({ rows, before }, { sheet: '台账' })).toEqual([{ m: '4' }])
    expect(await values({ rows, before }, { sheet: '隐藏' })).toEqual([{ x: '1' }])
  })
  test('a name that no sheet has is told with those that there are', async () => {
    await expect(values({ rows, before }, { sheet: '五月' })).rejects.toMatchObject({
      at: 'sheets',
      reason: 'no sheet is called 五月, but: 隐藏, 三月, 台账',
    })
  })
})

describe('hidden rows', () => {
  const rows = `${HEAD}<row r="2" hidden="1"><c><v>1</v></c></row><row r="3"><c><v>2</v></c></row>`
  test('are read: a filter hides rows too', async () => {
    expect(await values({ rows })).toEqual([{ a: '1' }, { a: '2' }])
  })
  test('are left out where the mapping says so', async () => {
    expect(await values({ rows }, { hiddenRows: 'skip' })).toEqual([{ a: '2' }])
  })
})
