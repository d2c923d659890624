import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { decodeStream, type StreamReport } from '#adapters/push/decode-stream.ts'
import type { ReadOptions, SourceRecord, SourceValue } from '#core/source.ts'
import { binary, dbfBytes, dbfHeader, dbfRow, type WrittenTable } from '#test/dbf.ts'
import { heldBytes } from '#test/memory.ts'
import { inChunks } from '../bytes.ts'
import { refused } from '../xlsx/refused.ts'

const SCALE: WrittenTable = {
  columns: [
    { name: '流水号', type: 'C', length: 12 },
    { name: '交易日期', type: 'D', length: 8 },
    { name: '品名', type: 'C', length: 20 },
    { name: '重量', type: 'N', length: 10, decimals: 2 },
    { name: '金额', type: 'F', length: 12, decimals: 2 },
    { name: '已结算', type: 'L', length: 1 },
  ],
  rows: [
    ['0000000001', '20240415', '带皮白条猪', '1640.00', '24600.00', 'T'],
    ['0000000002', '20240415', '番茄', '3.10', '8.06', 'F'],
    ['0000000003', '', '', '', '', '?'],
  ],
}
const dbf: ReadOptions = { format: 'dbf' }

async function valuesOf(table: WrittenTable | Buffer, options: ReadOptions = dbf): Promise<SourceValue[]> {
  const { records } = await decodeMessage(Buffer.isBuffer(table) ? table : dbfBytes(table), options)
  return records.map(({ value }) => value)
}

const plain = ({ index, path, value, issues, place }: SourceRecord) => ({
  index,
  path,
  value,
  issues,
  at: place('品名'),
})

async function streamed(bytes: Buffer, size: number, options: ReadOptions = dbf) {
  const report: StreamReport = { encoding: '', encodingMismatch: false, unjoined: [] }
  const records = await Array.fromAsync(decodeStream(inChunks(bytes, size), options, {}, report))
  return { records: records.map(plain), encoding: report.encoding }
}

describe('what a row gives', () => {
  it('texts without their filling, numbers by their digits, days as written, truths, and null for what is blank', async () => {
    const { records, encoding, encodingMismatch } = await decodeMessage(dbfBytes(SCALE), dbf)
    expect(records.map(({ value }) => value)).toEqual([
      {
        流水号: '0000000001',
        交易日期: '20240415',
        品名: '带皮白条猪',
        重量: '1640.00',
        金额: '24600.00',
        已结算: true,
      },
      { 流水号: '0000000002', 交易日期: '20240415', 品名: '番茄', 重量: '3.10', 金额: '8.06', 已结算: false },
      { 流水号: '0000000003', 交易日期: null, 品名: '', 重量: null, 金额: null, 已结算: null },
    ])
    expect({ encoding, encodingMismatch }).toEqual({ encoding: 'gb18030', encodingMismatch: false })
    expect(records[1]?.path).toBe('record 2')
    expect(records[1]?.place('重量')).toBe('record 2, 重量')
    expect(records[1]?.place('')).toBe('record 2')
  })

  it('binary numbers, money and times of FoxPro exactly', async () => {
    const table: WrittenTable = {
      version: 0x30,
      columns: [
        { name: 'I', type: 'I', length: 4 },
        { name: 'B', type: 'B', length: 8, decimals: 2 },
        { name: 'Y', type: 'Y', length: 8 },
        { name: 'T', type: 'T', length: 8 },
      ],
      rows: [
        [
          binary.whole(-2_147_483_648),
          binary.double(0.1),
          binary.money(-1n),
          binary.time(2_460_416, 30_600_000),
        ],
        [
          binary.whole(7),
          binary.double(2 ** 70),
          binary.money(9_223_372_036_854_775_807n),
          binary.time(2_460_416, 86_399_999),
        ],
        [binary.whole(0), binary.double(-1.5e-9), binary.money(123_400n), binary.time(0, 0)],
        [binary.whole(0), binary.double(0), binary.money(0n), binary.time(2_460_416, 1250)],
      ],
    }
    expect(await valuesOf(table)).toEqual([
      { I: '-2147483648', B: '0.1', Y: '-0.0001', T: '2024-04-15T08:30:00' },
      { I: '7', B: '1180591620717411303424', Y: '922337203685477.5807', T: '2024-04-16T00:00:00' },
      { I: '0', B: '-0.0000000015', Y: '12.3400', T: null },
      { I: '0', B: '0', Y: '0.0000', T: '2024-04-15T00:00:01.250' },
    ])
  })

  it('a memo, which stands in another file, is no text: a mapping that reads it says so, one that does not lives', async () => {
    const table: WrittenTable = {
      version: 0x83,
      columns: [
        { name: '备注', type: 'M', length: 10 },
        { name: '图', type: 'G', length: 10 },
      ],
      rows: [
        ['         7', '         1'],
        ['', ''],
        ['0000000000', ''],
      ],
    }
    expect(await valuesOf(table)).toEqual([
      { 备注: { unread: 'memo' }, 图: { unread: 'type G' } },
      { 备注: null, 图: null },
      { 备注: null, 图: null },
    ])
    const visual: WrittenTable = {
      version: 0x30,
      columns: [{ name: '备注', type: 'M', length: 4 }],
      rows: [[binary.whole(9)], [binary.whole(0)]],
    }
    expect(await valuesOf(visual)).toEqual([{ 备注: { unread: 'memo' } }, { 备注: null }])
  })

  it('values that may be none, and texts of changing length, by the marks behind the columns', async () => {
    const table: WrittenTable = {
      version: 0x32,
      columns: [
        { name: 'V', type: 'V', length: 6, flags: 0x02 },
        { name: 'N', type: 'N', length: 4, flags: 0x02 },
        { name: 'C', type: 'C', length: 2 },
        { name: '_NullFlags', type: '0', length: 1, flags: 0x05 },
      ],
      rows: [
        [Buffer.from('ab  x\x03', 'latin1'), '12', 'c', Buffer.from([0b001])],
        ['abcdef', '12', 'c', Buffer.from([0b100])],
        ['abcdef', '12', 'c', Buffer.from([0b010])],
      ],
    }
    expect(await valuesOf(table)).toEqual([
      { V: 'ab', N: '12', C: 'c' },
      { V: 'abcdef', N: null, C: 'c' },
      { V: null, N: '12', C: 'c' },
    ])
  })

  it('a number that did not fit is the asterisks that stand for it, which no mapping takes for a number', async () => {
    const table = { columns: [{ name: 'n', type: 'N', length: 3 }], rows: [['***']] }
    expect(await valuesOf(table)).toEqual([{ n: '***' }])
  })

  it('texts of more than 255 bytes, as Clipper writes their length', async () => {
    const long = '番茄'.repeat(100)
    expect(await valuesOf({ columns: [{ name: 't', type: 'C', length: 400 }], rows: [[long]] })).toEqual([
      { t: long },
    ])
  })
})

