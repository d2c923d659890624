import { expect, it } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import { textShape } from '#core/text-shape.ts'

const text = `mapping: a/b
version: 1
title: { zh: 甲, en: A }
read: { format: json, empty: ['0'] }
ignore: [memo]
key: [id]
emit:
  - kind: sale
    fields:
      occurredAt: { from: at, date: [iso] }
      sites.market: { code: marketNo, name: { from: marketNo, lookup: markets, miss: flag } }
      sites.farm: { name: farm }
      parties.seller: { code: sellerNo, name: head.seller, kind: { from: sellerType, enum: { '1': enterprise } } }
      product: { name: goods }
      vehicle: plate
      saleKind: { from: way, enum: { '1': retail } }
      lots: [{ role: subject, each: codes, from: no, scheme: local }]
`
const { mapping, mistakes } = compileMapping({
  path: 'b.yaml',
  text,
  tables: { markets: { name: 'markets', rows: [] } },
})
const watch = mapping?.watch

it('decides when it is compiled which fields are of a person: parties, plates, names of farms', () => {
  expect(mistakes).toEqual([])
  const shown = [...(watch?.fields ?? []), 'memo', 'nobody', 'seller'].filter((field) =>
    watch?.mayShow(field),
  )
  expect(shown).toEqual(['at', 'codes', 'codes.no', 'goods', 'id', 'marketNo', 'way'])
})

it('counts as empty what the mapping takes for no value, also inside of objects and lists', () => {
  const nulls: number[] = []
  const value = {
    id: '1',
    at: '',
    marketNo: '0',
    head: { seller: '无' },
    goods: '番茄',
    way: null,
    codes: [{ no: 'x' }],
  }
  const source = { index: 0, path: '', value, place: (field: string) => field, issues: [] }
  watch?.countNulls(source, nulls)
  watch?.countNulls({ ...source, value: { id: '2' } }, nulls)
  const counted = Object.fromEntries((watch?.fields ?? []).map((field, i) => [field, nulls[i] ?? 0]))
  expect(counted).toMatchObject({
    id: 0,
    at: 2,
    marketNo: 2,
    'head.seller': 2,
    goods: 1,
    way: 2,
    'codes.no': 1,
  })
})

it('the shape of a text says what it looks like and not what it is', () => {
  expect(
    ['2024-04-15', '浙F00X00', '13800000000', '王秀英', 'M', '', 'x7', 'a\0b', '😀'].map(textShape),
  ).toEqual(['9999-99-99', '字A99A99', '99999999999', '字字字', 'M', '', 'x7', 'a字a', '字'])
  expect(textShape('a'.repeat(500))).toHaveLength(41)
})
