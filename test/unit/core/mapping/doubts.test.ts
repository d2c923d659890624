import { expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { Mistake } from '#core/mapping/mapping.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'

const FILE = `mapping: a-county/lot
version: 1
read: { format: json }
key: [采收批号]
emit:
  - kind: production
    fields:
      occurredAt: { from: 采收时间, date: [yyyy-MM-dd] }
      productionKind: harvest
      sites.farm: { name: 基地名, kind: farm }
      parties.owner: { name: 生产者名称, kind: { choose: [{ when: { 类型: '1' }, const: coop }, farmer] } }
      product: { name: 品名, class: vegetable }
      lots: [{ role: subject, from: 采收批号, scheme: local, expected: true }]
      documents:
        - { role: self, from: 采收批号, type: promise_cert, issueType: producer }
`
const ROW = {
  采收批号: 'CS1',
  采收时间: '2026-03-05',
  基地名称: '一号',
  生产者名称: '甲合作社',
  品名: '番茄',
  类型: '1',
}
const sourceOf = (value: SourceValue): SourceRecord => ({
  index: 0,
  path: '/0',
  value,
  place: String,
  issues: [],
})
const { mapping } = compileMapping({ path: 'lot.yaml', text: FILE })
const told = (mistakes: readonly Mistake[] = []) =>
  mistakes.map(({ line, target, message, advice }) => [line, target, `${message.en}. ${advice.en}`])

test('a bare word that its place knows as a value is told as the field that it is, with both ways to write it', () => {
  const words = told(mapping?.doubts).filter(([, , text]) => String(text).includes('const'))
  expect(words.map(([line, target]) => [line, target])).toEqual([
    [9, 'productionKind'],
    [10, 'sites.farm.kind'],
    [11, 'parties.owner.kind.choose.1'],
    [12, 'product.class'],
    [15, 'documents.0.issueType'],
  ])
  expect(words[0]?.[2]).toBe(
    '"harvest" is read as a field of the source. Did you mean { const: harvest }? Where the source has a field of this name, write { from: harvest }.',
  )
})

test('a word that is said to be a field is taken for one', () => {
  const text = FILE.replace('productionKind: harvest', 'productionKind: { from: harvest }')
  const other = compileMapping({ path: 'lot.yaml', text }).mapping
  expect(other?.doubts?.map(({ target }) => target)).not.toContain('productionKind')
})

test('a lot that the record itself brings cannot be expected of another one', () => {
  expect(told(mapping?.doubts)).toContainEqual([
    13,
    'lots.0.expected',
    expect.stringContaining('fulfilled by the record itself'),
  ])
})

test('a field that no record of the samples has is named with its place, and the name that was meant', () => {
  expect(told(mapping?.unseen?.([sourceOf(ROW)]))).toEqual([
    [10, 'sites.farm.name.from', 'No record of the samples has the field "基地名". Did you mean "基地名称"?'],
  ])
  expect(mapping?.unseen?.([])).toEqual([])
})

test('fields inside lists, around the list and in another spelling are found where they are', () => {
  const text = `mapping: a-county/lot
version: 1
read: { format: json, rows: list, envelope: [nodeId], names: any-case }
key: [No]
emit:
  - kind: entry
    fields:
      occurredAt: { from: day, date: [yyyy-MM-dd] }
      sites.market: { code: { from: envelope.nodeId, scheme: local } }
      documents: [{ each: certs, role: upstream, from: number, type: promise_cert, url: link }]
`
  const source = {
    ...sourceOf({ NO: '1', day: '2026-03-05', certs: [{ number: 'A' }] }),
    envelope: { value: { nodeId: '7' }, place: String },
  }
  const other = compileMapping({ path: 'x', text }).mapping
  expect(told(other?.unseen?.([source])).map(([, , text]) => text)).toEqual([
    expect.stringContaining('"certs.link"'),
  ])
})
