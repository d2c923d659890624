import { expect, it } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { holdAliases, NAME_SCHEME, type ProductAlias } from '#core/products/aliases.ts'

const text = `mapping: scales/ticket
version: 1
title: { zh: 小票, en: Ticket }
read: { format: json, rows: '' }
key: [no]
emit:
  - kind: sale
    fields:
      saleKind: { const: retail }
      occurredAt: { from: at, date: ['yyyy-M-d H:mm'] }
      sites.market: { code: { from: market, scheme: local }, name: market }
      product: { name: name, ids: { from: plu, scheme: local } }
`
const aliases = holdAliases()
const { mapping, mistakes } = compileMapping({ path: 'scales/ticket.yaml', text, productAliases: aliases })
const decided = (more: Partial<ProductAlias>): ProductAlias => ({
  system: null,
  scheme: NAME_SCHEME,
  value: '五花肉条',
  class: 'pork',
  code: null,
  ...more,
})
const map = (row: object) => {
  const bytes = Buffer.from(JSON.stringify([{ no: '1', at: '2024-4-15 3:00', market: 'M', ...row }]))
  const [record] = decode(bytes, { format: 'json' }, {}).records
  const body = mapping?.map(record as never, { receivedAtMs: 0 }).records[0]?.body
  return {
    class: body?.product?.class,
    code: body?.product?.code,
    unknown: body?.flags.includes('W_PRODUCT_UNKNOWN'),
  }
}
const nothing = { class: undefined, code: undefined, unknown: true }

it('what was remembered of a name is read anew when the aliases change', () => {
  expect(mistakes).toEqual([])
  expect(map({ name: '五花肉条' })).toEqual(nothing)
  aliases.replace([decided({})], 1)
  expect(map({ name: '五花肉条' })).toEqual({ class: 'pork', code: undefined, unknown: false })
  aliases.replace([decided({ system: 'scales', code: '21113015' })], 2)
  expect(map({ name: '五花肉条' })).toEqual({ class: 'pork', code: '21113015', unknown: false })
  aliases.replace([decided({ system: 'others' })], 3)
  expect(map({ name: '五花肉条' })).toEqual(nothing)
})

it('a PLU means something in its own system only, and only where the name says nothing', () => {
  const plu = decided({ scheme: 'local.scales', value: '0007', class: 'beef', code: '21111' })
  aliases.replace([], 4)
  expect(map({ plu: '0007' })).toEqual(nothing)
  aliases.replace([plu], 5)
  expect(map({ plu: '0007' })).toEqual({ class: 'beef', code: '21111', unknown: false })
  expect(map({ plu: '0007', name: '示例' })).toEqual({ class: 'beef', code: '21111', unknown: false })
  expect(map({ plu: '0007', name: '番茄' })).toEqual({ class: 'vegetable', code: undefined, unknown: false })
  aliases.replace([{ ...plu, scheme: 'local.others' }], 6)
  expect(map({ plu: '0007' })).toEqual(nothing)
})
