import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { gb18030 } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

const xml = (text: string | Uint8Array, options: Partial<DecodeOptions> = {}) =>
  decode(Buffer.from(text as string), { format: 'xml', ...options })

const rows = (...roots: string[]): Partial<DecodeOptions> => ({ xml: { roots } })

describe('XML', () => {
  test('several roots after the declaration, in GBK bytes under a UTF-8 declaration', () => {
    const text = `${HEAD}<animal_in_info><batch_id>SX1</batch_id><farm_name>衢江㛃养殖场</farm_name></animal_in_info>\r\n<animal_in_info><batch_id/></animal_in_info>\n`
    const { records, encoding, encodingMismatch } = xml(gb18030(text), rows('animal_in_info'))
    expect([encoding, encodingMismatch]).toEqual(['gb18030', true])
    expect(records.map((record) => record.value)).toEqual([
      { batch_id: 'SX1', farm_name: '衢江㛃养殖场' },
      { batch_id: '' },
    ])
    expect(records[1]?.path).toBe('animal_in_info[1]')
    expect(records[1]?.place('batch_id')).toBe('animal_in_info[1]/batch_id')
    expect(records[1]?.place('a.b')).toBe('animal_in_info[1]/a/b')
  })

  test('rows inside of an envelope, counted by name', () => {
    const text =
      '<data dataset="x" count="2"><head>1</head><row><a>1</a></row><other/><row><a>2</a></row></data>'
    const { records } = xml(text, rows('row'))
    expect(records.map((record) => [record.index, record.path, record.value])).toEqual([
      [0, 'row[0]', { a: '1' }],
      [1, 'row[1]', { a: '2' }],
    ])
  })

  test('a path to the rows serves in place of their names', () => {
    expect(xml('<d><row><a>1</a></row></d>', { rows: 'd.row' }).records).toHaveLength(1)
  })

  test('without names each root is a row', () => {
    expect(xml('<a><x>1</x></a><b><x>2</x></b>').records.map((record) => record.path)).toEqual([
      'a[0]',
      'b[0]',
    ])
  })

  test('an empty envelope is a message without records', () => {
    expect(xml(`${HEAD}<data count="0"></data>`, rows('row')).records).toEqual([])
    expect(xml('<data><rows/></data>', rows('row', 'rows')).records).toHaveLength(1)
  })

  test('an element that says all in its attributes is an object, but not where they are only of its namespace or type', () => {
    const text =
      '<row xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><goods code="01233401" name="番茄"/><goods code="01231201"> </goods>' +
      '<void xsi:nil="true"/><none xmlns=""/><empty/></row>'
    expect(xml(text).records[0]?.value).toMatchObject({
      goods: [{ '@code': '01233401', '@name': '番茄' }, { '@code': '01231201' }],
      void: '',
      none: '',
      empty: '',
    })
  })

  test('children become members: repeated ones a list, nested ones an object, empty ones an empty text', () => {
    const text =
      '<row id="7"><t>1</t><t> 2 </t><n k="v"><x>a</x></n><e></e><l k="v">text</l><t><y>3</y></t></row>'
    expect(xml(text).records[0]?.value).toEqual({
      '@id': '7',
      t: ['1', '2', { y: '3' }],
      n: { '@k': 'v', x: 'a' },
      e: '',
      l: 'text',
      'l@k': 'v',
    })
  })

  test('what the attributes of a text say stands beside it, in the places of their elements where it is repeated', () => {
    const text =
      '<row><kg unit="斤">120</kg><n xmlns:x="u" x:type="s">1</n><t>a</t><t u="2">b</t><t u="3">c</t><none unit="kg"/></row>'
    expect(xml(text).records[0]?.value).toEqual({
      kg: '120',
      'kg@unit': '斤',
      n: '1',
      t: ['a', 'b', 'c'],
      't@u': ['', '2', '3'],
      none: { '@unit': 'kg' },
    })
  })

  test('blanks of XML around a text go, full-width blanks stay, CDATA and entities of XML are text', () => {
    const text =
      '<row><a>\n  x y \t</a><b>\u3000x\u3000</b><c><![CDATA[<b>&amp;]]> &lt;&#20013;&#x6587;&amp;</c></row>'
    expect(xml(text).records[0]?.value).toEqual({ a: 'x y', b: '\u3000x\u3000', c: '<b>&amp; <中文&' })
  })

  test('comments and processing instructions are passed over', () => {
    expect(xml('<!-- x --><row><?php echo ?><a><!-- y -->1</a></row>').records[0]?.value).toEqual({ a: '1' })
  })

  test('names that reach a prototype reject the row and set nothing', () => {
    const text =
      '<d><row><__proto__><x>1</x></__proto__><a>1</a></row><row><constructor>2</constructor></row><row><a>3</a></row></d>'
    const { records } = xml(text, rows('row'))
    expect(records.map((record) => record.issues.map((issue) => issue.path))).toEqual([
      ['row[0]/__proto__'],
      ['row[1]/constructor'],
      [],
    ])
    expect(records[0]?.value).toEqual({ a: '1' })
    expect(Object.getPrototypeOf(records[0]?.value)).toBe(Object.prototype)
  })

  test('names that objects have anyway are ordinary children', () => {
    expect(xml('<row><toString>1</toString><toString>2</toString></row>').records[0]?.value).toEqual({
      toString: ['1', '2'],
    })
  })

  test('a root that the record does not take is counted and rejected beside the others', () => {
    const { records } = xml('<a><x>1</x></a><b><x>2</x></b><a><x>3</x></a>', rows('a'))
    expect(records.map((record) => record.path)).toEqual(['a[0]', 'b[0]', 'a[1]'])
    expect(records[1]?.issues).toMatchObject([{ path: 'b[0]', code: 'E_SCHEMA' }])
  })
})

