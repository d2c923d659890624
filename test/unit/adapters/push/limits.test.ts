import { describe, expect, test } from 'vitest'
import { type DecodeOptions, decode, RECORDS_MAX } from '#adapters/push/decode.ts'
import { losesPrecision } from '#adapters/push/json/number.ts'
import { refusalOf } from './refusal-of.ts'

const MOST = { maxRecords: 3 } as const

describe('more records than may come at once are refused, in every format', () => {
  test.each<[string, DecodeOptions, string, string]>([
    ['JSON', { format: 'json', ...MOST }, '[{},{},{}]', '[{},{},{},{}]'],
    ['NDJSON', { format: 'ndjson', ...MOST }, '{}\n{}\n{}\n', '{}\n{}\n{}\n{}'],
    ['CSV', { format: 'csv', ...MOST }, 'a\n1\n2\n3\n', 'a\n1\n2\n3\n4\n5\n6'],
    ['XML', { format: 'xml', ...MOST }, '<a/><a/><a/>', '<a/><a/><a/><a/>'],
    [
      'XML with bases',
      { format: 'xml', ...MOST, xml: { join: { detail: 'd', base: 'b', on: 'k' } } },
      '<b><k>1</k></b><d><k>1</k></d><b><k>2</k></b><d><k>2</k></d><b><k>3</k></b><d><k>3</k></d>',
      '<b><k>1</k></b><d><k>1</k></d><d><k>1</k></d><d><k>1</k></d><d><k>1</k></d>',
    ],
  ])('%s', (_, options, fits, tooMuch) => {
    expect(decode(Buffer.from(fits), options).records).toHaveLength(3)
    expect(refusalOf(() => decode(Buffer.from(tooMuch), options)).reason).toContain(
      '3 is the most in one post',
    )
  })

  test.each<[DecodeOptions, string]>([
    [{ format: 'json' }, `[${'1,'.repeat(RECORDS_MAX)}1]`],
    [{ format: 'ndjson' }, '1\n'.repeat(RECORDS_MAX + 1)],
    [{ format: 'csv' }, `a\n${'1\n'.repeat(RECORDS_MAX + 1)}`],
    [{ format: 'xml' }, '<a/>'.repeat(RECORDS_MAX + 1)],
  ])('%j has a limit where the system names none', (options, text) => {
    expect(refusalOf(() => decode(Buffer.from(text), options)).reason).toContain(`${RECORDS_MAX} is the most`)
  })
})

describe('a hostile message costs no more than its length', () => {
  /** Of processor time: a busy machine lets a test wait. */
  const withinSeconds = (seconds: number, call: () => unknown) => {
    const start = process.threadCpuUsage()
    call()
    const { user, system } = process.threadCpuUsage(start)
    expect((user + system) / 1e6).toBeLessThan(seconds)
  }
  const json = (text: string) => decode(Buffer.from(text), { format: 'json' })

  test('a million faults in one record give few issues', () => {
    const { records } = json(`[{${'"a":1,'.repeat(1_000_000)}"b":2},{"ok":1}]`)
    expect(records[0]?.issues.length).toBeLessThanOrEqual(20)
    expect(records[1]?.issues).toEqual([])
  })

  test('numbers of megabytes are lost numbers, at once', () => {
    withinSeconds(2, () => {
      expect(losesPrecision(`1${'0'.repeat(4_000_000)}1`)).toBe(true)
      expect(losesPrecision('1'.repeat(4_000_000))).toBe(true)
      expect(json(`[{"a":${'9'.repeat(4_000_000)}}]`).records[0]?.value).toEqual({
        a: `9.${'9'.repeat(99)}E+3999999`,
      })
    })
  })

  test('many names, backslashes, blanks and openings are read once', () => {
    withinSeconds(5, () => {
      json(`[{${Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join(',')}}]`)
      json(`[{"a":"${'\\\\'.repeat(2_000_000)}"}]`)
      json(`[${' '.repeat(4_000_000)}]`)
      refusalOf(() => json('{"a":'.repeat(1_000_000)))
      refusalOf(() => json(`[{"a":"${'x'.repeat(4_000_000)}`))
    })
  })

  test('a CSV cannot multiply its columns by its rows', () => {
    const wide = `${Array.from({ length: 2000 }, (_, n) => `c${n}`).join(',')}\n`
    expect(
      refusalOf(() => decode(Buffer.from(`${wide}${'1\n'.repeat(90_000)}`), { format: 'csv' })).reason,
    ).toBe('more than 1000 columns')
  })

  test('XML with very many attributes, texts or levels is read once', () => {
    const xml = (text: string) => decode(Buffer.from(text), { format: 'xml' })
    withinSeconds(10, () => {
      xml(`<a ${Array.from({ length: 50_000 }, (_, n) => `a${n}="1"`).join(' ')}/>`)
      xml(`<a>${'<b>1</b>'.repeat(200_000)}</a>`)
      xml(`<a>${'&amp;'.repeat(500_000)}</a>`)
      refusalOf(() => xml('<a>'.repeat(1_000_000)))
    })
  })
})
