import { describe, expect, it } from 'vitest'
import { linesWith, source, sources } from './sources.ts'

/** Put together, so that this file is not found by its own patterns. */
const word = (...parts: readonly string[]): string => parts.join('')

const code = sources('.ts', '.mjs', '.js')
const product = code.filter(({ path }) => path.startsWith('src/') || path.startsWith('scripts/'))
const written = sources('.ts', '.md', '.sql', '.yaml', '.yml', '.json').filter(
  ({ path }) => path !== 'package-lock.json' && !path.startsWith('src/core/regions/data/'),
)

describe('nothing is left half done or switched off', () => {
  it.each([
    [
      'a note of work left undone',
      new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('HA', 'CK')})\\b`),
      written,
    ],
    [
      'a check of types that is switched off',
      new RegExp(word('@ts-', '(ignore|expect-error|nocheck)')),
      code,
    ],
    ['a rule of the linter that is switched off', new RegExp(word('biome', '-ignore')), code],
    ['a test that runs alone', new RegExp(`\\b(it|test|describe)\\.${word('on', 'ly')}\\b`), code],
    [
      'an open type',
      new RegExp(
        `[:<|]\\s*${word('an', 'y')}(?=\\s*([,;)>=[\\]{}|&]|$))|\\bas ${word('an', 'y')}\\b(?! \\w)`,
      ),
      product,
    ],
  ] as const)('%s', (_, pattern, files) => {
    expect(linesWith(pattern, files)).toEqual([])
  })
})

describe('no text becomes code', () => {
  it.each([
    ['a function made of text', new RegExp(`new ${word('Func', 'tion')}\\b`)],
    ['text run as code', new RegExp(`(^|[^.\\w])${word('ev', 'al')}\\(`)],
    ['a module of Node that runs code from text', new RegExp(`node:${word('v', 'm')}['"]`)],
  ] as const)('%s', (_, pattern) => {
    expect(linesWith(pattern, product)).toEqual([])
  })
})

it('names no folder of the machine that it was written on', () => {
  const folders = new RegExp(`(^|[^\\w.])/${word('wo', 'rk')}/|/home/[a-z]|/Users/[A-Za-z]`)
  expect(linesWith(folders, written)).toEqual([])
  expect(linesWith(/['"`]\/tmp\/\w/, product)).toEqual([])
})

it('locks packages by version and digest, and names no host to get them from', () => {
  const { packages } = JSON.parse(source('package-lock.json')) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>
  }
  const entries = Object.entries(packages).filter(([path]) => path !== '')
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  expect(entries.filter(([, { integrity, link }]) => !integrity && !link)).toEqual([])
})

it('pins every direct dependency to one version', () => {
  const { dependencies, devDependencies } = JSON.parse(source('package.json')) as Record<
    string,
    Record<string, string>
  >
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  )
  expect(loose).toEqual([])
})

describe('names say what a thing is', () => {
  const empty =
    /(^|[-./])(helpers?|utils?|managers?|services?|handlers?|processors?|entity|entities|items?|objects?|misc|lib)([-./]|$)/
  it('of files', () => {
    expect(code.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([])
  })

  it('of types and classes', () => {
    const declared =
      /\b(interface|type|class)\s+\w*(Helper|Util|Manager|Service|Handler|Processor|Entity)s?\s*[={<]/
    expect(linesWith(declared, code)).toEqual([])
  })
})

it('keeps files short enough to be read at one sitting', () => {
  const long = product.filter(({ path, text }) => path.endsWith('.ts') && text.split('\n').length > 400)
  expect(long.map(({ path }) => path)).toEqual([])
})
