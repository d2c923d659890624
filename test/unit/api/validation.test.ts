import { describe, expect, it } from 'vitest'
import { parseControlBody } from '#api/control-body.ts'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { instantOf, isDayOrTime } from '#api/day-or-time.ts'
import { narrowed } from '#api/feed.ts'
import { languageOf } from '#api/language.ts'
import { HubError } from '#core/errors.ts'

const refusal = (text: string | Buffer): HubError => {
  try {
    parseControlBody(Buffer.from(text))
  } catch (error) {
    if (error instanceof HubError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('bodies of control calls', () => {
  it('are JSON with numbers as numbers', () => {
    expect(parseControlBody(Buffer.from('{"name":"市场","limit":10,"list":[null,true,-1.5]}'))).toEqual({
      name: '市场',
      limit: 10,
      list: [null, true, -1.5],
    })
  })

  it.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['an escaped __proto__', '{"__pr\\u006fto__":{}}'],
    ['deep nesting', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['a number that loses digits', '{"code":12345678901234567890}'],
    ['NUL', '{"name":"a\\u0000b"}'],
    ['a lone surrogate', '{"name":"\\ud800"}'],
    ['half of a text', '{"name":"a'],
    ['two values', '{} {}'],
    ['a comment', '{} // no'],
  ])('%s is refused with its place', (_name, text) => {
    const error = refusal(text)
    expect(error.code).toBe('invalid_request')
    expect(error.parts.issues?.length).toBeGreaterThan(0)
  })

  it('bytes that are not UTF-8 are refused', () => {
    expect(refusal(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])).parts.issues?.[0]?.code).toBe('E_ENCODING')
  })

  it('nothing at all is an empty body', () => {
    expect(refusal('').code).toBe('empty_body')
  })
})

describe('cursors', () => {
  it('come back as they were given', () => {
    expect(readCursor(writeCursor(12n, '销售'), /^\d+$/, /^.+$/)).toEqual(['12', '销售'])
  })

  it.each([
    '',
    'x',
    '!!',
    'bnVsbA',
    Buffer.from('["a","1"]').toString('base64url'),
    Buffer.from('["1"]').toString('base64url'),
  ])('%s is none of this list', (text) => {
    expect(() => readCursor(text, /^\d+$/, /^\d+$/)).toThrow(HubError)
  })
})

describe('days and times', () => {
  it.each([
    '2024-04-15',
    '2024-02-29',
    '2024-04-15T03:42:10Z',
    '2024-04-15T03:42+08:00',
    '2024-04-15T03:42:10.5 08:00',
  ])('%s is one', (text) => {
    expect(isDayOrTime(text)).toBe(true)
  })
  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-04-15T03:42:10',
    '15.4.2024',
    '2024-04-15T24:00Z',
    '0001-01-01',
    '',
  ])('%s is none', (text) => {
    expect(isDayOrTime(text)).toBe(false)
  })
  it('a day is one of Beijing: it begins at 16:00 UTC of the day before, and ends 24 hours later', () => {
    expect(instantOf('2024-04-15', 'start')).toBe('2024-04-14T16:00:00.000Z')
    expect(instantOf('2024-04-15', 'end')).toBe('2024-04-15T16:00:00.000Z')
  })
  it('a time is the same at both ends, also where the plus of its zone became a space', () => {
    expect(instantOf('2024-04-15T03:42:10 08:00', 'end')).toBe('2024-04-14T19:42:10.000Z')
  })
})

describe('two filters together', () => {
  it('let through what passes both', () => {
    expect(narrowed({ kinds: ['sale', 'entry'] }, { kinds: ['sale'], systems: ['a'] })).toEqual({
      kinds: ['sale'],
      systems: ['a'],
    })
  })
  it('of two regions keep the inner one', () => {
    expect(narrowed({ regions: ['330000'] }, { regions: ['330402'] })).toEqual({ regions: ['330402'] })
    expect(narrowed({ regions: ['330402'] }, { regions: ['33'] })).toEqual({ regions: ['330402'] })
  })
  it('that exclude each other let nothing through', () => {
    expect(narrowed({ kinds: ['sale'] }, { kinds: ['entry'] })).toBeNull()
    expect(narrowed({ regions: ['330400'] }, { regions: ['330600'] })).toBeNull()
  })
  it('an empty list means all', () => {
    expect(narrowed({ kinds: [] }, { kinds: ['entry'] })).toEqual({ kinds: ['entry'] })
  })
})

describe('languages', () => {
  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-US,en;q=0.9', 'en'],
    ['de', 'zh'],
    ['en;q=0, zh', 'zh'],
    ['en;q=0', 'zh'],
    ['*', 'zh'],
    [undefined, 'zh'],
  ])('%s reads best in %s', (header, language) => {
    expect(languageOf(header, 'zh')).toBe(language)
  })
})
