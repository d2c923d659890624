import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { countryNamed } from '#core/regions/countries.ts'
import type { SourceValue } from '#core/source.ts'
import { decodeText } from '#test/decode-text.ts'

function compiled(text: string): CompiledMapping {
  const { mapping, mistakes } = compileMapping({ path: 'test.yaml', text })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  return mapping
}

const FIELDS = `
      occurredAt: { from: day, date: [yyyyMMdd] }
      sites.market: { name: market }
      product: { code: code, name: goods }
      lots:
        - { role: subject, from: lot, scheme: local }
        - { role: source, from: prev, scheme: local, expected: true }
      origin: { code: area, name: place }
      documents:
        - { role: upstream, from: cert, type: [product_A, product_B], provinces: [market_id, cert] }`
const json = (key: string, emit = ''): CompiledMapping =>
  compiled(
    `mapping: a-system/record\nversion: 1\nread: { format: json }\nkey: ${key}\nemit:\n  - kind: entry\n    fields:${FIELDS}\n${emit}`,
  )
const ROW = {
  id: '1',
  day: '20240415',
  market: '示例市场',
  market_id: '330109004',
  goods: '带皮片猪',
  code: '21113013',
}
const mapped = (mapping: CompiledMapping, value: SourceValue) =>
  mapping.map(
    { index: 3, path: '/3', value, place: (field) => `/3/${field}`, issues: [] },
    { receivedAtMs: Date.UTC(2024, 3, 16) },
  )

describe('an optional part of a key', () => {
  test('is an empty text where it has no value, and keeps its place in the identifier', () => {
    const mapping = json('[id, { from: goodsNo, optional: true }, day]')
    expect(mapped(mapping, ROW).key).toEqual(['1', '', '20240415'])
    expect(mapped(mapping, ROW).records[0]?.id).toBe('urn:cnft:entry:a-system:record:1::20240415')
    expect(mapped(mapping, { ...ROW, goodsNo: 'G' }).key).toEqual(['1', 'G', '20240415'])
  })

  test('that is damaged rejects as any other', () => {
    const { key, issues } = mapped(json('[id, { from: goodsNo, optional: true }]'), {
      ...ROW,
      goodsNo: '3.3E+19',
    })
    expect([key, issues[0]?.code]).toEqual([null, 'E_PRECISION_LOST'])
  })
})

describe('papers for use inside a province and across', () => {
  const typeOf = (more: object) => {
    const [record] = mapped(json('[id]'), { ...ROW, ...more }).records
    return [record?.body?.documents?.[0]?.type, record?.body?.flags]
  }
  test('are told apart by two codes, and what is told so is marked', () => {
    expect(typeOf({ cert: '3413020988' })).toEqual(['product_A', ['W_DOC_TYPE_GUESSED']])
    expect(typeOf({ cert: '3306041501' })).toEqual(['product_B', ['W_DOC_TYPE_GUESSED']])
  })

  test('stay unknown where a code begins with no province', () => {
    expect(typeOf({ cert: '9913020988' })).toEqual(['unknown', ['W_DOC_TYPE_GUESSED']])
    expect(typeOf({ cert: '3413020988', market_id: '' })).toEqual(['unknown', ['W_DOC_TYPE_GUESSED']])
  })
})

describe('an expected lot', () => {
  test('is told with the record and its place; other lots are not, and nothing is told without one', () => {
    const mapping = json('[id]')
    expect(mapping.expectsLots).toBe(true)
    expect(mapped(mapping, { ...ROW, lot: 'L-1', prev: 'L-0' }).records[0]?.expected).toEqual([
      { scheme: 'local.a-system', value: 'L-0', path: '/3/prev' },
    ])
    expect(mapped(mapping, { ...ROW, lot: 'L-1' }).records[0]?.expected).toBeUndefined()
  })

  test('that two records of one source record share is told with both', () => {
    const mapping = json(
      '[id]',
      `  - kind: dispatch\n    fields:${FIELDS.replace('sites.market: { name: market }', 'parties.owner: { name: market }')}`,
    )
    const { records } = mapped(mapping, { ...ROW, prev: 'L-0' })
    expect(records.map(({ expected }) => expected?.length)).toEqual([1, 1])
  })
})

test('a country is a place without a code and without doubt; a place that nobody knows is marked', () => {
  const originOf = (place: string) => {
    const [record] = mapped(json('[id]'), { ...ROW, place }).records
    return [record?.body?.origin, record?.body?.flags]
  }
  expect(originOf('巴西')).toEqual([{ country: 'BRA', name: '巴西', year: 2024 }, []])
  expect(originOf('某地')).toEqual([{ writtenAs: '某地', year: 2024 }, ['W_AREA_UNKNOWN']])
  for (const name of ['澳大利亚', '新西兰', '美国', '智利']) expect(countryNamed(name), name).toBeDefined()
  for (const name of ['中国', '台湾', '浙江省', '', '欧盟']) expect(countryNamed(name), name).toBeUndefined()
})

test('a detail without base is rejected for that, not for the key that stands in the base', () => {
  const mapping = compiled(`
mapping: a-system/record
version: 1
read: { format: xml, xml: { roots: [d], join: { detail: d, base: b, on: no } } }
key: [base.market, no, line]
emit:
  - kind: entry
    fields: { occurredAt: { from: base.day, date: [yyyyMMdd] }, sites.market: { name: base.market }, product: { name: goods } }
`)
  const issuesOf = (body: string) =>
    decodeText(Buffer.from(`<data>${body}</data>`), mapping.read).records.map((source) =>
      mapping.map(source, { receivedAtMs: 0 }).issues.map(({ path, code }) => [path, code]),
    )
  expect(issuesOf('<d><no>1</no><line>1</line></d>')).toEqual([[['d[0]/no', 'E_SCHEMA']]])
  // What is wrong with the detail's own key is told first, and a base that is there is held to its part of the key.
  expect(issuesOf('<d><no>1</no><line></line></d>')).toEqual([
    [
      ['d[0]/line', 'E_NO_KEY'],
      ['d[0]/no', 'E_SCHEMA'],
    ],
  ])
  expect(issuesOf('<b><no>1</no><market></market></b><d><no>1</no><line>1</line></d>')[0]?.[0]).toEqual([
    'b[no=1]/market',
    'E_NO_KEY',
  ])
})
