import fc from 'fast-check'
import { expect, test } from 'vitest'
import { losesPrecision, lostNumber } from '#adapters/push/json/number.ts'
import { JsonReader } from '#adapters/push/json/reader.ts'

/** A JSON value with each number as its text; one that keeps no code shows it by an exponent, and is the same number. */
function withNumberTexts(value: unknown): unknown {
  if (typeof value === 'number') {
    const text = JSON.stringify(value)
    if (!losesPrecision(text)) return text
    expect(Number(lostNumber(text))).toBe(value)
    return lostNumber(text)
  }
  if (Array.isArray(value)) return value.map(withNumberTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withNumberTexts(one)]))
}

const poison = new Set(['__proto__', 'constructor', 'prototype'])

const jsonText = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.stringify(value))
  .filter((text) => ![...poison].some((name) => text.includes(`"${name}"`)))

test('what the platform writes, the reader reads back with every digit', () => {
  fc.assert(
    fc.property(jsonText, fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const reader = new JsonReader(64)
      reader.open(JSON.stringify(JSON.parse(text), null, indent))
      const value = reader.value(0)
      reader.end()
      expect(value).toEqual(withNumberTexts(JSON.parse(text)))
    }),
    { numRuns: 500 },
  )
})

test('damaged text is refused exactly where the platform refuses it', () => {
  const damaged = fc.tuple(
    jsonText,
    fc.nat(),
    fc.constantFrom('', '"', ',', ']', '}', '{', '[', ':', '0', '-', 'e', '\\', ' '),
  )
  fc.assert(
    fc.property(damaged, ([text, place, char]) => {
      const at = place % (text.length + 1)
      const broken = text.slice(0, at) + char + text.slice(at + 1)
      expect(accepts(broken)).toBe(platformAccepts(broken))
    }),
    { numRuns: 2000 },
  )
})

function accepts(text: string): boolean {
  const reader = new JsonReader(64)
  reader.open(text)
  try {
    reader.value(0)
    reader.end()
    return true
  } catch {
    return false
  }
}

function platformAccepts(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
