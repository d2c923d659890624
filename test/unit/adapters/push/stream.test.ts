import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import {
  countStream,
  decodeStream,
  type StreamOptions,
  type StreamReport,
} from '#adapters/push/decode-stream.ts'
import type { SourceRecord } from '#core/source.ts'
import { gb18030, inChunks } from './bytes.ts'

type TextStream = StreamOptions & DecodeOptions

const FORM: TextStream = { format: 'form', rows: 'list', form: { field: 'dataStr', format: 'json' } }
const JOIN: TextStream = { format: 'xml', xml: { join: { detail: 'd', base: 'b', on: 'k' } } }

const MESSAGES: readonly (readonly [name: string, options: TextStream, text: string])[] = [
  [
    'a JSON list',
    { format: 'json' },
    ' [ {"a":"番茄,]}\\"","n":[1,{"b":2}]} , {"a":33082500724041500092},\n7,"x]",null,[{}],{"a":1,"a":2} ] ',
  ],
  ['an empty JSON list', { format: 'json' }, '[]'],
  ['a single JSON object', { format: 'json' }, '{"a":"1","list":[1,2]}'],
  [
    'a JSON list inside',
    { format: 'json', rows: 'body.items' },
    '{"head":{"items":[9]},"body":{"size":2,"items":[{"a":"㛃"},{"a":2}],"x":[1]},"t":"]"}',
  ],
  ['a JSON object in place of the list', { format: 'json', rows: 'list' }, '{"list":{"a":"1"}}'],
  [
    'a JSON list with what stands around it',
    { format: 'json', rows: 'body.items', envelope: ['head.id', 'body.code'], expect: { type: ['IN'] } },
    '{"type":"IN","head":{"id":7},"body":{"code":"番茄]","items":[{"a":"㛃"},{"a":2}],"x":[1]},"t":"]"}',
  ],
  ['NDJSON', { format: 'ndjson' }, '{"a":"番茄"}\r\n\n{"a":1\n{"a":"㛃"}\n{"a":12345678901234567890}'],
  ['CSV', { format: 'csv' }, '编号,名称\n1,"番,茄"\n2\n3,"㛃\n二"\n'],
  [
    'CSV with lines above, remarks and a delimiter to be found',
    { format: 'csv', csv: { delimiter: 'auto', skip: 2, comment: '#' } },
    '日报 "\r\n\r# 单位\n\r\n编号|名称,x|y\r\n1|"番|茄\r\n"|2\r2|㛃\n#3|4\n',
  ],
  [
    'CSV with the delimiter in its first line',
    { format: 'csv', csv: { delimiter: 'auto' } },
    'sep=;\r\na;b,c\r\n㛃;2\r\n',
  ],
  ['CSV of one short line', { format: 'csv', csv: { delimiter: 'auto', header: ['a', 'b'] } }, '番;2'],
  [
    'a SOAP envelope',
    { format: 'soap', soap: { field: 'arg0' }, xml: { roots: ['r'] } },
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><u><arg0><![CDATA[<?xml version="1.0"?><x><r><a>番</a></r><r><a>㛃</a></r></x>]]></arg0></u></e:Body></e:Envelope>',
  ],
  [
    'XML',
    { format: 'xml' },
    '<?xml version="1.0" encoding="UTF-8"?><r><a>番&amp;茄</a></r><r><a>㛃</a><a/></r>',
  ],
  [
    'XML with bases',
    JOIN,
    '<m><d><k>1</k></d><b><k>1</k><n>一</n></b><d><k>1</k></d><d><k/></d><d><k>2</k></d><b><k>3</k></b></m>',
  ],
  ['a form', FORM, `dataStr=${encodeURIComponent('{"list":[{"a":"番茄"},{"a":"㛃"}]}')}`],
]

const plain = ({ index, path, value, issues, place, envelope }: SourceRecord) => ({
  index,
  path,
  value,
  issues,
  around: envelope && [envelope.place('body.code'), envelope.value['type'], envelope.value['head']],
  a: place('a'),
  n: place('base.n'),
})

async function streamed(bytes: Uint8Array, options: StreamOptions, size: number) {
  const report: StreamReport = { encoding: 'utf-8', encodingMismatch: false, unjoined: [] }
  const records: SourceRecord[] = []
  for await (const record of decodeStream(inChunks(bytes, size), options, {}, report)) records.push(record)
  records.sort((one, other) => one.index - other.index)
  return { records: records.map(plain), ...report }
}

function whole(bytes: Uint8Array, options: TextStream) {
  const { records, encoding, encodingMismatch, unjoined } = decode(bytes, options)
  return { records: records.map(plain), encoding, encodingMismatch, unjoined }
}

