import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '#core/parse-json.ts'

/** As PHP and Python write it: everything beyond ASCII is escaped. */
const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('a JSON text of others', () => {
  it('has the names that it has, whatever was read before', () => {
    // What V8 remembers of other texts: the names \ and \u behind a first member.
    JSON.parse('{"h":[],"\\\\":0}')
    JSON.parse('{"h":[],"\\\\u":0}')
    expect(parseJson('{"h":1,"\\"":2}')).toEqual({ h: 1, '"': 2 })
    expect(parseJson('{"h":1,"\\u54c1\\u540d":2}')).toEqual({ h: 1, 品名: 2 })
    expect(parseJson('{"h":1,"\\n":"\\n\\"x\\":"}')).toEqual({ h: 1, '\n': '\n"x":' })
  })

  it('is read as it was written, for any names and values, with escapes or without', () => {
    const name = fc.oneof(
      fc.string({ unit: fc.constantFrom('"', '\\', 'u', 'n', '\n', '字', '~', '0', ':'), maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(name, fc.integer(), fc.constant(null), fc.boolean()),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(value, fc.boolean(), (one, isSpaced) => {
        const text = JSON.stringify({ h: one, b: one }, null, isSpaced ? 1 : 0)
        for (const written of [text, escaped(text)])
          expect(JSON.stringify(parseJson(written), null, isSpaced ? 1 : 0)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps a member named __proto__, the last of two with one name, and numbers as they are told', () => {
    const read = parseJson('{"\\u005f_proto__":1,"\\"":2,"\\u0022":3}') as object
    expect(Object.entries(read)).toEqual([
      ['__proto__', 1],
      ['"', 3],
    ])
    expect(
      parseJson('{"\\"":12345678901234567890}', (_name, value, { source }) =>
        typeof value === 'number' ? source : value,
      ),
    ).toEqual({ '"': '12345678901234567890' })
  })

  it('that is none is a SyntaxError, however it is broken', () => {
    for (const text of ['{"\\x":1}', '{"\\"', '{"a\\":1', '"\\ud8"', '{"\\"":1,}', '\\'])
      expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  it('that is long and broken costs one pass', () => {
    // A second pass from each of these places would take hours.
    for (const text of [
      `{"${'\\"'.repeat(2_000_000)}`,
      `{"a":"${'\\"'.repeat(2_000_000)}`,
      '\\"'.repeat(2_000_000),
    ])
      expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  it('of great depth is read without a recursion of its own', () => {
    const deep = `${'{"\\"":'.repeat(3000)}1${'}'.repeat(3000)}`
    let inner = parseJson(deep) as Record<string, unknown> | number
    let depth = 0
    for (; typeof inner === 'object'; depth++) inner = inner['"'] as typeof inner
    expect([depth, inner]).toEqual([3000, 1])
  })
})
