import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { tableWorkbook, workbookOf } from '#core/mapping/backward/workbook.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CanonicalRecord } from '#core/model/record.ts'

const sale = {
  kind: 'sale',
  id: 'urn:cnft:sale:s:r:A1',
  system: 's',
  record: 'r',
  key: ['A1'],
  version: 1,
  status: 'active',
  schema: 1,
  receivedAt: '2024-04-15T04:00:00+08:00',
  message: 'm',
  mapping: 's/r@1',
  flags: [],
  occurredAt: { at: '2024-04-15T03:05:09+08:00', precision: 'second' },
  parties: [
    { role: 'seller', name: '甲 & 乙', ids: [{ scheme: 'cn.mofcom.operator13', value: '3304020030107' }] },
    {
      role: 'buyer',
      name: '丙',
      ids: [
        { scheme: 'local.s', value: '7' },
        { scheme: 'cn.uscc', value: '93330825MA9TE5018N' },
      ],
    },
  ],
  documents: [
    { role: 'upstream', type: 'promise_cert', number: 'HGZ1' },
    { role: 'voucher', type: 'sales_voucher', number: 'A1' },
  ],
  quantity: { value: '120', unit: 'KGM' },
  price: { value: '4.8', currency: 'CNY', per: 'KGM' },
} as unknown as CanonicalRecord

const FIELDS = `
fields:
  no: key.0
  at: { from: occurredAt.at, date: yyyyMMddHHmmss }
  day: { from: occurredAt.at, date: yyyy年M月d日 }
  seller.code: parties.seller.code
  seller.name: parties.seller.name
  buyer: parties.buyer.ids.cn\\.uscc
  weight: { from: quantity.value, unit: 斤, number: true }
  price: { from: price.value, per: 500g, decimals: 2 }
  state: { from: status, enum: { active: '1', void: '2' } }
  hidden: { from: parties.buyer.ids.missing }
  papers: { each: documents, when: { role: upstream }, fields: { type: { from: type, enum: { promise_cert: HGZ } }, no: number } }
  numbers: { each: documents, value: number }
`

const write = (head: string, fields = FIELDS) => {
  const text = `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\n${head}\n${fields}`
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  expect(mistakes).toEqual([])
  const written = mapping?.write?.([sale, { ...sale, kind: 'test' } as CanonicalRecord])
  expect(written?.map(({ records }) => records)).toEqual([[0]])
  return written?.[0]
}

test('a canonical record becomes JSON of the receiver, in its units, formats and codes; other kinds are left out', () => {
  const written = write('write: { format: json, rows: body.items }')
  expect(written?.contentType).toBe('application/json; charset=utf-8')
  expect(JSON.parse(written?.text ?? '')).toEqual({
    body: {
      items: [
        {
          no: 'A1',
          at: '20240415030509',
          day: '2024年4月15日',
          seller: { code: '3304020030107', name: '甲 & 乙' },
          buyer: '93330825MA9TE5018N',
          weight: 240,
          price: '2.4',
          state: '1',
          papers: [{ type: 'HGZ', no: 'HGZ1' }],
          numbers: ['HGZ1', 'A1'],
        },
      ],
    },
  })
})

test('the same record becomes XML with its signs escaped', () => {
  const fields = 'fields: { no: key.0, seller.name: parties.seller.name }'
  const written = write('write: { format: xml, root: data, row: sale }', fields)
  expect(written?.text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<data><sale><no>A1</no><seller><name>甲 &amp; 乙</name></seller></sale></data>\n',
  )
})

test('the same record becomes CSV with the fields as columns and signs quoted', () => {
  const fields =
    'fields: { no: key.0, who: { concat: [parties.seller.name, { const: "," }, parties.buyer.name] }, none: note }'
  const written = write('write: { format: csv }', fields)
  expect(written?.text).toBe('no,who,none\r\nA1,"甲 & 乙,丙",\r\n')
})

test('a format that is not written is a mistake of the file', () => {
  const text =
    'mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: dbf }\nfields: { no: key.0 }'
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  expect(mapping).toBeNull()
  expect(mistakes.map(({ line, target }) => [line, target])).toEqual([[5, 'write.format']])
})

test('a workbook is read back as it was written: codes with every digit, and no text that is a formula', async () => {
  const fields = [
    'fields:',
    '  no: key.0',
    '  code: parties.seller.code',
    '  weight: { from: quantity.value, unit: 斤, number: true }',
    '  note: note',
    '  none: parties.buyer.ids.missing',
  ].join('\n')
  const { mapping, mistakes } = compileMapping({
    path: 'x',
    text: `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: xlsx }\n${fields}`,
  })
  expect(mistakes).toEqual([])
  const notes = [
    '=HYPERLINK("http://example.com","x")',
    '+1+1',
    '@SUM(A1)',
    ' 一\n二\t<&>"',
    '_x0041_ \u0001 \ud800',
  ]
  const records = notes.map(
    (note, i) => ({ ...sale, key: [`0033010900424041500${i}`], note }) as CanonicalRecord,
  )
  const [written] = mapping?.write?.(records) ?? []
  if (!written?.bytes) throw new Error('no workbook was written')
  expect(written.contentType).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  const read = await decodeMessage(written.bytes, { format: 'xlsx' })
  expect(read.records.map(({ value }) => value)).toEqual(
    notes.map((note, i) => ({
      no: `0033010900424041500${i}`,
      code: '3304020030107',
      weight: '240',
      note: note.toWellFormed(),
    })),
  )
  expect(mapping?.write?.(records)).toEqual([written])
})

