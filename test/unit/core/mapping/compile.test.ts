import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'

const FIXTURES = 'test/unit/core/mapping/fixtures'
const tables = { markets: { name: 'markets', rows: [{ code: '1', value: '市场' }] } }
const compile = (path: string) => compileMapping({ path, text: readFileSync(path, 'utf8'), tables })
const filesOf = (folder: string) =>
  readdirSync(`${FIXTURES}/${folder}`).filter((file) => file.endsWith('.yaml'))

describe('a right mapping has no mistakes', () => {
  test.each(filesOf('valid'))('%s', (file) => {
    const { mapping, mistakes } = compile(`${FIXTURES}/valid/${file}`)
    expect(mistakes).toEqual([])
    expect(mapping).not.toBeNull()
  })
})

describe('every mistake of a wrong mapping is told at once, with its line, its place and advice in both languages', () => {
  test.each(filesOf('invalid'))('%s', (file) => {
    const path = `${FIXTURES}/invalid/${file}`
    const { mapping, mistakes } = compile(path)
    expect(mapping).toBeNull()
    const expected = readFileSync(path.replace('.yaml', '.txt'), 'utf8').trim().split('\n')
    const found = mistakes.map(
      ({ line, target, message, advice }) => `${line} | ${target} | ${message.en} | ${advice.en}`,
    )
    expect(found).toHaveLength(expected.length)
    for (const wanted of expected) {
      const [line, target, message, advice] = wanted.split('|').map((part) => part.trim())
      const match = mistakes.find(
        (mistake) =>
          String(mistake.line) === line &&
          mistake.target === target &&
          mistake.message.en.includes(message ?? '') &&
          mistake.advice.en.includes(advice ?? ''),
      )
      expect(match, `${wanted}\nfound:\n${found.join('\n')}`).toBeDefined()
      expect(match?.message.zh).toMatch(/\p{Script=Han}/u)
      expect(match?.path).toBe(path)
    }
  })
})

test('any text compiles to a mapping or to mistakes, and never throws', () => {
  const texts = [
    '',
    'null',
    '[]',
    '- a',
    'mapping',
    '{',
    '\u0000',
    '"',
    'a: &a [*a]',
    'mapping: {}\nemit: {}\nkey: {}\nread: []',
    '? [a]\n: b',
  ]
  for (const text of texts) {
    const { mapping, mistakes } = compileMapping({ path: 'x', text })
    expect(mapping).toBeNull()
    expect(mistakes.length).toBeGreaterThan(0)
    for (const { line, column } of mistakes) expect(Math.min(line, column)).toBeGreaterThan(0)
  }
})
