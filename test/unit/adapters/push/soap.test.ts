import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { decodeStream } from '#adapters/push/decode-stream.ts'
import { gb18030, inChunks } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

const OPTIONS: DecodeOptions = { format: 'soap', soap: { field: 'arg0' }, xml: { roots: ['row'] } }
const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope'

const soap = (text: string | Uint8Array, options: Partial<DecodeOptions> = {}) =>
  decode(Buffer.from(text as string), { ...OPTIONS, ...options })
const enveloped = (body: string, uri = SOAP_11) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="${uri}"><s:Header><arg0>1</arg0></s:Header><s:Body><q:upload xmlns:q="http://q.example/">${body}</q:upload></s:Body></s:Envelope>\n`
const cdata = (inner: string, uri?: string) => enveloped(`<arg0><![CDATA[${inner}]]></arg0>`, uri)
const INNER =
  '<?xml version="1.0" encoding="GB2312"?><rows><row><a>番茄</a></row><row><a>㛃&amp;</a></row></rows>'
const ROWS = [{ a: '番茄' }, { a: '㛃&' }]
const values = (outcome: ReturnType<typeof soap>) => outcome.records.map((record) => record.value)

describe('an XML document inside of a SOAP envelope', () => {
  test.each([
    ['SOAP 1.1', SOAP_11],
    ['SOAP 1.2', SOAP_12],
  ])('in CDATA, %s; the header is not looked into', (_, uri) => {
    const outcome = soap(cdata(INNER, uri))
    expect(values(outcome)).toEqual(ROWS)
    expect(outcome.records[1]?.place('a')).toBe('row[1]/a')
    expect([outcome.encoding, outcome.encodingMismatch]).toEqual(['utf-8', false])
  })

  test('escaped, in pieces of both kinds, behind blanks, under a prefix', () => {
    const escaped = INNER.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
    expect(values(soap(enveloped(`<arg0>${escaped}</arg0>`)))).toEqual(ROWS)
    expect(
      values(
        soap(
          enveloped(`<q:arg0> \n<![CDATA[${INNER.slice(0, 60)}]]><![CDATA[${INNER.slice(60)}]]></q:arg0>`),
        ),
      ),
    ).toEqual(ROWS)
    expect(values(soap(`\n${cdata(`\r\n${INNER}`)}`))).toEqual(ROWS)
  })

  test('GBK bytes under a UTF-8 header are found out; what the document inside declares counts for nothing', () => {
    const outcome = soap(gb18030(cdata(INNER)))
    expect(values(outcome)).toEqual(ROWS)
    expect([outcome.encoding, outcome.encodingMismatch]).toEqual(['gb18030', true])
    expect(soap(gb18030(cdata(INNER).replace('UTF-8', 'GBK'))).encodingMismatch).toBe(false)
  })

  test.each([
    [
      'a document type inside',
      cdata('<!DOCTYPE row [<!ENTITY a "b">]><row/>'),
      'arg0',
      'a document type declaration is not allowed',
    ],
    [
      'a document type outside',
      `<!DOCTYPE x>${cdata('<row/>').split('\n')[1]}`,
      '<!DOCTYPE',
      'a document type declaration is not allowed',
    ],
    [
      'an envelope cut inside the CDATA',
      cdata(INNER).slice(0, cdata(INNER).indexOf('㛃')),
      'end of file',
      'the XML ends inside arg0',
    ],
    ['an envelope cut behind it', cdata(INNER).slice(0, -20), 'end of file', 'the XML ends inside Body'],
    ['a document cut inside', cdata('<rows><row><a>1</a>'), 'arg0', 'the XML ends inside row inside of arg0'],
    [
      'broken XML inside',
      cdata('<rows><row>\n</x></rows>'),
      'arg0, line 2, column 5',
      'unexpected close tag',
    ],
    ['an entity of nobody inside', cdata('<row>&b;</row>'), 'arg0, line 1, column 9', 'undefined entity'],
    ['no field', enveloped('<arg1>x</arg1>'), 'arg0', 'the envelope has no arg0'],
    ['two of them', enveloped('<arg0>x</arg0><arg0>y</arg0>'), 'arg0', 'the envelope has arg0 twice'],
    ['an empty one', enveloped('<arg0> </arg0>'), 'arg0', 'arg0 is empty'],
    [
      'elements in place of a text',
      enveloped('<arg0><row/></arg0>'),
      'arg0',
      'the element row in place of a text',
    ],
    ['the document without its envelope', '<row><a>1</a></row>', 'row', 'no SOAP envelope, but row'],
    [
      'an envelope of something else',
      cdata('<row/>', 'http://other.example/'),
      's:Envelope',
      'no SOAP envelope, but s:Envelope',
    ],
    [
      'something else in place of the body',
      `<s:Envelope xmlns:s="${SOAP_11}"><arg0/></s:Envelope>`,
      'arg0',
      'arg0 in place of the body',
    ],
    [
      'a bare ampersand',
      enveloped('<arg0>a & b; &c d e f g h</arg0>'),
      expect.stringMatching(/^line 2, column 15\d$/),
      'disallowed character in entity name',
    ],
    ['another root inside', cdata('<data><a>1</a></data>'), 'arg0, data', 'no row in the message, but data'],
    [
      'a page of a proxy',
      '<html><body>502</body></html>',
      'line 1',
      'an error page of a proxy instead of XML',
    ],
  ])('%s is refused', (_, text, at, reason) => {
    expect(refusalOf(() => soap(text))).toMatchObject({
      code: 'E_SCHEMA',
      at,
      reason: expect.stringContaining(reason),
    })
  })

  test('an entity bomb and a deep envelope cost nothing and are refused', () => {
    expect(refusalOf(() => soap(enveloped(`${'<a>'.repeat(70)}<arg0/>`))).reason).toBe(
      'the XML is nested too deep',
    )
    expect(refusalOf(() => soap(cdata(`<row>${'<a>'.repeat(70)}</row>`))).reason).toBe(
      'the XML is nested too deep',
    )
    expect(refusalOf(() => soap(cdata('<row/><row/>'), { maxRecords: 1 })).reason).toContain('1 is the most')
  })

  test('a stream is held whole, up to 16 MiB', async () => {
    const taken: unknown[] = []
    for await (const record of decodeStream(inChunks(gb18030(cdata(INNER)), 7), OPTIONS))
      taken.push(record.value)
    expect(taken).toEqual(ROWS)
    async function* endless() {
      yield Buffer.from(cdata('').slice(0, 300))
      for (let n = 0; n < 400; n++) yield Buffer.alloc(65_536, 'x')
    }
    const read = async () => {
      for await (const _ of decodeStream(endless(), OPTIONS));
    }
    await expect(read()).rejects.toMatchObject({
      at: 'arg0',
      reason: 'the envelope has more than 16777216 bytes',
    })
  })
})
