import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLotBalance } from '#flow/balance/read-balance.ts'
import { rehearseRecall } from '#flow/recall/rehearse.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url })
})
afterAll(() => pool.end())

type Body = Written['body']
const [SELLER, BUYER, OTHER] = ['330402003', '330105031', '330110032'] as const
const FAR = '310115001'
const lot = (value: string) => ({ role: 'subject' as const, scheme: 'cn.mofcom.trace20b', value })
const under = (number: string, role: 'voucher' | 'upstream') => ({
  ...{ role, type: 'sales_voucher' as const, number },
})
let next = 0
/** What a market tells, each on the day after the one before. */
const told = (kind: Written['kind'], market: string, kilograms: number, body: Body): Written => ({
  ...{ kind, system: `m${market}`, key: `k${next}` },
  body: {
    occurredAt: { at: new Date(Date.UTC(2026, 2, 1 + (next++ % 28), 1)).toISOString(), precision: 'second' },
    region: { code: market.slice(0, 6), year: 2026 },
    sites: [{ role: 'market', name: `市场${market}`, ids: [{ scheme: 'cn.mofcom.node9', value: market }] }],
    product: { name: '大白菜' },
    quantity: { value: String(kilograms), unit: 'KGM' },
    ...body,
  },
})
const party = (role: 'seller' | 'buyer' | 'owner' | 'supplier' | 'consignee', market: string) => ({
  ...{ role, name: `${market}号示例商行`, ids: [] },
})
const came = (value: string, kilograms: number) =>
  told('entry', SELLER, kilograms, { lots: [lot(value)], parties: [party('owner', SELLER)] })
const sold = (from: string, to: string, number: string, kilograms: number, refund = false) =>
  told('sale', SELLER, kilograms, {
    ...{ saleKind: 'wholesale', lots: [lot(from)], documents: [under(number, 'voucher')] },
    parties: [party('seller', SELLER), party('buyer', to)],
    ...(refund ? { refund } : {}),
  })
const arrived = (value: string, at: string, number: string, kilograms: number) =>
  told('entry', at, kilograms, {
    ...{ lots: [lot(value)], documents: [under(number, 'upstream')] },
    parties: [party('owner', at), party('supplier', SELLER)],
  })
const sentBack = (value: string, at: string, kilograms: number) =>
  told('disposal', at, kilograms, {
    ...{ disposalKind: 'returned', lots: [lot(value)] },
    parties: [party('owner', at), party('consignee', SELLER)],
  })

async function rehearse(code: string) {
  const found = await rehearseRecall({ pool, clock: Date.now }, { code, systems: [] })
  const some = (of: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(of).filter(([, value]) => value !== '0'))
  const [{ stated, found: all, notFound, where, away } = {} as never] = found.mass
  return {
    ...{ stated, found: all, notFound, where: some(where), away: some(away) },
    left: Object.fromEntries(
      found.regions.flatMap(({ markets }) =>
        markets.flatMap((one) => (one.left[0] ? [[one.code, one.left[0].value]] : [])),
      ),
    ),
  }
}
const balance = async (code: string) =>
  (await readLotBalance(pool, { code, systems: [], on: '2026-04-01' })).lots[0]?.left

test.each([
  ['the number of the sale', ''],
  ['a number of its own', 'R'],
])(
  'a refund to a trader under %s lies at the seller, as the balance of the lot says, also when the buyer tells of the arrival',
  async (_, tail) => {
    const tag = `OWN${tail}`
    const of = (kilograms: number, far: number) => ({
      ...{
        stated: '100',
        found: '100',
        notFound: '0',
        left: { [SELLER]: '60', ...(far > 0 ? { [BUYER]: String(far) } : {}) },
      },
      where: far > 0 ? { atSites: '100' } : { atSites: '60', soldWholesale: String(kilograms) },
    })
    const refund = sold(tag, BUYER, `V${tag}${tail}`, 20, true)
    await storeRecords(pool, [came(tag, 100), sold(tag, BUYER, `V${tag}`, 60)])
    // Settlement systems write an amount that came back below zero.
    const quantity = { value: tail === '' ? '20' : '-20', unit: 'KGM' as const }
    await storeRecords(pool, [{ ...refund, body: { ...refund.body, quantity } }])
    expect(await rehearse(tag)).toMatchObject(of(40, 0))
    expect(await balance(tag)).toBe('60')
    await storeRecords(pool, [arrived(`${tag}B`, BUYER, `V${tag}`, 60)])
    expect(await rehearse(tag)).toMatchObject(of(40, 40))
    expect(await rehearse(`${tag}B`)).toMatchObject(of(40, 40))
  },
)

test('goods that came back from another province lie at the seller, whether the seller alone tells of it or the buyer too', async () => {
  await storeRecords(pool, [
    ...[came('FAR', 290), sold('FAR', FAR, 'VFAR', 150), arrived('FARB', FAR, 'VFAR', 150)],
    told('sale', FAR, 60, { saleKind: 'retail', lots: [lot('FARB')] }),
    sold('FAR', FAR, 'VFAR', 90, true),
  ])
  const same = {
    ...{ stated: '290', found: '290', notFound: '0', where: { atSites: '230', leftRegion: '60' } },
    ...{ away: { soldRetail: '60' }, left: { [SELLER]: '230' } },
  }
  expect(await rehearse('FAR')).toEqual(same)
  await storeRecords(pool, [sentBack('FARB', FAR, 90)])
  expect(await rehearse('FAR')).toEqual(same)
  expect(await rehearse('FARB')).toEqual(same)
  expect(await balance('FAR')).toBe('230')
})

test('goods that came back to the seller and were sold again are found once, whoever tells that they came back', async () => {
  const all = { stated: '100', found: '100', notFound: '0', where: { atSites: '100' } }
  const again = (tag: string, ...back: Written[]): Written[] => [
    ...[came(tag, 100), sold(tag, BUYER, `V${tag}`, 100), arrived(`${tag}X`, BUYER, `V${tag}`, 100), ...back],
    ...[sold(tag, OTHER, `W${tag}`, 40), arrived(`${tag}Y`, OTHER, `W${tag}`, 40)],
  ]
  const left = { [BUYER]: '60', [OTHER]: '40' }
  const bySeller = (tag: string) => sold(tag, BUYER, `V${tag}`, 40, true)
  const byBuyer = (tag: string) => sentBack(`${tag}X`, BUYER, 40)
  await storeRecords(pool, again('AG1', byBuyer('AG1'), bySeller('AG1')).reverse())
  await storeRecords(pool, again('AG2', byBuyer('AG2')))
  await storeRecords(pool, again('AG3', bySeller('AG3')))
  for (const tag of ['AG1', 'AG2', 'AG3'])
    for (const code of [tag, `${tag}Y`])
      expect(await rehearse(code), code).toEqual({ ...all, away: {}, left })
})
