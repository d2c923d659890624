import { describe, expect, test } from 'vitest'
import { JsonFault } from '#adapters/push/json/fault.ts'
import { JsonReader } from '#adapters/push/json/reader.ts'

function read(text: string) {
  const reader = new JsonReader(64)
  reader.open(text)
  const value = reader.value(0)
  reader.end()
  return value
}

// Numbers are kept as the text of the source.
const TAKEN: readonly (readonly [text: string, value: unknown])[] = [
  ['[]', []],
  ['{}', {}],
  ['[ ]', []],
  ['{ }', {}],
  ['[""]', ['']],
  ['null', null],
  ['true', true],
  ['false', false],
  ['"asd"', 'asd'],
  ['""', ''],
  ['42', '42'],
  ['-0.1', '-0.1'],
  ['-0', '-0'],
  ['[-1]', ['-1']],
  ['[0e1]', ['0e1']],
  ['[0e+1]', ['0e+1']],
  ['[123e45]', ['1.23E+47']],
  ['[1E22]', ['1E+22']],
  ['[1E-2]', ['1E-2']],
  ['[1E+2]', ['1E+2']],
  ['[1.50]', ['1.50']],
  ['[123.456e78]', ['123.456e78']],
  ['[123.456789]', ['123.456789']],
  [
    '[0.000000000000000000000000000000000000000000000000000000000000000000000000000001]',
    [`0.${'0'.repeat(77)}1`],
  ],
  ['[1, 2,\t3\r\n,4 ]', ['1', '2', '3', '4']],
  ['[null, true, false]', [null, true, false]],
  ['[1,null,null,null,2]', ['1', null, null, null, '2']],
  [' \n\t\r[1] \n\t\r', ['1']],
  ['{"asd":"sdf"}', { asd: 'sdf' }],
  ['{"":0}', { '': '0' }],
  ['{"a":[]}', { a: [] }],
  ['{"a" : 1 , "b" : [ { } ] }', { a: '1', b: [{}] }],
  ['{"foo\\u0000bar": 42}', { 'foo\0bar': '42' }],
  ['{"min": -1.0e+28, "max": 1.0e+28}', { min: '-1.0e+28', max: '1.0e+28' }],
  ['["\\u0060\\u012a\\u12AB"]', ['`Īካ']],
  ['["\\ud801\\udc37"]', ['𐐷']],
  ['["\\ud83d\\ude39\\ud83d\\udc8d"]', ['😹💍']],
  ['["\\"\\\\\\/\\b\\f\\n\\r\\t"]', ['"\\/\b\f\n\r\t']],
  ['["\\\\u0000"]', ['\\u0000']],
  ['["a/*b*/c/*d//e"]', ['a/*b*/c/*d//e']],
  ['["\\\\a"]', ['\\a']],
  ['["\u007f"]', ['\u007f']],
  ['["\u2028\u2029"]', ['\u2028\u2029']],
  ['["€𝄞"]', ['€𝄞']],
  ['["番茄", "\\u756a\\u8304"]', ['番茄', '番茄']],
  ['["\\u0012"]', ['\u0012']],
  ['["new\\u000Aline"]', ['new\nline']],
  ['[[[[1]]]]', [[[['1']]]]],
]

const REFUSED: readonly string[] = [
  '',
  ' ',
  '[',
  ']',
  '{',
  '[1',
  '[1,',
  '[1,]',
  '[,1]',
  '[1,,2]',
  '[1 true]',
  '[a]',
  '[""',
  '["a',
  '["a"',
  '["x"]]',
  '[1]x',
  '[1][2]',
  '{}}',
  '{"a":"b"}#',
  '{"a":"b"}/**/',
  '[-]',
  '[+1]',
  '[.2]',
  '[-.2]',
  '[2.]',
  '[2.e3]',
  '[0.e1]',
  '[1e]',
  '[1e+]',
  '[1eE2]',
  '[0e+-1]',
  '[012]',
  '[-012]',
  '[00]',
  '[0x42]',
  '[1a]',
  '[1 000.0]',
  '[NaN]',
  '[Infinity]',
  '[-Infinity]',
  '[--2.]',
  '[１]',
  '[nul]',
  '[True]',
  '[tru]',
  '[truth]',
  '[undefined]',
  "['single']",
  '["\\x00"]',
  '["\\a"]',
  '["\\uqqqq"]',
  '["\\u00A"]',
  '["\\u"]',
  '["\\',
  '["\\u12',
  '["\\ud834\\',
  '["\\💩"]',
  '["a\0a"]',
  '["new\nline"]',
  '["\t"]',
  '[\u000c]',
  '[\u00a0]',
  '\ufeff[]',
  '["a"\u2060]',
  '{"a"}',
  '{"a":}',
  '{"a" "b"}',
  '{"a"::"b"}',
  '{"a":"b",}',
  '{"a":"b",,"c":"d"}',
  '{,"a":1}',
  '{a:1}',
  "{'a':1}",
  '{1:1}',
  '{null:1}',
  '{"a":1 "b":2}',
  '{"a":1,1}',
  '{"a":"b"]',
  '["a"}',
  '[{]}',
  '{"a":/*c*/1}',
  '<null>',
  '*',
  '{"a":1}}',
  '[1:2]',
  '["":1]',
  '["a",\n4\n,1,',
  '{"x":true,',
]

describe('JSON is read as RFC 8259 says', () => {
  test.each(TAKEN)('takes %j', (text, value) => {
    expect(read(text)).toEqual(value)
  })

  test.each(REFUSED)('refuses %j', (text) => {
    expect(() => read(text)).toThrow(JsonFault)
    // The platform's own parser must agree that this is no JSON.
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('refuses a broken key that reads like the foreseen one', () => {
    expect(() => read('[{"a\\"b":1},{"a"b":1}]')).toThrow(JsonFault)
    expect(read('[{"a\\"b":1},{"a\\"b":2}]')).toEqual([{ 'a"b': '1' }, { 'a"b': '2' }])
  })

  test('reads objects whose keys change from one to the next', () => {
    const text =
      '[{"a":1,"b":2},{"b":1,"a":2},{"a":1},{"a":1,"b":2,"c":3},{"ab":1},{"a":{"a":1},"b":{"c":1}}]'
    const expected = [
      { a: '1', b: '2' },
      { b: '1', a: '2' },
      { a: '1' },
      { a: '1', b: '2', c: '3' },
      { ab: '1' },
      { a: { a: '1' }, b: { c: '1' } },
    ]
    expect(read(text)).toEqual(expected)
  })

  test('goes 64 levels deep and no further, without filling the stack', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(() => read(nested(64))).not.toThrow()
    expect(() => read(nested(65))).toThrow(JsonFault)
    expect(() => read(nested(10_000))).toThrow(JsonFault)
    expect(() => read('{"a":'.repeat(100_000))).toThrow(JsonFault)
  })
})
