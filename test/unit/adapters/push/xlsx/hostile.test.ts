import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { workbookBatches } from '#adapters/push/xlsx/batches.ts'
import { columnName } from '#adapters/push/xlsx/reference.ts'
import { archive, type Lies } from '#test/zip-archive.ts'
import { refused } from './refused.ts'
import { MAIN, type Made, partsOf, rowsOf, sheetOf, workbook } from './workbook.ts'

const SAMPLE = readFileSync('mappings/stall-ledger/samples/valid/C-007-kg.xlsx')
const read = (bytes: Uint8Array) => decodeMessage(bytes, { format: 'xlsx' })
const readMade = (made: Made) => read(workbook(made))
const good = rowsOf([['a'], ['1']])
const withParts = (...more: Parameters<typeof archive>[0]) => archive([...partsOf({ rows: good }), ...more])

describe('what is called .xlsx and is no workbook is refused at its first bytes, with what it is', () => {
  const ole = (name = '') => {
    const bytes = Buffer.alloc(2048)
    bytes.writeUInt32BE(0xd0cf11e0, 0)
    bytes.write(name, 1024, 'utf16le')
    return bytes
  }
  test.each([
    ['a CSV file', Buffer.from('序号,进货日期\n1,2024-4-15\n'), 'a text such as CSV'],
    ['one byte', Buffer.from('P'), 'not a workbook'],
    ['a web page', Buffer.from('\r\n<html><table></table></html>'), 'a web page'],
    ['a workbook of before 2007', ole(), 'before 2007 (.xls)'],
    ['a protected workbook', ole('EncryptedPackage'), 'protected by a password'],
    [
      'a binary workbook',
      archive([
        ['_rels/.rels', '<Relationships/>'],
        ['xl/workbook.bin', 'x'],
      ]),
      'binary workbook (.xlsb)',
    ],
    ['a Word document', archive([['word/document.xml', '<w/>']]), 'a Word document'],
    ['an OpenDocument file', archive([['content.xml', '<o/>']]), 'an OpenDocument file'],
  ])('%s', async (_, bytes, reason) => {
    const refusal = await refused(read(bytes))
    expect(refusal).toMatchObject({ at: 'first bytes', code: 'E_SCHEMA' })
    expect(refusal.reason).toContain(reason)
    expect(refusal.fix).not.toBe('')
  })

  test('a zip archive of something else', async () => {
    expect(await refused(read(archive([['photo.jpg', 'x']])))).toMatchObject({
      at: 'zip directory',
      reason: 'the archive holds no workbook',
    })
  })
})

test('a workbook that is cut anywhere is refused at its end', async () => {
  for (let length = 0; length < SAMPLE.length; length += length < 64 ? 1 : 97) {
    const refusal = await refused(read(SAMPLE.subarray(0, length)))
    expect(refusal.at).toBe(length < 4 ? 'first bytes' : 'end of file')
  }
  expect((await refused(read(SAMPLE.subarray(0, -1)))).reason).toBe('the zip archive is cut')
})

test('a workbook with changed bytes is read or refused, and never anything else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: SAMPLE.length - 1 }), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 8,
      }),
      async (changes) => {
        const bytes = Buffer.from(SAMPLE)
        for (const [at, byte] of changes) bytes[at] = byte
        const outcome = await read(bytes).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DecodeRefusal)
      },
    ),
    { numRuns: 150 },
  )
})

describe('an archive that lies is refused', () => {
  const SHEET = 'xl/worksheets/sheet0.xml'
  const lying = (lies: Lies) => readMade({ rows: good, lies })
  test.each<[string, Lies, string]>([
    ['about its checksum', { crc: 1 }, 'the checksum is wrong: the file was changed on its way'],
    ['about its length, too short', { length: 10 }, 'more than the 10 bytes that the directory says'],
    ['about its length, too long', { length: 9_999 }, 'only'],
    ['about its method', { method: 12, packed: Buffer.from('x') }, 'compression method 12'],
    [
      'with bytes that are not packed',
      { packed: Buffer.from('no deflate stream') },
      'the packed bytes are damaged',
    ],
    [
      'with a stream that stops',
      { packed: deflateRawSync(sheetOf(good)).subarray(0, -9) },
      'the packed bytes are damaged',
    ],
    ['about its place', { at: 3 }, 'overlap'],
    ['about its packed length', { packedLength: 5_000_000 }, 'overlap'],
    ['with a password', { flags: 1 }, 'protected by a password'],
  ])('%s', async (_, lies, reason) => {
    const refusal = await refused(lying(lies))
    expect(refusal.reason).toContain(reason)
    if (reason !== 'overlap') expect(refusal.at).toBe(SHEET)
  })

  test('two parts of one name, in whatever case', async () => {
    const bytes = withParts(['XL/Worksheets/SHEET0.xml', sheetOf(rowsOf([['b'], ['2']]))])
    expect((await refused(read(bytes))).reason).toBe('two parts have this name')
  })

  test('parts that share their bytes', async () => {
    const parts = partsOf({ rows: good })
    const bytes = archive([...parts, ['copy.xml', 'x', { at: 0, packedLength: 400 }]])
    expect((await refused(read(bytes))).reason).toBe('parts of the archive overlap')
  })

  test('more parts than a workbook has', async () => {
    const bytes = withParts()
    bytes.writeUInt16LE(20_000, bytes.length - 12)
    expect((await refused(read(bytes))).reason).toBe('more than 10000 parts')
  })
})

