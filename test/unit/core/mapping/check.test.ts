import { describe, expect, test } from 'vitest'
import { differences } from '#core/mapping/check/contains.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { type MappingCase, runMappingTests } from '#core/mapping/check/run-tests.ts'
import { tryMapping } from '#core/mapping/check/try.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'

const TEXT = `mapping: a-system/record
version: 3
read: { format: json }
key: [id]
emit:
  - kind: sale
    fields:
      occurredAt: { from: time, date: [yyyyMMdd] }
      parties.seller: { name: seller }
      product: { name: goods }`
const compiled = compileMapping({ path: 'record.yaml', text: TEXT })
const mapping = compiled.mapping
if (mapping === null) throw new Error('the mapping of this test is wrong')

const RECEIVED = Date.UTC(2024, 5, 1)
const sourceOf = (value: SourceValue, index = 0): SourceRecord => ({
  index,
  path: `/${index}`,
  value,
  place: (field) => `/${index}/${field}`,
  issues: [],
})
const GOOD = { id: 'A', time: '20240415', seller: '甲', goods: '番茄' }
const sources = [sourceOf(GOOD), sourceOf({ ...GOOD, id: null }, 1)]
const EXPECTED: ExpectedFile = {
  record: 'record',
  contentType: 'application/json',
  received: 2,
  accepted: 1,
  unchanged: 0,
  rejected: 1,
  records: [
    {
      index: 0,
      key: ['A'],
      result: 'created',
      kinds: ['sale'],
      flags: [],
      fields: { product: { name: '番茄' } },
    },
    { index: 1, key: null, result: 'rejected', field: '/1/id', code: 'E_NO_KEY' },
  ],
}
const failures = (expected: ExpectedFile, given: MappingCase['sources'] = sources) =>
  runMappingTests(mapping, [{ name: 'sample', sources: given, expected }], RECEIVED)[0]?.failures.map(
    ({ en }) => en,
  )

describe('the samples of a mapping', () => {
  test('that come out as expected have no failures', () => {
    expect(failures(EXPECTED)).toEqual([])
    expect(failures({ ...EXPECTED, refused: { code: 'E_SCHEMA' } }, { refused: 'E_SCHEMA' })).toEqual([])
  })
  const first = EXPECTED.records[0]
  const second = EXPECTED.records[1]
  if (first === undefined || second === undefined) throw new Error('two records are expected')
  test.each([
    ['a wrong count', { ...EXPECTED, received: 3 }],
    ['a wrong key', { ...EXPECTED, records: [{ ...first, key: ['B'] }] }],
    ['a missing kind', { ...EXPECTED, records: [{ ...first, kinds: ['payment'] }] }],
    ['a missing flag', { ...EXPECTED, records: [{ ...first, flags: ['W_LATE'] }] }],
    ['another value', { ...EXPECTED, records: [{ ...first, fields: { product: { name: '黄瓜' } } }] }],
    ['a void that is none', { ...EXPECTED, records: [{ ...first, result: 'voided' as const }] }],
    ['a rejection elsewhere', { ...EXPECTED, records: [{ ...second, field: '/1/time' }] }],
    ['a rejection that does not happen', { ...EXPECTED, records: [{ ...second, index: 0 }] }],
    ['a record that is not there', { ...EXPECTED, records: [{ ...first, index: 9 }] }],
    ['a message that should be refused', { ...EXPECTED, refused: { code: 'E_SCHEMA' } }],
  ])('%s is told', (_name, expected) => {
    expect(failures(expected)?.length).toBeGreaterThan(0)
  })
  test('the place of a refusal counts where the file names it', () => {
    const wanted = (at: string) => ({ ...EXPECTED, refused: { code: 'E_SCHEMA', at } })
    const given = { refused: 'E_SCHEMA', at: '/method' }
    expect(failures(wanted('/method'), given)).toEqual([])
    expect(failures(wanted('/list'), given)).toEqual(['the message was refused at /method, not at /list'])
  })
  test('of several missing parts of a key any is the reason of a rejection', () => {
    const twice = compileMapping({ path: 'record.yaml', text: TEXT.replace('[id]', '[id, other]') }).mapping
    const rejected = { index: 0, key: null, result: 'rejected', code: 'E_NO_KEY' } as const
    const results = ['/0/id', '/0/other', '/0/goods'].map((field) => {
      const expected = { ...EXPECTED, received: 1, records: [{ ...rejected, field }] }
      const sources = [sourceOf({ ...GOOD, id: null, goods: null })]
      return runMappingTests(twice as CompiledMapping, [{ name: 's', sources, expected }], RECEIVED)[0]
        ?.failures.length
    })
    expect(results).toEqual([0, 0, 1])
  })
  test('a message that is refused against expectation is told', () => {
    expect(failures(EXPECTED, { refused: 'E_SCHEMA' })).toEqual(['the message was refused: E_SCHEMA'])
  })
})

describe('what must at least be there', () => {
  test.each([
    [{ a: 1 }, { a: 1, b: 2 }, 0],
    [{ a: 1 }, {}, 1],
    [[{ a: 1 }], [{ b: 1 }, { a: 1, c: 1 }], 0],
    [[{ a: 1 }, { a: 2 }], [{ a: 1 }], 1],
    [null, undefined, 0],
    [null, 'x', 1],
    [{ value: '300' }, { value: '300.000' }, 0],
    [{ number: '300' }, { number: '300.000' }, 1],
    [{ value: '300' }, { value: '301' }, 1],
    [{ writtenAs: '下城区' }, { writtenAs: '杭州市下城区' }, 0],
  ])('%j in %j: %i differences', (expected, found, count) => {
    expect(differences(expected, found)).toHaveLength(count)
  })
  test('a difference names its place', () => {
    expect(differences({ a: [{ b: '1' }] }, { a: [{ b: '2' }] })).toEqual([
      { at: 'a.0.b', expected: '1', found: '2' },
    ])
  })
})

describe('trying a mapping', () => {
  test('shows records, where each target came from, and fields that nobody read', () => {
    const result = tryMapping(compiled, [...sources, sourceOf({ ...GOOD, extra: 'x' }, 2)], RECEIVED)
    expect(result).toMatchObject({
      mapping: 'a-system/record@3',
      received: 3,
      rejected: 1,
      drift: { extra: 1 },
    })
    expect(result.sources[2]?.unused).toEqual(['extra'])
    expect(result.sources[0]?.fields.map(({ target }) => target)).toContain('sale.product')
  })
  test('shows the mistakes of a file that does not compile', () => {
    const result = tryMapping(compileMapping({ path: 'x', text: 'mapping: a' }), sources, RECEIVED)
    expect(result.mapping).toBeNull()
    expect(result.mistakes.length).toBeGreaterThan(0)
  })
})
