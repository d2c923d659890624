import { describe, expect, test } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { gb18030 } from './bytes.ts'
import { refusalOf } from './refusal-of.ts'

const lines = (bytes: string | Uint8Array) => decode(Buffer.from(bytes as string), { format: 'ndjson' })

describe('NDJSON', () => {
  test('each line is a record that is called by its line', () => {
    const { records } = lines('{"tk":"1","g":1250}\r\n\n{"tk":"2","bar":{"ean":"x"}}\n')
    expect(records.map(({ index, path }) => [index, path])).toEqual([
      [0, 'line 1'],
      [1, 'line 3'],
    ])
    expect(records[0]?.value).toEqual({ tk: '1', g: '1250' })
    expect(records[1]?.place('tk')).toBe('line 3, tk')
    expect(records[1]?.place('bar.ean')).toBe('line 3, bar.ean')
  })

  test('a cut line is rejected alone and keeps its text', () => {
    const { records } = lines('{"tk":"1"}\n{"tk":"2","boo\n{"tk":"3"}\n{"tk":"4","up_ts":1')
    expect(
      records.map((record) => record.issues.map(({ path, code, reason }) => `${path}: ${code} ${reason}`)),
    ).toEqual([[], ['line 2: E_SCHEMA the line is cut'], [], ['line 4: E_SCHEMA the line is cut']])
    expect(records[1]?.value).toBe('{"tk":"2","boo')
  })

  test.each([
    ['{"tk":"1",}', 'line 2', 'E_SCHEMA', 'the line is not JSON from column 11 on'],
    ['{"a":1}{"b":2}', 'line 2', 'E_SCHEMA', 'the line is not JSON from column 8 on'],
    ['["a"]', 'line 2', 'E_SCHEMA', 'not an object'],
    ['{"a":{"b":1,"b":2}}', 'line 2, a.b', 'E_SCHEMA', 'the name stands twice in one object'],
    [`{"a":${'['.repeat(10_000)}`, 'line 2', 'E_SCHEMA', 'nested too deep'],
  ])('%.30s is rejected and its neighbours live', (line, path, code, reason) => {
    const { records } = lines(`{"tk":"1"}\n${line}\n{"tk":"3"}`)
    expect(records).toHaveLength(3)
    expect(records[1]?.issues).toMatchObject([{ path, code, reason }])
    expect(records[2]).toMatchObject({ value: { tk: '3' }, issues: [] })
  })

  test('a line with damaged bytes is lost alone', () => {
    const good = Buffer.from('{"name":"五花肉五花肉五花肉五花肉五花肉五花肉"}\n')
    const bad = Buffer.concat([
      Buffer.from('{"name":"'),
      Buffer.from([0xff, 0xfe, 0xff]),
      Buffer.from('"}\n'),
    ])
    const { records } = lines(Buffer.concat([good, bad, good]))
    expect(records.map((record) => record.issues.map((issue) => issue.code))).toEqual([
      [],
      ['E_ENCODING'],
      [],
    ])
    expect(records[2]?.value).toEqual({ name: '五花肉五花肉五花肉五花肉五花肉五花肉' })
  })

  test('a connection that breaks inside a character leaves the lines before', () => {
    const bytes = Buffer.from('{"name":"五花肉"}\n{"name":"五花肉')
    const { records } = lines(bytes.subarray(0, bytes.length - 1))
    expect(records.map((record) => record.issues.length)).toEqual([0, 1])
    expect(records[0]?.value).toEqual({ name: '五花肉' })
  })

  test('GBK lines are read', () => {
    expect(lines(gb18030('{"name":"五花肉"}\n{"name":"㛃"}')).records.map((record) => record.value)).toEqual([
      { name: '五花肉' },
      { name: '㛃' },
    ])
  })

  test('a page of a proxy and an empty body are refused', () => {
    expect(refusalOf(() => lines('<html>'))).toMatchObject({
      at: 'line 1',
      reason: 'an error page of a proxy instead of JSON',
    })
    expect(refusalOf(() => lines('\n\n'))).toMatchObject({ at: 'line 1', reason: 'the body is empty' })
  })
})
