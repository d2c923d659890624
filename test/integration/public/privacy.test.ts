import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { publicApp } from './app.ts'

const database = withDatabase()
let pool: Pool
let app: FastifyInstance
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4 })
  app = await publicApp(pool, ['one'])
})
afterAll(async () => {
  await app.close()
  await pool.end()
})

const occurredAt = { at: '2024-04-15T08:00:00+08:00', precision: 'second' as const }
const surname = fc.constantFrom('王', '李', '张', '欧阳', '夏侯', '㛃')
const given = fc.constantFrom('建国', '秀英', '伟', '小芳', '𠮷安')
const person = fc.tuple(surname, given).map(([a, b]) => a + b)
const phone = fc.integer({ min: 3_000_000_000, max: 9_999_999_999 }).map((n) => `1${n}`)
const citizen = fc.integer({ min: 1000, max: 9999 }).map((n) => `33010619800101${n}`)
const plate = fc.integer({ min: 10000, max: 99999 }).map((n) => `浙A${n}`)
const money = fc.integer({ min: 1000, max: 9999 }).map((n) => `${n}.37`)
const roles = fc.constantFrom(
  'seller',
  'buyer',
  'owner',
  'producer',
  'issuer',
  'operator',
  'tester',
) as fc.Arbitrary<'seller'>

const secret = fc.record({ person, phone, citizen, plate, money, role: roles })
type Secret = { person: string; phone: string; citizen: string; plate: string; money: string; role: 'seller' }

/** A path of a certificate, an entry, a test and a sale with a person wherever a source may write one. */
function pathWith(
  run: number,
  { person: name, phone: tel, citizen: id, plate: vehicle, money: yuan, role }: Secret,
): Written[] {
  const parties = [
    { role, name, ids: [], personal: true },
    { role, name, ids: [{ scheme: 'cn.mofcom.operator13', value: '3304020030107' }] },
    { role: 'issuer' as const, name: `${name}有限公司`, ids: [{ scheme: 'cn.idcard.hash', value: 'a1b2' }] },
    { role: 'producer' as const, name: `示例农场${tel}`, ids: [] },
    { role: 'issuer' as const, name: `${name}户`, kind: 'farmer', ids: [] },
  ] as NonNullable<Written['body']['parties']>
  const sites = [
    { role: 'farm' as const, name: `${name}养殖户`, ids: [] },
    { role: 'market' as const, name, ids: [] },
    { role: 'stall' as const, name: `${name}蔬菜摊`, ids: [] },
  ]
  const common = {
    occurredAt,
    parties,
    sites,
    vehicle,
    note: `${name} ${tel} ${id}`,
    raw: { seller: `${name}${tel}` },
    origin: { year: 2024, writtenAs: `${name}家 ${tel}` },
    product: { name: `番茄 ${tel}`, raw: name },
    price: { value: yuan, currency: 'CNY' as const, per: 'KGM' as const },
    amount: { value: yuan, currency: 'CNY' as const },
  }
  const lot = { scheme: 'local.one', value: `L${run}` }
  return [
    {
      kind: 'document',
      system: 'one',
      key: `D${run}`,
      body: {
        ...common,
        lots: [{ role: 'subject', ...lot }],
        documents: [
          { role: 'self', type: 'promise_cert', number: `D${run}`, url: `https://q/${tel}`, raw: name },
        ],
      },
    },
    {
      kind: 'entry',
      system: 'one',
      key: `E${run}`,
      body: {
        ...common,
        lots: [{ role: 'subject', ...lot }],
        documents: [{ role: 'upstream', type: 'animal_B', number: id }],
      },
    },
    {
      kind: 'test',
      system: 'one',
      key: `T${run}`,
      body: {
        ...common,
        lots: [{ role: 'subject', ...lot }],
        test: { item: `克百威 ${tel}`, verdict: 'fail', raw: name, device: name },
      },
    },
    {
      kind: 'hold',
      system: 'one',
      key: `H${run}`,
      body: {
        ...common,
        lots: [{ role: 'subject', ...lot }],
        holdKind: 'stop_sale',
        cause: `${name} ${tel}`,
      },
    },
    {
      kind: 'sale',
      system: 'one',
      key: `V${run}`,
      body: {
        ...common,
        documents: [
          { role: 'upstream', type: 'promise_cert', number: `D${run}` },
          { role: 'upstream', type: 'origin_cert', number: tel },
          { role: 'voucher', type: 'sales_voucher', number: `V${run}` },
        ],
        quantity: { value: yuan, unit: 'KGM' },
      },
    },
    {
      kind: 'payment',
      system: 'one',
      key: `P${run}`,
      body: {
        ...common,
        method: 'market_card',
        documents: [{ role: 'voucher', type: 'sales_voucher', number: `V${run}` }],
        ids: [{ scheme: 'local.card', value: id }],
      },
    },
  ]
}

let run = 0
test('no person, telephone, citizen number, plate, price or card gets onto a page or into the data', async () => {
  await fc.assert(
    fc.asyncProperty(secret, async (planted) => {
      run += 1
      await storeRecords(pool, pathWith(run, planted))
      for (const url of [`/t/V${run}`, `/t/V${run}?lang=en`, `/public/v1/trace/V${run}`, `/t/L${run}`]) {
        const { statusCode, body } = await app.inject({ url })
        expect(statusCode).toBe(200)
        for (const text of [planted.person, planted.phone, planted.citizen, planted.plate, planted.money]) {
          expect(body).not.toContain(text)
        }
        expect(body).not.toContain('3304020030107')
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('the planted path is there: its certificate, its failed test and its stop of sale are shown', async () => {
  const { body } = await app.inject({ url: `/t/V${run}` })
  for (const text of [`D${run}`, '检测不合格', '已停止销售', '浙A*****', '2024-04-15'])
    expect(body).toContain(text)
})
