import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { refusalOf } from './refusal-of.ts'

const json = (text: string, options: Partial<DecodeOptions> = {}) =>
  decode(Buffer.from(text), { format: 'json', ...options })

const refused = (text: string, options: Partial<DecodeOptions> = {}) => refusalOf(() => json(text, options))

describe('records of a JSON document', () => {
  test('the members of a list are records, with places as JSON pointers', () => {
    const { records } = json('[{"billNo":"A"},{"billNo":"B","a/b":{"c~d":1}}]')
    expect(records.map(({ index, path }) => [index, path])).toEqual([
      [0, '/0'],
      [1, '/1'],
    ])
    expect(records[1]?.value).toEqual({ billNo: 'B', 'a/b': { 'c~d': '1' } })
    expect(records[1]?.place('billNo')).toBe('/1/billNo')
    expect(records[1]?.place('a/b.c~d')).toBe('/1/a~1b/c~0d')
    expect(records[1]?.place('')).toBe('/1')
    expect(records[1]?.issues).toEqual([])
  })

  test('a single object is a list of one at the root', () => {
    const { records } = json('{"code": 500, "msg": "timeout"}')
    expect(records).toHaveLength(1)
    expect(records[0]?.path).toBe('')
    expect(records[0]?.place('billNo')).toBe('/billNo')
    expect(records[0]?.value).toEqual({ code: '500', msg: 'timeout' })
  })

  test('a list inside of the document is found by its names, the rest is the envelope', () => {
    const text = '{"head":{"id":"7"},"body":{"size":1.50,"items":[{"a":"1"},{"a":"2"}]},"after":true}'
    const { records, envelope } = json(text, { rows: 'body.items' })
    expect(records.map((record) => record.place('a'))).toEqual(['/body/items/0/a', '/body/items/1/a'])
    expect(envelope).toEqual({ head: { id: '7' }, body: { size: '1.50', items: [] }, after: true })
  })

  test('an empty list is a message without records', () => {
    expect(json('[]').records).toEqual([])
    expect(json('{"list":[]}', { rows: 'list' }).records).toEqual([])
  })

  test('a missing list is refused by its pointer', () => {
    const at = '/checkInfo'
    expect(refused('{"other":[]}', { rows: 'checkInfo' })).toMatchObject({
      code: 'E_SCHEMA',
      at,
      reason: 'checkInfo is missing',
    })
    expect(refused('[{}]', { rows: 'checkInfo' })).toMatchObject({ at })
    expect(refused('{"checkInfo":null}', { rows: 'checkInfo' })).toMatchObject({
      at,
      reason: 'neither a list nor an object',
    })
    expect(refused('42')).toMatchObject({ reason: 'neither a list nor an object' })
  })

  test('more records than the system may send are refused', () => {
    const text = JSON.stringify({ list: Array.from({ length: 501 }, () => ({})) })
    expect(refused(text, { rows: 'list', maxRecords: 500 })).toMatchObject({
      at: '/list',
      reason: '501 records, 500 is the most in one post',
    })
  })
})