describe('rows that are marked as deleted', () => {
  const table = { ...SCALE, deleted: [1] }
  it('are no records, and the others keep the numbers that they have in their program', async () => {
    const { records } = await decodeMessage(dbfBytes(table), dbf)
    expect(records.map(({ index, path }) => [index, path])).toEqual([
      [0, 'record 2'],
      [1, 'record 3'],
    ])
  })
  it('are records where the mapping asks for them, told apart by a field', async () => {
    const values = await valuesOf(table, { format: 'dbf', dbf: { deleted: 'read' } })
    expect(values.map((value) => (value as { dbf: SourceValue }).dbf)).toEqual([
      { deleted: true },
      { deleted: false },
      { deleted: false },
    ])
  })
})

describe('the encoding', () => {
  const columns = [{ name: '品名', type: 'C', length: 12 }]
  const rows = [['番茄'], ['青菜']]
  it.each([
    ['of a header that knows of none is GB 18030', { language: 0x03 }, undefined, 'gb18030', false],
    ['is what the header says', { language: 0x78, encoding: 'big5' }, undefined, 'big5', false],
    [
      'that is declared counts more than the header',
      { language: 0, encoding: 'big5' },
      'cp950',
      'big5',
      false,
    ],
    ['is UTF-8 where the texts are', { language: 0, encoding: 'utf8' }, undefined, 'utf-8', false],
    ['that is declared wrongly is told', { language: 0, encoding: 'utf8' }, 'gbk', 'utf-8', true],
    ['that is declared as UTF-8 and is none is told', { language: 0x7a }, 'utf-8', 'gb18030', true],
    ['that nobody knows is told', { language: 0x7a }, 'ucdos', 'gb18030', true],
  ])('%s', async (_, more, encoding, wanted, mismatch) => {
    const bytes = dbfBytes({ columns, rows, ...more })
    const decoded = await decodeMessage(bytes, { ...dbf, ...(encoding ? { encoding } : {}) })
    expect(decoded.records.map(({ value }) => value)).toEqual([{ 品名: '番茄' }, { 品名: '青菜' }])
    expect([decoded.encoding, decoded.encodingMismatch]).toEqual([wanted, mismatch])
  })

  it('leaves a character that the width of a column cuts as damaged, and drops it from the name of a column', async () => {
    const cut = Buffer.concat([Buffer.from('ab'), Buffer.from([0xb7])])
    const table = { columns: [{ name: 'a检疫证号码', type: 'C', length: 3 }], rows: [[cut]] }
    expect(await valuesOf(table)).toEqual([{ a检疫证号: 'ab\ufffd' }])
  })

  it.each([
    ['gb18030', [0x84, 0x31, 0xa4], 'ab'],
    ['gb18030', [0x84], 'ab'],
    ['utf8', [0xe7, 0x95], 'ab番'],
    ['big5', [0xb5], 'ab'],
  ])('of %s knows a character that is cut after %j', async (encoding, bytes, before) => {
    const texts = [['番茄青'], [Buffer.concat([iconv.encode(before, encoding), Buffer.from(bytes)])]]
    const table = { columns: [{ name: 't', type: 'C', length: 12 }], rows: texts, language: 0, encoding }
    const values = await valuesOf(table, { ...dbf, encoding: encoding === 'utf8' ? 'utf-8' : encoding })
    expect(values).toEqual([{ t: '番茄青' }, { t: `${before}\ufffd` }])
  })

  it('leaves a text that was destroyed before it was written as it is, for the mapping to tell', async () => {
    const rows = [['番茄'], ['番\ufffd茄']]
    const table = { columns: [{ name: 't', type: 'C', length: 12 }], rows, encoding: 'gb18030' }
    const { records } = await decodeMessage(dbfBytes(table), dbf)
    expect(records.map(({ value, issues }) => [value, issues])).toEqual([
      [{ t: '番茄' }, []],
      [{ t: '番\ufffd茄' }, []],
    ])
  })

  it('with bytes of none rejects the record that has them, at its field, and its neighbours live', async () => {
    const { records } = await decodeMessage(
      dbfBytes({ columns, rows: [['番茄'], [Buffer.from([0xff, 0xff, 0x41])], ['青菜']] }),
      dbf,
    )
    expect(records.map(({ issues }) => issues.map(({ path, code }) => [path, code]))).toEqual([
      [],
      [['record 2, 品名', 'E_ENCODING']],
      [],
    ])
  })
})

