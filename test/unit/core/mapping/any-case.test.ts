import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { SourceValue } from '#core/source.ts'

const TEXT = `
mapping: example/paper
version: 1
read: { format: json, names: any-case }
ignore: [Vet]
key: [PANumber]
emit:
  - kind: document
    fields:
      occurredAt: { from: DateQF, date: [yyyyMMdd] }
      parties.owner: { name: Owner.Name }
      documents:
        - { role: self, from: PANumber, type: product_A, sources: { each: Sources, from: No } }
`
const compiled = (text: string) => compileMapping({ path: 'paper.yaml', text })
const { mapping } = compiled(TEXT)
const from = (value: SourceValue) => ({
  index: 0,
  path: 'row[0]',
  value,
  place: (field: string) => `row[0]/${field}`,
  issues: [],
})
const map = (value: SourceValue) => mapping?.map(from(value), { receivedAtMs: Date.UTC(2024, 5, 1) })
const capitals = {
  PANUMBER: '3413020988',
  DATEQF: '20240414',
  OWNER: { NAME: '某食品公司' },
  SOURCES: [{ NO: '1' }, { no: '2' }],
  VET: 'x',
}

describe('names in any case', () => {
  test('lead to the fields of the mapping, inside of objects and lists too, and are no drift', () => {
    const mapped = map(capitals)
    expect(mapped?.issues).toEqual([])
    expect(mapped?.key).toEqual(['3413020988'])
    expect(mapped?.records[0]?.body).toMatchObject({
      parties: [{ name: '某食品公司' }],
      documents: [{ number: '3413020988', sources: ['1', '2'] }],
    })
    expect(mapping?.drift(from(capitals))).toEqual([])
    expect(mapping?.drift(from({ ...capitals, OTHER: '1' }))).toEqual(['OTHER'])
    expect(mapping?.trace(from(capitals), { receivedAtMs: 0 }).unused).toEqual([])
  })

  test('lead there also with blanks around them, in full width, or behind a byte order mark', () => {
    const odd = {
      ' PANumber ': '1',
      'ＤａｔｅＱＦ\u3000': '20240414',
      '\ufeffOwner': { 'Name ': '某食品公司' },
    }
    expect(map(odd)).toMatchObject({ issues: [], key: ['1'], rejected: false })
    expect(mapping?.drift(from(odd))).toEqual([])
  })

  test('places of issues have the spelling of the mapping', () => {
    expect(map({ ...capitals, DATEQF: '昨日' })?.issues[0]?.path).toBe('row[0]/DateQF')
    expect(map({ ...capitals, PANUMBER: '' })?.issues[0]?.path).toBe('row[0]/PANumber')
  })

  test('of two spellings in one record that of the mapping counts where it has a value; the other is drift', () => {
    const both = { ...capitals, PANumber: '1' }
    expect(map(both)?.key).toEqual(['1'])
    expect(mapping?.drift(from(both))).toEqual(['PANUMBER'])
    expect(map({ PANumber: '', ...capitals })?.key).toEqual(['3413020988'])
    expect(map({ PANumber: null, ...capitals, panumber: '7' })?.key).toEqual(['3413020988'])
  })

  test('a record is not changed by it, and one that is no object stays what it is', () => {
    const source = from({ PANUMBER: '1' })
    mapping?.map(source, { receivedAtMs: 0 })
    expect(source.value).toEqual({ PANUMBER: '1' })
    expect(map('text')?.rejected).toBe(true)
  })

  test('are told apart without it', () => {
    const exact = compiled(TEXT.replace(', names: any-case', '')).mapping
    expect(exact?.map(from(capitals), { receivedAtMs: 0 }).issues[0]?.code).toBe('E_NO_KEY')
  })

  test('a mapping that has one name in two spellings is a mistake', () => {
    const { mistakes } = compiled(TEXT.replace('ignore: [Vet]', 'ignore: [Vet, owner.phone]'))
    expect(mistakes.map(({ target, message }) => [target, message.en])).toEqual([
      ['read.names', '"Owner" and "owner" are one name in any case'],
    ])
  })
})
