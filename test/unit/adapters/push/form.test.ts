import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode } from '#adapters/push/decode.ts'
import { gb18030 } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

const options: DecodeOptions = {
  format: 'form',
  rows: 'list',
  form: { field: 'dataStr', format: 'json' },
  maxRecords: 3,
}
const form = (body: string | Uint8Array) => decode(Buffer.from(body as string), options)
const refused = (body: string) => refusalOf(() => form(body))
const escaped = (text: string) => encodeURIComponent(text)

/** Every byte as a percent escape, as a form of a GBK page does. */
const percentBytes = (bytes: Uint8Array) =>
  [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

describe('a form field with JSON', () => {
  test('the list inside of the field gives the records, places begin with the field', () => {
    const text = '{"method":"sOriginOut","size":2,"list":[{"dest":"番茄 + 100%"},{"dest":"㛃"}]}'
    const { records, envelope, encoding } = form(`x=1&dataStr=${escaped(text).replaceAll('%20', '+')}&y=2`)
    expect(encoding).toBe('utf-8')
    expect(records.map((record) => record.value)).toEqual([{ dest: '番茄 + 100%' }, { dest: '㛃' }])
    expect(records[1]?.path).toBe('dataStr/list/1')
    expect(records[1]?.place('dest')).toBe('dataStr/list/1/dest')
    expect(envelope).toEqual({ method: 'sOriginOut', size: '2', list: [] })
  })

  test('escapes of GBK bytes are read as GB 18030', () => {
    const { records, encoding } = form(
      `dataStr=${percentBytes(gb18030('{"list":[{"name":"龙游㛃合作社"}]}'))}`,
    )
    expect(encoding).toBe('gb18030')
    expect(records[0]?.value).toEqual({ name: '龙游㛃合作社' })
  })

  test('issues of a record have their place in the field', () => {
    const { records } = form(`dataStr=${escaped('{"list":[{"a":"1","a":"2"},7]}')}`)
    expect(records[0]?.issues).toMatchObject([{ path: 'dataStr/list/0/a', code: 'E_SCHEMA' }])
    expect(records[1]?.issues).toMatchObject([{ path: 'dataStr/list/1', reason: 'not an object' }])
  })

  test.each([
    [
      'cut in the JSON',
      `dataStr=${escaped('{"list":[{"a":"b')}`,
      'dataStr',
      'the form value ends inside the JSON',
    ],
    [
      'cut in an escape',
      'dataStr=%7B%22list%22%3A%5B%7B%22a%22%3A%22%E5%8',
      'dataStr',
      'the form value ends inside the JSON',
    ],
    ['without the field', 'data=1', 'dataStr', 'the form has no field dataStr'],
    [
      'with the field twice',
      'dataStr=%7B%7D&dataStr=%7B%7D',
      'dataStr',
      'the form has the field dataStr twice',
    ],
    ['with an empty field', 'dataStr=', 'dataStr', 'the field is empty'],
    [
      'with a wrong escape',
      'dataStr=%7B%zz%7D',
      'dataStr',
      'a % without two hexadecimal digits at byte 3 of the value',
    ],
    [
      'with more records than allowed',
      `dataStr=${escaped('{"list":[{},{},{},{}]}')}`,
      'dataStr/list',
      '4 records, 3 is the most in one post',
    ],
    ['without the list', `dataStr=${escaped('{"method":"x"}')}`, 'dataStr/list', 'list is missing'],
    [
      'with broken JSON',
      `dataStr=${escaped('{"list":[x]}')}`,
      'dataStr, line 1, column 10 (/list/0)',
      '"x" where the JSON needs something else',
    ],
  ])('a form %s is refused', (_, body, at, reason) => {
    expect(refused(body)).toMatchObject({ code: 'E_SCHEMA', at, reason })
  })

  test('escaped bytes that are no text are refused', () => {
    expect(refused('dataStr=%7B%22a%22%3A%22%FF%FF%22%7D').code).toBe('E_ENCODING')
  })
})