describe('refused as a whole, with the place and what to do', () => {
  const good = dbfBytes(SCALE)
  const changed = (at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(good)
    copy.set(bytes, at)
    return copy
  }
  it.each<[string, Buffer, string, RegExp]>([
    ['nothing', Buffer.alloc(0), 'first bytes', /empty/],
    ['a text', Buffer.from('流水号,品名\n1,番茄\n'), 'first bytes', /not a dBase/],
    ['an error page', Buffer.from('<html>502</html>'), 'first bytes', /web page/],
    ['a workbook', Buffer.from('PK\x03\x04rest'), 'first bytes', /workbook/],
    [
      'a table of dBase 7',
      Buffer.concat([Buffer.from([0x04]), good.subarray(1, 32), Buffer.alloc(400)]),
      'header',
      /dBase 7/,
    ],
    ['an encrypted table', changed(15, 1), 'header', /encrypted/],
    ['a column without a name', changed(64, 0), 'column 2', /column/],
    [
      'two columns of one name',
      dbfBytes({ columns: [1, 2].map(() => ({ name: 'a', type: 'C', length: 1 })), rows: [] }),
      'column 2, a',
      /two columns/,
    ],
    [
      'a name of the language',
      dbfBytes({ columns: [{ name: '__proto__', type: 'C', length: 1 }], rows: [] }),
      'column 1',
      /not allowed/,
    ],
    ['columns that are longer than a row', changed(32 + 16, 13), 'header', /not as long/],
    ['fewer rows than counted', dbfBytes({ ...SCALE, counted: 4 }), 'record 4 of 4', /ends before/],
    ['more rows than counted', dbfBytes({ ...SCALE, counted: 2 }), 'record 3 of 2', /behind/],
    [
      'rows that are shifted',
      Buffer.concat([dbfHeader(SCALE), Buffer.from('x'), good.subarray(dbfHeader(SCALE).length)]),
      'record 1',
      /neither/,
    ],
  ])('%s', async (_, bytes, at, reason) => {
    const refusal = await refused(decodeMessage(bytes, dbf))
    expect([refusal.code, refusal.at]).toEqual(['E_SCHEMA', at])
    expect(refusal.reason).toMatch(reason)
    expect(refusal.fix).not.toBe('')
    const inStream = await refused(Array.fromAsync(decodeStream(inChunks(bytes, 7), dbf)))
    expect([inStream.at, inStream.reason, inStream.fix]).toEqual([refusal.at, refusal.reason, refusal.fix])
  })

  it('cut at any byte before the end of its last row; whatever stands behind it is no matter', async () => {
    const end = good.length - 1
    for (let length = 0; length < end; length++) {
      const refusal = await refused(decodeMessage(good.subarray(0, length), dbf))
      expect(refusal.at).not.toBe('')
    }
    for (const behind of [0, 1, 2, 400]) {
      const filled = Buffer.concat([good.subarray(0, end), Buffer.alloc(behind, behind === 400 ? 0 : 0x1a)])
      expect(await valuesOf(filled)).toHaveLength(3)
    }
  })

  it('random bytes and flipped ones never end in anything but records or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = changed(at, byte)
        const whole = await decodeMessage(bytes, dbf).then(
          ({ records }) => records.map(plain),
          (error: unknown) =>
            (error as Error).name === 'DecodeRefusal' ? (error as Error).message : Promise.reject(error),
        )
        if (typeof whole === 'string') await refused(streamed(bytes, 100))
        else expect((await streamed(bytes, 100)).records).toEqual(whole)
      }),
      { numRuns: 400 },
    )
  })

  it('a table full of damage costs no more than one of texts, and each row tells the first of its issues', async () => {
    const columns = Array.from({ length: 1000 }, (_, i) => ({ name: `c${i}`, type: 'C', length: 1 }))
    for (const byte of [0xb7, 0xff]) {
      const row = Buffer.concat([Buffer.from(' '), Buffer.alloc(1000, byte)])
      const bytes = Buffer.concat([
        dbfHeader({ columns, rows: [], counted: 1000 }),
        ...Array<Buffer>(1000).fill(row),
      ])
      const begun = process.cpuUsage().user
      const { records } = await decodeMessage(bytes, dbf)
      expect(process.cpuUsage().user - begun).toBeLessThan(5_000_000)
      expect(records[0]?.issues.length).toBe(byte === 0xff ? 20 : 0)
    }
  })

  it('more records than one message may have', async () => {
    const refusal = await refused(decodeMessage(good, { ...dbf, maxRecords: 2 } as ReadOptions))
    expect([refusal.at, refusal.reason]).toEqual([
      'record 3',
      'more than 2 records, 2 is the most in one post',
    ])
  })
})