test('figures of a table are numbers that a program adds up, and nothing that would lose a digit or mean something else is one', async () => {
  const figures = ['0', '50', '-3.15', '0.5', '123456789012345', '12345678.1234567']
  const texts = [
    '1234567890123456',
    '0123',
    '1e5',
    '=1+1',
    '+5',
    '.5',
    '5.',
    '1,000',
    '５',
    '1.2345678901234567',
    '-',
  ]
  const rows = [...figures, ...texts].map((cell) => [cell, cell])
  const book = Buffer.from(tableWorkbook({ columns: ['a', 'b'], rows, figures: [0] })).toString()
  expect([...book.matchAll(/<v>([^<]*)<\/v>/g)].map(([, value]) => value)).toEqual(figures)
  const { records } = await decodeMessage(tableWorkbook({ columns: ['a', 'b'], rows, figures: [0] }), {
    format: 'xlsx',
  })
  expect(records.map(({ value }) => value)).toEqual(rows.map(([a, b]) => ({ a, b })))
})

test('a text that no cell holds is an error and is not cut', () => {
  expect(() => workbookOf(['a'], [['x'.repeat(32_768)]])).toThrow('A2: a cell has at most 32767 characters')
})

test('a sheet of any texts is read back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 30 }),
      async (texts) => {
        const bytes = workbookOf(
          ['n', 'a'],
          texts.map((text, i) => [String(i), text]),
        )
        const { records } = await decodeMessage(bytes, { format: 'xlsx' })
        const found = records.map(({ value }) => (value as { a?: string }).a)
        expect(found).toEqual(texts)
      },
    ),
    { numRuns: 100 },
  )
})

test('XML has what records share as attributes, their number, elements side by side, each base once, and empty columns', () => {
  const fields = [
    'fields:',
    '  base.no: parties.seller.code',
    '  detail.key: key.0',
    '  detail.note: note',
    "  detail.never: ''",
  ].join('\n')
  const text = `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]
write:
  format: xml
  loose: true
  once: [base]
  blank: true
  count: count
  group: { set: { const: 'a<b' } }
  file: [{ const: day_ }, { from: occurredAt.at, date: yyyyMMdd }, { const: .xml }]
${fields}`
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  expect(mistakes).toEqual([])
  expect(mapping?.write?.([sale, { ...sale, key: ['A2'] } as CanonicalRecord])).toEqual([
    {
      contentType: 'application/xml; charset=utf-8',
      text: '<?xml version="1.0" encoding="UTF-8"?>\n<data set="a&lt;b" count="2"><base><no>3304020030107</no></base><detail><key>A1</key><note></note><never></never></detail><detail><key>A2</key><note></note><never></never></detail></data>\n',
      records: [0, 1],
      file: 'day_20240415.xml',
    },
  ])
})

test('a field that the receiver requires is not made up: the record cannot be written', () => {
  const text = `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: json }\nfields: { a.b: { from: note, required: true } }`
  const { mapping } = compileMapping({ path: 'x', text })
  expect(() => mapping?.write?.([sale])).toThrow('the record has no value for a.b')
})

test.each([
  ['=HYPERLINK("http://example.com")', `"'=HYPERLINK(""http://example.com"")"`],
  ['+1+1', "'+1+1"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  [' =1', "' =1"],
  ['＝1', "'＝1"],
  ['-12.50', '-12.50'],
  ['3304-1', '3304-1'],
  ['番茄', '番茄'],
])('the cell %j stands in CSV as %j: no text of a source is a formula of the receiver', (note, cell) => {
  const text = `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: csv }\nfields: { note: note, end: { const: x } }`
  const { mapping } = compileMapping({ path: 'x', text })
  expect(mapping?.write?.([{ ...sale, note } as CanonicalRecord])[0]?.text).toBe(`note,end\r\n${cell},x\r\n`)
})

test.each([
  ['write: { format: csv, loose: true }', 'write.loose'],
  ['write: { format: json, count: n }', 'write.count'],
  ["write: { format: xml, group: { 'a b': { const: x } } }", 'write.group'],
  ['write: { format: xml, file: name }', 'write.file'],
  ['write: { format: xml, once: [1x] }', 'write'],
])('%s is a mistake at %s', (write, target) => {
  const text = `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\n${write}\nfields: { no: key.0 }`
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  expect([mapping, mistakes.map((one) => one.target)]).toEqual([null, [target]])
})
