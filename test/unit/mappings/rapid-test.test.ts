import { describe, expect, test } from 'vitest'
import { bodyOf, rowMapper } from './map-rows.ts'

const mapRows = await rowMapper('rapid-test', 'result')
const ROW = {
  uuid: '7c2e41d0-3b5a-4f10-8c21-000000000001',
  marketName: '大关湾示例农贸市场',
  operatorCode: '3301050120045',
  checkDate: '2024-04-15 06:31:22',
  goodsName: '小白菜',
  itemName: '有机磷和氨基甲酸酯类',
  itemCode: 'NC001',
  value: '63.4%',
  checkResult: '合格',
}
const one = (more: object, around: object = {}) => mapRows([{ ...ROW, ...more }], around)[0]
const testOf = (more: object) => bodyOf(one(more), 'test')

describe('the verdict is that of the instrument, whatever the value', () => {
  test.each([
    ['99%', '合格', 'pass'],
    ['0%', '不合格', 'fail'],
    ['阴性', '不合格', 'fail'],
    ['阳性', '合格', 'pass'],
    ['阳性', '', 'unknown'],
    ['99%', '复检', 'unknown'],
    ['/', '检测无效', 'invalid'],
    ['55.0%', '可疑', 'suspect'],
  ])('%s and %s', (value, checkResult, verdict) => {
    expect(testOf({ value, checkResult })?.test).toMatchObject({ raw: value, verdict, screening: true })
  })
})

describe('the unit of a bare number', () => {
  test('is a per cent in the enzyme test, whose method is named', () => {
    expect(testOf({ value: '8.20' })?.test).toMatchObject({ value: '8.2', unit: '%', method: '酶抑制法' })
  })
  test('is unknown elsewhere, and so is the method', () => {
    const { unit, method } = testOf({ value: '8.20', itemCode: 'SC011' })?.test ?? {}
    expect([unit, method]).toEqual([undefined, undefined])
  })
  test('of a word is none', () => expect(testOf({ value: 'ND' })?.test?.unit).toBeUndefined())
})

test('a value that is neither number nor word is kept and marked', () => {
  const body = testOf({ value: '12,5%' })
  expect(body?.test).toMatchObject({ raw: '12,5%', verdict: 'pass' })
  expect(body?.test?.value).toBeUndefined()
  expect(body?.flags).toEqual(['W_UNIT_SUSPECT'])
})

test('a market without an operator code has no region: a name alone does not tell one', () => {
  const body = testOf({ operatorCode: '', operatorName: '秀英示例蔬菜摊' })
  expect(body?.region).toBeUndefined()
  expect(body?.sites).toEqual([{ role: 'market', name: '大关湾示例农贸市场', ids: [] }])
})

test('who runs the instruments stands around the list', () => {
  const body = bodyOf(
    one({}, { thirdCompanyName: '示例检测', thirdCompanyCode: 'DY0001', checkCount: '7' }),
    'test',
  )
  expect(body?.parties).toContainEqual({
    role: 'tester',
    name: '示例检测',
    ids: [{ scheme: 'local.rapid-test', value: 'DY0001' }],
  })
})

test('the day alone is a time of day precision, an unset clock is none', () => {
  expect(testOf({ checkDate: '2024-04-15' })?.occurredAt).toMatchObject({ precision: 'day' })
  expect(one({ checkDate: '0001-01-01' })?.issues[0]).toMatchObject({
    path: '/checkInfo/0/checkDate',
    code: 'E_SCHEMA',
  })
})