describe('an honest archive of an unusual program is read', () => {
  const records = async (bytes: Uint8Array) => (await read(bytes)).records.map(({ value }) => value)
  test('stored parts', async () => {
    const parts = partsOf({ rows: good }).map(([name, text]) => [name, text, { method: 0 }] as const)
    expect(await records(archive(parts))).toEqual([{ a: '1' }])
  })
  test('sizes and directory in their 64-bit form', async () => {
    const parts = partsOf({ rows: good }).map(([name, text]) => [name, text, { wide: true }] as const)
    expect(await records(archive(parts, { wide: true }))).toEqual([{ a: '1' }])
  })
  test('a comment behind the directory', async () => {
    expect(
      await records(archive(partsOf({ rows: good }), { comment: 'PK\u0005\u0006 made by hand' })),
    ).toEqual([{ a: '1' }])
  })
  test('names that lead out of the folder are names and no paths', async () => {
    const bytes = withParts(['../../../../tmp/evil.xml', 'x'], ['/etc/passwd', 'x'], ['C:\\x.xml', 'x'])
    expect(await records(bytes)).toEqual([{ a: '1' }])
  })
})

describe('a bomb is refused while it unpacks', () => {
  const zeros = (mib: number) => Buffer.alloc(mib * 1_048_576, ' ')
  test('a part that grows a thousand times', async () => {
    const sheet = `${sheetOf(good).slice(0, -12)}${zeros(32)}</worksheet>`
    const refusal = await refused(readMade({ sheet }))
    expect(refusal.reason).toMatch(/unpacks to more than 250 times its size|a text that does not end/)
  })
  test('one that says it is small', async () => {
    const packed = deflateRawSync(zeros(64))
    const refusal = await refused(readMade({ lies: { packed, length: 1000 } }))
    expect(refusal.reason).toBe('more than the 1000 bytes that the directory says')
  })
  test('parts that are small alone and large together', async () => {
    const limits = { inflatedMaxBytes: 4000, maxWeight: 1e9, workMaxMs: 20_000 }
    const rows = rowsOf([['a'], ...Array.from({ length: 100 }, (_, i) => [String(i)])])
    const reading = Array.fromAsync(workbookBatches({ bytes: workbook({ rows }) }, {}, limits))
    expect((await refused(reading)).reason).toBe('the archive unpacks to more than may be read')
  })
})

describe('a text that is stored once and stands in every cell is counted in every cell', () => {
  const shared = [`<t>${'长'.repeat(32_000)}</t>`, '<t>a</t>']
  const head = '<row r="1"><c t="s"><v>1</v></c></row>'
  test('in one row', async () => {
    const rows = `${head}<row r="2">${'<c t="s"><v>0</v></c>'.repeat(40)}</row>`
    expect(await refused(readMade({ rows, shared }))).toMatchObject({
      at: 'row 2',
      reason: 'a row of more than a million characters',
    })
  })
  test('in many rows, also by ditto marks, and the hub does not grow by it', async () => {
    const before = process.memoryUsage().heapUsed
    const rows = `${head}${'<row><c t="s"><v>0</v></c></row>'.repeat(90_000)}`
    expect((await refused(readMade({ rows, shared }))).reason).toBe(
      'more text in its rows than one message may have',
    )
    const marks = `${head}<row><c t="s"><v>0</v></c></row>${'<row><c t="inlineStr"><is><t>同上</t></is></c></row>'.repeat(90_000)}`
    const reading = decodeMessage(workbook({ rows: marks, shared }), {
      format: 'xlsx',
      xlsx: { ditto: true },
    })
    expect((await refused(reading)).reason).toBe('more text in its rows than one message may have')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 1_048_576)
  })
  test('columns that each row has elsewhere', async () => {
    const rows = Array.from({ length: 16 }, (_, i) =>
      Array.from(
        { length: 100 },
        (_, k) => `<c r="${columnName(i * 100 + k + 1)}${i + 2}"><v>1</v></c>`,
      ).join(''),
    )
    const refusal = await refused(
      readMade({ rows: `${head}${rows.map((cells) => `<row>${cells}</row>`).join('')}`, shared }),
    )
    expect(refusal).toMatchObject({ at: `column ${columnName(1001)}`, reason: 'more than 1000 columns' })
  })
})

