import { describe, expect, test } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { bodyOf, rowMapper } from './map-rows.ts'

const mapRows = await rowMapper('shanghai-platform', 'inbound')
const ITEM = {
  productName: '番茄',
  productCode: '01233401',
  quantity: '120',
  unit: 'kg',
  batchNo: 'B1',
  supplierCode: '92330402MA9TE51069',
  inDate: '20240415',
}
const BODY = { enterpriseCode: '91310115MA9SH6016K', enterpriseName: '上海示例公司', flowType: 'IN' }
const HEAD = { msgId: 'SH1', sign: 'x' }
const one = (more: object, body: object = BODY) => mapRows([{ ...ITEM, ...more }], { head: HEAD, body })[0]

test('an item without the enterprise around it has no key, and the place is where it should stand', () => {
  const source = one({}, { flowType: 'IN' })
  expect(source).toMatchObject({ key: null, rejected: true })
  expect(source?.issues[0]).toMatchObject({ path: '/body/enterpriseCode', code: 'E_NO_KEY' })
})

test('another message number and signature change nothing of the record', () => {
  const again = mapRows([ITEM], { head: { msgId: 'SH2', sign: 'y' }, body: BODY })[0]
  expect(again?.records).toEqual(one({})?.records)
})

test('what the hub sends is not taken for what was received', () => {
  expect(() => one({}, { ...BODY, flowType: 'OUT' })).toThrow(
    expect.objectContaining({ at: '/body/flowType', reason: 'body.flowType is OUT, not IN' }),
  )
})

describe('the unit of an item', () => {
  test.each([
    ['0.4', 't', '400'],
    ['240', '斤', '120'],
    ['120', 'kg', '120'],
  ])('%s %s', (quantity, unit, value) => {
    expect(bodyOf(one({ quantity, unit }), 'entry')?.quantity).toMatchObject({ value, unit: 'KGM' })
  })
})

test('a paper of a type that the interface does not name is kept as unknown', () => {
  const body = bodyOf(one({ certType: 'XX', certNo: 'AB-77' }), 'entry')
  expect(body?.documents).toEqual([{ number: 'AB-77', role: 'upstream', type: 'unknown' }])
  expect(body?.flags).toContain('W_ENUM_UNKNOWN')
})

test('at most 200 items come in one message', () => {
  const text = JSON.stringify({ body: { items: Array.from({ length: 201 }, () => ITEM) } })
  expect(() => decode(Buffer.from(text), { format: 'json', rows: 'body.items', maxRecords: 200 })).toThrow(
    expect.objectContaining({ at: '/body/items' }),
  )
})
