import { expect, test } from 'vitest'
import { bodyOf, rowMapper } from './map-rows.ts'

const mapRows = await rowMapper('market-scales', 'ticket')
const ROW = {
  sn: 'SC-330105012-A023-01',
  mkt: '330105012',
  booth: 'A-023',
  mch: '92023',
  plu: '0007',
  name: '五花肉',
  g: 1250,
  up: 2960,
  amt: 3700,
  pay: 2,
  tk: '2024041500047',
  tc: '33010501224041500047',
  ts: 1713138131,
  up_ts: 1713138422,
  st: 1,
}
const one = (more: object) => mapRows([{ ...ROW, ...more }])[0]
const sale = (more: object) => bodyOf(one(more), 'sale')

test('a price on neither basis is kept as the scale sent it, beside what was paid for a kilogram', () => {
  const body = sale({ up: 5555 })
  expect(body?.price).toEqual({ currency: 'CNY', per: 'KGM', raw: '5555', value: '29.6' })
  expect(body?.flags).toEqual(['W_UNIT_SUSPECT'])
  expect(one({ up: 5555 })?.issues).toMatchObject([
    { path: 'line 1, up', code: 'W_UNIT_SUSPECT', value: '5555' },
  ])
})

test('a price whose amount cannot be read has no value, and the ticket is taken', () => {
  const body = sale({ amt: 'x' })
  expect([body?.price?.value, body?.amount?.value]).toEqual([null, null])
  expect(body?.flags).toEqual(['W_UNIT_SUSPECT'])
})

test('a price far outside the band of pork is marked though it fits the amount', () => {
  expect(sale({ up: 296, amt: 370 })?.flags).toEqual(['W_UNIT_SUSPECT'])
})

test('a plu is known together with its scale alone', () => {
  expect(sale({})?.product?.ids).toEqual([
    { scheme: 'local.market-scales', value: 'SC-330105012-A023-01:0007' },
  ])
  expect(sale({ plu: '' })?.product?.ids).toBeUndefined()
})

test('a ticket taken back makes sale and payment void, under their own keys', () => {
  const source = one({ st: 2 })
  expect(source?.records.map(({ kind, operation, key }) => [kind, operation, key])).toEqual([
    ['sale', 'void', ['330105012', '2024041500047']],
    ['payment', 'void', ['330105012', '2024041500047']],
  ])
})

test('a ticket that does not say how it was paid is a sale alone', () => {
  expect(one({ pay: null })?.records.map(({ kind }) => kind)).toEqual(['sale'])
})