describe('XML that no spreadsheet program writes is refused', () => {
  const ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
  const wrapped = (inner: string) => `<worksheet ${MAIN}><sheetData>${inner}</sheetData></worksheet>`
  test.each<[string, Made, string, string]>([
    [
      'a document type',
      { sheet: `${ENTITY}${wrapped(good)}` },
      'xl/worksheets/sheet0.xml',
      'document type declaration',
    ],
    [
      'an entity of its own',
      { rows: '<row><c t="str"><v>&a;</v></c></row>' },
      'xl/worksheets/sheet0.xml',
      'entity',
    ],
    [
      'elements deep inside each other',
      { rows: '<row>'.repeat(40) },
      'xl/worksheets/sheet0.xml',
      'inside each other',
    ],
    [
      'a part that is cut',
      { sheet: `<worksheet ${MAIN}><sheetData>${good}` },
      'xl/worksheets/sheet0.xml',
      'unclosed',
    ],
    ['an empty part', { sheet: ' ' }, 'xl/worksheets/sheet0.xml', 'root'],
    ['a row beyond the last', { rows: `${good}<row r="1048577"/>` }, 'row 1048577', 'at most 1048576 rows'],
    ['a row of a wild number', { rows: `${good}<row r="1e9"/>` }, 'row 1e9', 'not in their order'],
    ['rows out of order', { rows: `${good}<row r="2"/>` }, 'row 2', 'not in their order'],
    [
      'a column beyond the last',
      { rows: '<row><c r="XFE1"><v>1</v></c></row>' },
      'cell XFE1',
      'at most 16384 columns',
    ],
    [
      'a reference that is none',
      { rows: '<row><c r="5"><v>1</v></c></row>' },
      'cell 5',
      'at most 16384 columns',
    ],
    ['cells out of order', { rows: '<row><c r="B1"/><c r="A1"/></row>' }, 'cell A1', 'not in their order'],
    [
      'a shared text that is not there',
      { rows: '<row><c t="s"><v>7</v></c></row>' },
      'A1',
      'no shared text 7',
    ],
    [
      'a shared text with a wild number',
      { rows: '<row><c t="s"><v>-1</v></c></row>' },
      'A1',
      'no shared text -1',
    ],
    [
      'a shared text without an end',
      { rows: good, shared: [`<t>${'长'.repeat(40_000)}</t>`] },
      'xl/sharedStrings.xml, text 1',
      'more than 32767 characters',
    ],
    [
      'a value without an end',
      { rows: `<row><c t="str"><v>${'1'.repeat(40_000)}</v></c></row>` },
      'A1',
      'more than 32767 characters',
    ],
    [
      'more cells in a row than a table has',
      { rows: `<row>${'<c><v>1</v></c>'.repeat(1001)}</row>` },
      'row 1',
      'more than 1000 cells',
    ],
  ])('%s', async (_, made, at, reason) => {
    const refusal = await refused(readMade(made))
    expect(refusal.at).toBe(at)
    expect(refusal.reason).toContain(reason)
  })

  test('bytes that are no text', async () => {
    const parts = partsOf({ rows: good }).map((part) =>
      part[0].endsWith('sheet0.xml') ? ([part[0], Buffer.from([0x3c, 0x61, 0xff, 0xfe])] as const) : part,
    )
    expect(await refused(read(archive(parts)))).toMatchObject({
      code: 'E_ENCODING',
      at: 'xl/worksheets/sheet0.xml',
    })
  })
})

test('a workbook that takes too long is refused, and the next one is read', async () => {
  const rows = rowsOf([['a'], ...Array.from({ length: 30_000 }, (_, i) => [String(i)])])
  const bytes = workbook({ rows })
  const reading = Array.fromAsync(
    workbookBatches({ bytes }, {}, { inflatedMaxBytes: 1e9, maxWeight: 1e9, workMaxMs: 5 }),
  )
  expect(await refused(reading)).toMatchObject({
    at: 'workbook',
    reason: 'it took too long to read',
  })
  expect((await read(bytes)).records).toHaveLength(30_000)
})