describe('one bad record is rejected and its neighbours live', () => {
  const between = (bad: string) => json(`[{"id":"0"},${bad},{"id":"2"}]`).records

  test.each([
    ['a name twice', '{"id":"1","id":"9"}', '/1/id', 'E_SCHEMA'],
    ['a name twice, once escaped', '{"id":"1","\\u0069d":"9"}', '/1/id', 'E_SCHEMA'],
    ['a name twice after other names', '{"id":"1","b":1,"c":2,"b":3}', '/1/b', 'E_SCHEMA'],
    ['__proto__', '{"__proto__":{"admin":true}}', '/1/__proto__', 'E_SCHEMA'],
    ['constructor', '{"constructor":{"prototype":{"x":1}}}', '/1/constructor', 'E_SCHEMA'],
    ['prototype', '{"a":{"prototype":1}}', '/1/a/prototype', 'E_SCHEMA'],
    ['an escaped __proto__', '{"\\u005f_proto__":1}', '/1/__proto__', 'E_SCHEMA'],
    ['an escaped NUL', '{"name":"a\\u0000b"}', '/1/name', 'E_SCHEMA'],
    ['half of a surrogate pair', '{"name":"\\ud800"}', '/1/name', 'E_SCHEMA'],
    ['the second half alone', '{"name":"x\\udc00"}', '/1/name', 'E_SCHEMA'],
    ['a text instead of an object', '"x"', '/1', 'E_SCHEMA'],
    ['a list instead of an object', '[{}]', '/1', 'E_SCHEMA'],
    ['null instead of an object', 'null', '/1', 'E_SCHEMA'],
  ])('%s', (_, bad, path, code) => {
    const records = between(bad)
    expect(records).toHaveLength(3)
    expect(records[1]?.issues[0]).toMatchObject({ path, code })
    expect(records[0]?.issues).toEqual([])
    expect(records[2]?.issues).toEqual([])
    expect(records[2]?.value).toEqual({ id: '2' })
  })

  test.each([
    ['a code of 20 digits', '33082500724041500092', '3.3082500724041500092E+19'],
    ['an identity number', '110101199003078888', '1.10101199003078888E+17'],
    ['an integer beyond 2^53', '9007199254740993', '9.007199254740993E+15'],
    ['a 20-digit code rounded by a spreadsheet', '3.30603E+19', '3.30603E+19'],
    ['a code with a small exponent', '330603e14', '3.30603E+19'],
    ['an exponent that no number has', '1e400', '1E+400'],
    ['a number too small to be told from zero', '1e-400', '1e-400'],
    ['more digits of a fraction than are kept', '0.12345678901234567890', '0.12345678901234567890'],
  ])('%s that came as a number shows that it lost digits, and its record lives', (_, number, shown) => {
    const [, record] = between(`{"id":"1","n":${number},"a":[{"b":${number}}]}`)
    expect(record).toMatchObject({ value: { id: '1', n: shown, a: [{ b: shown }] }, issues: [] })
  })

  test('where numbers are read as numbers afterwards, one that lost digits rejects its record', () => {
    const bytes = Buffer.from('[{"year":12345678901234567890},{"year":2024}]')
    const { records } = decode(bytes, { format: 'json', exactNumbers: true })
    expect(records.map(({ issues }) => issues.map(({ path, code }) => [path, code]))).toEqual([
      [['/0/year', 'E_PRECISION_LOST']],
      [],
    ])
  })

  test('no name of a message reaches a prototype', () => {
    const { records } = json(
      '[{"__proto__":{"polluted":"1"},"constructor":{"prototype":{"polluted":"1"}},"a":"1"}]',
    )
    expect(records[0]?.value).toEqual({ a: '1' })
    expect(Object.getPrototypeOf(records[0]?.value)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('numbers that keep their digits pass as written', () => {
    const text =
      '[{"ms":1713115200000,"kg":186.50,"zero":0.0,"big":123456789012345,"tenth":0.30000000000000004,"e":1.5E3}]'
    const { records } = json(text)
    expect(records[0]?.issues).toEqual([])
    expect(records[0]?.value).toEqual({
      ms: '1713115200000',
      kg: '186.50',
      zero: '0.0',
      big: '123456789012345',
      tenth: '0.30000000000000004',
      e: '1.5E3',
    })
  })

  test('a long number around the list is no record’s fault', () => {
    const { records } = json('{"serial":12345678901234567890,"list":[{"a":"1"}]}', { rows: 'list' })
    expect(records[0]?.issues).toEqual([])
  })

  test('destroyed text is left to the mapping', () => {
    expect(json('[{"name":"锟斤拷"},{"name":"\ufffd"}]').records.flatMap((record) => record.issues)).toEqual(
      [],
    )
  })
})

describe('a document that cannot be read is refused with its place', () => {
  test.each([
    ['cut inside a record', '[{"a":"1"},{"a":"2', 'end of text', 'the JSON ends inside a record'],
    ['cut inside a number', '[{"a":1', 'end of text', 'the JSON ends inside a record'],
    ['cut inside a word', '[{"a":tr', 'end of text', 'the JSON ends inside a record'],
    ['cut inside an escape', '[{"a":"\\u12', 'end of text', 'the JSON ends inside a record'],
    ['cut after a record', '[{"a":"1"},', 'end of text', 'the JSON ends inside a record'],
    ['cut before the last bracket', '[{"a":"1"}', 'end of text', 'the JSON ends before its last bracket'],
    [
      'an HTML page',
      '<html><head><title>502 Bad Gateway</title></head></html>',
      'line 1',
      'an error page of a proxy instead of JSON',
    ],
    [
      'an HTML page with a document type',
      '\n<!DOCTYPE html>\n<html>',
      'line 1',
      'an error page of a proxy instead of JSON',
    ],
    ['XML', '<?xml version="1.0"?><a/>', 'line 1', 'XML instead of JSON'],
    ['nothing but blanks', ' \r\n ', 'line 1', 'the body is empty'],
    [
      'a stray character',
      '[\n  {"a": "1"},\n  {"a": x}\n]',
      'line 3, column 9 (/1/a)',
      '"x" where the JSON needs something else',
    ],
    ['text after the end', '[]\n[]', 'line 2, column 1', '"[" after the end of the JSON'],
    [
      'a raw line end in a text',
      '[{"a":"b\nc"}]',
      'line 1, column 9 (/0/a)',
      'a control character inside a text',
    ],
    ['NUL in a text', '[{"a":"\0"}]', 'line 1, column 8 (/0/a)', 'a control character inside a text'],
    ['a wrong escape', '[{"a":"\\x"}]', 'line 1, column 8 (/0/a)', 'an escape that JSON does not have'],
  ])('%s', (_, text, at, reason) => {
    expect(refused(text)).toMatchObject({ code: 'E_SCHEMA', at, reason })
  })

  test('10,000 levels of nesting, with the place of the 65th', () => {
    expect(refused('['.repeat(10_000))).toMatchObject({ reason: 'the JSON is nested too deep' })
    expect(refused(`[{"a":${'['.repeat(10_000)}`).at).toContain('line 1, column 69')
  })

  test('a system may allow less depth, never more', () => {
    expect(refused('[{"a":{}}]', { maxDepth: 2 })).toMatchObject({ reason: 'the JSON is nested too deep' })
    expect(refused('['.repeat(65), { maxDepth: 1000 })).toMatchObject({
      reason: 'the JSON is nested too deep',
    })
  })

  test('a name twice around the list, as it is not known which list is meant', () => {
    expect(refused('{"list":[],"list":[{}]}', { rows: 'list' })).toMatchObject({ at: '/list' })
  })
})