describe('a stream gives the records that the whole message gives, wherever it is cut', () => {
  test.each(MESSAGES)('%s', async (_, options, text) => {
    for (const bytes of [Buffer.from(text), gb18030(text), Buffer.from(`\ufeff${text}`)]) {
      if (options.format === 'form' && bytes[0] === 0xef) continue
      const expected = whole(bytes, options)
      for (const size of [1, 2, 5, 64, 100_000])
        expect(await streamed(bytes, options, size)).toEqual(expected)
    }
  })

  test.each(MESSAGES)('%s is counted as it is read', async (_, options, text) => {
    for (const bytes of [Buffer.from(text), gb18030(text)])
      for (const size of [1, 5, 100_000]) {
        let count = 0
        for await (const some of countStream(inChunks(bytes, size), options)) count += some
        expect(count).toBe(whole(bytes, options).records.length)
      }
  })

  test('CSV of any shape and any chunk size, where it is refused, too', async () => {
    const text = fc
      .array(fc.constantFrom('a', '番', ',', ',', '\n', '\r\n', '\r', '#', ' ', '"'), { maxLength: 30 })
      .map((parts) => `x,y\n${parts.join('')}`)
    const refused = (error: unknown) => String(error)
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (csv, size) => {
        const bytes = Buffer.from(csv)
        const options = { format: 'csv', csv: { comment: '#' } } as const
        const asStream = await streamed(bytes, options, size).catch(refused)
        let asWhole: unknown
        try {
          asWhole = whole(bytes, options)
        } catch (error) {
          asWhole = refused(error)
        }
        expect(asStream).toEqual(asWhole)
      }),
      { numRuns: 300 },
    )
  })

  test('JSON of any shape and any chunk size', async () => {
    const rows = fc.array(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 })), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 20 }), async (list, size) => {
        const bytes = Buffer.from(JSON.stringify({ before: 1, list, after: [] }))
        const options = { format: 'json', rows: 'list' } as const
        expect(await streamed(bytes, options, size)).toEqual(whole(bytes, options))
      }),
    )
  })

  test('a JSON text is refused as a stream exactly where it is refused as a whole', async () => {
    const text = '{"h":"x","list":[{"a":"番茄"},{"b":[1,true]}],"t":null}'
    const damaged = fc.tuple(
      fc.nat(text.length),
      fc.constantFrom('', '"', ',', ']', '}', '{', '[', ':', '0', 'x', '\\'),
    )
    await fc.assert(
      fc.asyncProperty(damaged, fc.integer({ min: 1, max: 9 }), async ([at, char], size) => {
        const bytes = Buffer.from(text.slice(0, at) + char + text.slice(at + 1))
        const options = { format: 'json', rows: 'list' } as const
        const asStream = await streamed(bytes, options, size).then(
          (result) => result.records.map(({ value }) => value),
          () => 'refused',
        )
        expect(asStream).toEqual(attempt(() => whole(bytes, options).records.map(({ value }) => value)))
      }),
      { numRuns: 400 },
    )
  })
})

function attempt(call: () => unknown): unknown {
  try {
    return call()
  } catch {
    return 'refused'
  }
}

