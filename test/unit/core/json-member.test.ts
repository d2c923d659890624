import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memberSpan, memberText } from '#core/json-member.ts'

const slice = (text: string, ...path: string[]): string | null => {
  const span = memberSpan(text, path)
  return span && text.slice(span.start, span.end)
}

describe('a member of a JSON text', () => {
  test('is told with its own characters, blanks and escapes and all', () => {
    const text = '{"head" : {"a":1, "sig\\u006e":"x"} ,\n"body": {"b" : [1, {"c":"}\\""}] }}'
    expect(slice(text, 'body')).toBe('{"b" : [1, {"c":"}\\""}] }')
    expect(slice(text, 'head', 'sign')).toBe('"x"')
    expect(slice(text, 'head', 'a')).toBe('1')
    expect(slice(text, 'body', 'b', 'c')).toBeNull()
    expect(slice(text, 'none')).toBeNull()
  })
  test('is found before the place where the text breaks, and not behind it', () => {
    expect(memberText('{"head":{"msgId":"M1"},"body":{"x', ['head', 'msgId'])).toBe('M1')
    expect(memberText('{"head":{"msgId":"M', ['head', 'msgId'])).toBeUndefined()
    expect(memberText('{"body":{"x":[1,"head":{"msgId":"M1"}}', ['head', 'msgId'])).toBeUndefined()
  })
  test('is the first of two of the same name, whatever a later one says', () => {
    expect(memberText('{"a":"1","a":"2"}', ['a'])).toBe('1')
  })
  test('is no text where it is something else, or longer than a name can be', () => {
    for (const value of ['{}', '[]', 'true', 'null', `"${'x'.repeat(2000)}"`])
      expect(memberText(`{"a":${value}}`, ['a'])).toBeUndefined()
    expect(memberText('{"a":"\\u00e9\\n"}', ['a'])).toBe('é\n')
  })
  test('of any document reads back as the same value, and no text makes the search throw', () => {
    const document = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
    fc.assert(
      fc.property(document, fc.string(), (value, name) => {
        const text = JSON.stringify(value)
        for (const key of Object.keys(value))
          expect(JSON.parse(slice(text, key) ?? '')).toEqual(JSON.parse(text)[key])
        if (!Object.hasOwn(value, name)) expect(slice(text, name)).toBeNull()
        for (let end = 0; end < text.length; end += 7) memberSpan(text.slice(0, end), [name])
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => void memberSpan(text, ['a', 'b'])))
  })
})