describe('laws', () => {
  const text = fc.stringMatching(/^([a-zA-Z0-9番茄青菜市场鲜猪肉]{0,8}[a-z番茄])?$/u)
  const number = fc.stringMatching(/^-?[0-9]{1,6}(\.[0-9]{2})?$/)
  const rowOf = fc.tuple(
    text,
    number,
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    fc.boolean(),
  )
  const columns = [
    { name: '品名', type: 'C', length: 20 },
    { name: '重量', type: 'N', length: 12 },
    { name: '日期', type: 'D', length: 8 },
    { name: '完', type: 'L', length: 1 },
  ]

  it('what is written comes back, whole or in pieces of any size, deleted rows apart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(rowOf, fc.boolean()), { maxLength: 30 }),
        fc.integer({ min: 1, max: 500 }),
        async (made, size) => {
          const rows = made.map(([[name, mass, date, done]]) => [
            name,
            mass,
            date.toISOString().slice(0, 10).replaceAll('-', ''),
            done ? 'T' : 'F',
          ])
          const deleted = made.flatMap(([, gone], i) => (gone ? [i + 1] : []))
          const bytes = dbfBytes({ columns, rows, deleted })
          const { records } = await decodeMessage(bytes, dbf)
          expect(records.map(({ value }) => value)).toEqual(
            rows.flatMap(([name, mass, day, done], i) =>
              deleted.includes(i + 1) ? [] : [{ 品名: name, 重量: mass, 日期: day, 完: done === 'T' }],
            ),
          )
          expect((await streamed(bytes, size)).records).toEqual(records.map(plain))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('a table of 200,000 rows is read with no more memory than one of few', async () => {
    const rows = 200_000
    const row = dbfRow({ columns }, ['带皮白条猪', '12.50', '20240415', 'T'])
    async function* source(): AsyncGenerator<Buffer> {
      yield dbfHeader({ columns, rows: [], counted: rows })
      const block = Buffer.concat(Array.from({ length: 1000 }, () => row))
      for (let i = 0; i < rows / 1000; i++) yield Buffer.from(block)
    }
    let count = 0
    let most = 0
    const before = heldBytes()
    for await (const record of decodeStream(source(), dbf)) {
      if (++count % 20_000 === 0) {
        most = Math.max(most, heldBytes() - before)
        expect(record.value).toMatchObject({ 重量: '12.50' })
      }
    }
    expect(count).toBe(rows)
    expect(most).toBeLessThan(60 * 1_048_576)
  }, 30_000)
})