describe('XML that cannot be read is refused with its place', () => {
  const refused = (text: string | Uint8Array, options = rows('row')) => refusalOf(() => xml(text, options))

  test.each([
    ['cut inside a tag', '<row><a>1</a><pr', 'end of file', 'the XML ends inside row'],
    ['cut inside a text', '<d><row><a>1', 'end of file', 'the XML ends inside row'],
    ['cut after a row', '<d><row><a>1</a></row>', 'end of file', 'the XML ends inside d'],
    ['cut inside the first tag', '<ro', 'end of file', 'the XML ends inside a tag'],
    ['cut inside CDATA', '<row><a><![CDATA[x', 'end of file', 'the XML ends inside row'],
    [
      'a document type',
      `${HEAD}<!DOCTYPE row [<!ENTITY x SYSTEM "file:///etc/hostname">]><row><a>&x;</a></row>`,
      '<!DOCTYPE',
      'a document type declaration is not allowed',
    ],
    [
      'a document type between rows',
      '<row/><!DOCTYPE row><row/>',
      '<!DOCTYPE',
      'a document type declaration is not allowed',
    ],
    ['an unknown entity', '<row><a>&x;</a></row>', 'line 1, column 12', 'undefined entity'],
    [
      'an entity named as a member of all objects',
      '<row><a>&constructor;</a></row>',
      'line 1, column 22',
      'undefined entity',
    ],
    ['a bare &', '<row>\n<a>鲜肉&卤味店</a></row>', 'line 2', 'a & that begins no entity'],
    ['a wrong closing tag', '<row><prov_id></prov.id></row>', 'line 1, column 25', 'unexpected close tag'],
    ['text beside the rows', '<row/>abc<row/>', 'line 1, column 11', 'text outside of all elements'],
    ['JSON', '{"a":1}', 'line 1, column 8', 'text outside of all elements'],
    ['NUL', '<row><a>\0</a></row>', 'line 1, column 10', 'disallowed character'],
    ['an attribute twice', '<row a="1" a="2"/>', 'line 1, column 19', 'duplicate attribute: a'],
    [
      'a page of a proxy',
      '<!DOCTYPE html><html></html>',
      'line 1',
      'an error page of a proxy instead of XML',
    ],
    ['an empty body', ' \n', 'line 1', 'the body is empty'],
    ['only a declaration', HEAD, 'line 1', 'the body is empty'],
    [
      'another record’s file',
      '<quarantine_info><a>x</a></quarantine_info>',
      'quarantine_info',
      'no row in the message, but quarantine_info',
    ],
  ])('%s', (_, text, at, reason) => {
    expect(refused(text)).toMatchObject({ code: 'E_SCHEMA', at, reason })
  })

  test('more than 64 levels', () => {
    expect(refused('<row>'.repeat(10_000))).toMatchObject({ reason: 'the XML is nested too deep' })
    const nested = (depth: number) => `${'<row>'.repeat(depth)}${'</row>'.repeat(depth)}`
    expect(xml(nested(64)).records).toHaveLength(1)
    expect(refused(nested(65)).reason).toBe('the XML is nested too deep')
  })
})
