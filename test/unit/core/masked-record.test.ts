import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskedRecord, maskedText } from '#core/model/masked-record.ts'
import { isPurpose } from '#core/model/purposes.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { isPersonalParty, isPersonalSite } from '#core/personal.ts'
import { coverNumbers } from '#core/personal-numbers.ts'

const record = {
  kind: 'sale',
  id: 'urn:cnft:sale:market:trade:1',
  system: 'market',
  record: 'trade',
  key: ['1'],
  version: 1,
  status: 'active',
  occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second', raw: '2024/4/15 3:42:10' },
  sites: [
    { role: 'place', name: '嘉兴示例批发市场', ids: [] },
    { role: 'stall', name: '张建国', ids: [] },
  ],
  parties: [
    {
      role: 'seller',
      name: '嘉禾示例果蔬商行',
      ids: [{ scheme: 'cn.uscc', value: '913304', raw: '913304' }],
    },
    {
      role: 'buyer',
      name: '王小明',
      ids: [{ scheme: 'local.phone', value: '13812345678', raw: '13812345678' }],
    },
  ],
  documents: [
    { role: 'upstream', type: 'product_A', number: 'HGZ1', raw: 'HGZ1' },
    { role: 'upstream', type: 'product_A', number: '13812345678', raw: '13812345678' },
  ],
  product: { name: '番茄', raw: '番茄（王小明）' },
  quantity: { value: '100', unit: 'KGM', raw: '100.0', rawUnit: '公斤' },
  vehicle: '浙F00X00',
  note: '联系王小明 13812345678',
  contactDigest: '8f3a',
  raw: { buyerName: '王小明', tel: 13812345678 },
  cause: '王小明投诉',
  flags: [],
} as unknown as CanonicalRecord

describe('a record for who may not see what is of a person', () => {
  const seen = maskedRecord(record) as unknown as Record<string, never>
  const text = JSON.stringify(seen)

  it('names no person, telephone or plate, and keeps that there is one', () => {
    for (const secret of ['王小明', '张建国', '13812345678', '浙F00X00', '8f3a'])
      expect(text).not.toContain(secret)
    expect(seen).toMatchObject({
      vehicle: '浙F****0',
      note: '***',
      cause: '***',
      parties: [{}, { name: '王**', ids: [{ value: '***', raw: '***' }] }],
      sites: [{}, { name: '张**' }],
      documents: [{}, { number: '138****5678', raw: '***' }],
    })
  })

  it('leaves goods, businesses, figures and times as they are', () => {
    expect(seen).toMatchObject({
      id: record.id,
      occurredAt: record.occurredAt,
      quantity: record.quantity,
      product: { name: '番茄', raw: '***' },
      parties: [{ name: '嘉禾示例果蔬商行', ids: [{ raw: '913304' }] }, {}],
      sites: [{ name: '嘉兴示例批发市场' }, {}],
      documents: [{ number: 'HGZ1', raw: 'HGZ1' }, {}],
    })
  })

  it('is masked once and for all, and the record given stays as it was', () => {
    expect(maskedText(text)).toBe(text)
    expect(record).toMatchObject({ vehicle: '浙F00X00', note: '联系王小明 13812345678' })
  })
})

it('a telephone in any text between others is covered, and no other number', () => {
  expect(coverNumbers('电话138 1234 5678，单号20240415000181234567')).toBe(
    '电话138******5678，单号20240415000181234567',
  )
  expect(coverNumbers('身份证11010519491231002X')).toBe('身份证110105************')
  expect(coverNumbers('电话１３８１２３４５６７８，３号')).toBe('电话138****5678，3号')
  expect(coverNumbers('３号13812345678')).toBe('３号138****5678')
  fc.assert(
    fc.property(fc.stringMatching(/^1[3-9]\d{9}$/), fc.stringMatching(/^[^\d]{0,20}$/), (phone, around) => {
      expect(coverNumbers(around + phone + around)).not.toContain(phone)
    }),
  )
})

it('a name of a shop with a telephone or a citizen’s number in it is that of a person', () => {
  for (const name of [
    '王五13812345678水产店',
    '王五11010519491231002X肉店',
    '王五１３８１２３４５６７８水产店',
  ]) {
    expect(isPersonalSite({ name })).toBe(true)
    expect(isPersonalParty({ name, ids: [] })).toBe(true)
  }
  // No number of a person: a check digit that is none, a registration.
  for (const name of ['嘉禾水产店110105194912310021号店', '嘉禾第20240415000181234567号水产店'])
    expect(isPersonalSite({ name })).toBe(false)
})

it('a purpose is a word of the list, alone or with more behind it', () => {
  expect(['recall', 'recall; case 17', 'request;'].map(isPurpose)).toEqual([true, true, true])
  expect(['', 'because', 'constructor', '; recall', 'recall case'].map(isPurpose)).toEqual(
    Array(5).fill(false),
  )
})