test('a text that is longer than what becomes text at a time is the same in one chunk and in many, and so is the place of its fault', async () => {
  const lines = Array.from({ length: 9000 }, (_, i) => `番茄${i},${'㛃'.repeat(i % 7)}`)
  const text = `名称,数量\n${lines.join('\n')}\n`
  const csv = { format: 'csv' } as const
  for (const bytes of [
    Buffer.from(text),
    gb18030(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.alloc(150_000, 'a,b\n'),
  ]) {
    const expected = whole(bytes, csv)
    for (const size of [65_537, 1_048_576]) expect(await streamed(bytes, csv, size)).toEqual(expected)
  }
  const broken = Buffer.concat([Buffer.from(text), Buffer.from([0xe7, 0x95, 0x2c])])
  // One chunk in several texts: the place is that in the whole, wherever a text began.
  expect(await streamed(broken, csv, 1_048_576).catch(String)).toContain(
    `(at byte ${Buffer.byteLength(text)})`,
  )
})

describe('a stream is refused', () => {
  const refusal = async (text: string, options: StreamOptions) =>
    await streamed(Buffer.from(text), options, 7).then(
      () => null,
      (error: unknown) => error,
    )

  test.each([
    ['cut JSON', { format: 'json' }, '[{"a":"1"},{"a":', 'end of text', 'the JSON ends inside a record'],
    [
      'JSON cut between records',
      { format: 'json' },
      '[{"a":"1"},',
      'end of text',
      'the JSON ends inside a record',
    ],
    [
      'JSON cut before its bracket',
      { format: 'json' },
      '[{"a":"1"}',
      'end of text',
      'the JSON ends before its last bracket',
    ],
    [
      'broken JSON',
      { format: 'json' },
      '[{"a":"1"},\n {"a":x}]',
      'line 2, column 7 (/1/a)',
      '"x" where the JSON needs something else',
    ],
    [
      'two commas',
      { format: 'json' },
      '[{},\n,{}]',
      'line 2, column 1',
      '"," where the JSON needs something else',
    ],
    ['text after the list', { format: 'json' }, '[{}] x', 'around the list', '"x" after the end of the JSON'],
    ['a missing list', { format: 'json', rows: 'list' }, '{"a":[{}]}', '/list', 'list is missing'],
    [
      'a page of a proxy',
      { format: 'json' },
      '  <html>',
      'line 1',
      'an error page of a proxy instead of JSON',
    ],
    ['nothing', { format: 'json' }, '', 'line 1', 'the body is empty'],
    ['no line', { format: 'ndjson' }, '\n', 'line 1', 'the body is empty'],
    ['an empty CSV', { format: 'csv' }, '', 'line 1', 'the body is empty'],
    [
      'a CSV page of a proxy',
      { format: 'csv' },
      '<html><body>',
      'line 1',
      'an error page of a proxy instead of CSV',
    ],
    [
      'CSV with an open quote',
      { format: 'csv' },
      'a,b\n1,"2\n',
      'row 1',
      'a quotation mark is opened and never closed',
    ],
    ['cut XML', { format: 'xml' }, '<r><a>1</a></r><r><a>', 'end of file', 'the XML ends inside r'],
    ['an empty XML', { format: 'xml' }, '', 'line 1', 'the body is empty'],
    [
      'a document type',
      { format: 'xml' },
      '<!DOCTYPE r><r/>',
      '<!DOCTYPE',
      'a document type declaration is not allowed',
    ],
  ] as const)('%s', async (_, options, text, at, reason) => {
    expect(await refusal(text, options)).toMatchObject({ code: 'E_SCHEMA', at, reason })
  })

  const AROUND = { format: 'json', rows: 'list', envelope: ['node'], expect: { method: ['out'] } } as const
  test.each([
    ['"node":"7","method":"in","list":[{}]', '/method', 'method is in, not out'],
    ['"node":"7","list":[{}],"method":"out"', '/method', 'method is missing, not out'],
    [
      '"method":"out","list":[{}],"node":"7"',
      '/node',
      'node does not stand before the list, and a message of this size is read as it comes',
    ],
    [
      '"node":"7","method":"out","list":[{}],"node":"8"',
      '/node',
      'the name stands twice in one object around the list',
    ],
  ])('where what its records need around the list is not there: %s', async (text, at, reason) => {
    expect(await refusal(`{${text}}`, AROUND)).toMatchObject({ code: 'E_SCHEMA', at, reason })
  })

  test('a record or line without end is not collected for ever', async () => {
    const endless = async (head: string, options: StreamOptions) => {
      async function* source() {
        yield Buffer.from(head)
        for (let n = 0; n < 100; n++) yield Buffer.alloc(65_536, 'x')
      }
      for await (const _ of decodeStream(source(), options));
    }
    await expect(endless('[{"a":"', { format: 'json' })).rejects.toMatchObject({ at: 'record list' })
    await expect(endless('{"a":"', { format: 'json', rows: 'list' })).rejects.toMatchObject({
      at: 'record list',
    })
    await expect(endless('{"a":"', { format: 'ndjson' })).rejects.toMatchObject({ at: 'line 1' })
    await expect(endless('a,b\n1,"', { format: 'csv' })).rejects.toMatchObject({ code: 'E_SCHEMA' })
    await expect(endless('<r><a>', { format: 'xml' })).rejects.toMatchObject({
      reason: 'a text that does not end',
    })
    await expect(endless('<r><a>&', { format: 'xml' })).rejects.toMatchObject({
      reason: 'a text that does not end',
    })
  })

  test('a base is kept for the next 20,000 bases: XML without end joins in the same memory, and a detail too far behind is rejected alone', async () => {
    async function* source() {
      for (let n = 0; n < 21_000; n++) yield Buffer.from(`<b><k>${n}</k></b><d><k>${n}</k></d>`)
      yield Buffer.from('<d><k>20999</k></d><d><k>1000</k></d><d><k>999</k></d>')
    }
    let records = 0
    const rejected: string[] = []
    for await (const record of decodeStream(source(), JOIN)) {
      records++
      rejected.push(...record.issues.map(({ reason }) => `${record.index}: ${reason}`))
    }
    expect(records).toBe(21_003)
    expect(rejected).toEqual(['21002: no b with the same k in the message, nor among the 20000 before it'])
  })

  test('details beyond those that may wait for their base are rejected, the others live', async () => {
    const text = '<d><k>1</k></d><d><k>2</k></d><d><k>3</k></d><b><k>1</k></b><b><k>3</k></b>'
    const { records } = await streamed(Buffer.from(text), { ...JOIN, maxWaiting: 2 }, 1000)
    expect(records.map((record) => record.issues.map((issue) => issue.reason))).toEqual([
      [],
      ['no b with the same k in the message'],
      ['its base did not come while 2 others waited for theirs'],
    ])
  })
})
