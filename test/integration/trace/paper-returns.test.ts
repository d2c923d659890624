import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const on = '2024-04-15'
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const [FARM, FIRST, SECOND, THIRD] = ['龙游示例合作社', '甲示例商行', '乙示例商行', '丙示例商行'] as const
const MARKETS = { [FIRST]: '330109004', [SECOND]: '330402003', [THIRD]: '330105031' } as const
type Documents = NonNullable<Body['documents']>
type Trader = keyof typeof MARKETS

let run = 0
const told = (kind: Written['kind'], kilograms: number, body: Partial<Body>): Written => ({
  ...{ kind, system: 'city', key: `k${run++}` },
  body: {
    occurredAt: { at: `${on}T02:00:00+08:00`, precision: 'second' },
    product: { name: '番茄', class: 'vegetable' },
    quantity: { value: String(kilograms), unit: 'KGM' },
    ...body,
  },
})
const at = (trader: Trader): Partial<Body> => ({
  sites: [{ role: 'market', name: '', ids: [{ scheme: 'cn.mofcom.node9', value: MARKETS[trader] }] }],
})
const party = <R extends string>(role: R, name: string) => ({ role, name, ids: [] })
const promise = (number: string) => ({ role: 'upstream' as const, type: 'promise_cert', number })
const voucher = (number: string, role: 'voucher' | 'upstream' = 'voucher') => ({
  ...{ role, type: 'sales_voucher', number },
})
const paper = (number: string, kilograms: number) =>
  told('document', kilograms, {
    ...{ parties: [party('issuer', FARM)], documents: [{ ...promise(number), role: 'self' }] },
  })
const came = (kilograms: number, to: Trader, from: string, documents: Documents) =>
  told('entry', kilograms, { ...at(to), parties: [party('owner', to), party('supplier', from)], documents })
const sold = (
  kilograms: number,
  from: Trader,
  to: Trader | null,
  documents: Documents,
  more: Partial<Body> = {},
) =>
  told('sale', kilograms, {
    ...{ ...at(from), saleKind: to === null ? 'retail' : 'wholesale', documents },
    parties: [party('seller', from), ...(to === null ? [] : [party('buyer', to)])],
    ...more,
  })

/** Kilograms stated, used and left, and at how many places used. */
async function usedOf(number: string) {
  const { papers } = await checkPapers(pool, [{ number, on }], nowMs)
  const page = await readDocument(pool, { type: 'any', number, on, nowMs })
  expect(page.left).toEqual(papers[0]?.left)
  return [page.statedKg, page.usedKg, papers[0]?.left?.value, page.siteCount]
}

test('what somebody sells of goods that he had bought of who brought them in is no further use, however the purchase is told', async () => {
  await storeRecords(pool, [
    paper('P1', 300),
    came(200, FIRST, FARM, [promise('P1')]),
    // Nobody tells of the sale, or the voucher alone is told.
    came(80, SECOND, FIRST, [promise('P1')]),
    sold(50, FIRST, THIRD, [voucher('V1')]),
    came(50, THIRD, FIRST, [promise('P1'), voucher('V1', 'upstream')]),
    ...[sold(60, SECOND, null, [promise('P1')]), sold(40, THIRD, null, [promise('P1')])],
  ])
  expect(await usedOf('P1')).toEqual(['300', '200', '100', 1])
})

test('goods that came back as an arrival and were sold again have come in once under their paper', async () => {
  const again = (number: string) => [
    ...[paper(number, 300), sold(80, FIRST, SECOND, [promise(number)])],
    came(80, FIRST, SECOND, [promise(number)]),
    sold(100, FIRST, null, [promise(number)]),
  ]
  await storeRecords(pool, [...again('P2'), came(100, FIRST, FARM, [promise('P2')]), ...again('P3')])
  expect(await usedOf('P2')).toEqual(['300', '100', '200', 1])
  // Where no arrival from the farm is told as well.
  expect(await usedOf('P3')).toEqual(['300', '100', '200', 1])
  // A refund beside the arrival is of the same goods.
  await storeRecords(pool, [sold(80, FIRST, SECOND, [promise('P3')], { refund: true })])
  expect(await usedOf('P3')).toEqual(['300', '100', '200', 1])
})

test('a refund of goods that were sold without naming their paper gives nothing of it back', async () => {
  await storeRecords(pool, [
    ...[paper('P4', 300), came(200, FIRST, FARM, [promise('P4')])],
    ...[sold(90, FIRST, SECOND, [voucher('V4')]), came(90, SECOND, FIRST, [voucher('V4', 'upstream')])],
    sold(70, SECOND, THIRD, [voucher('V5')]),
    sold(70, SECOND, THIRD, [promise('P4'), voucher('V5')], { refund: true }),
  ])
  expect(await usedOf('P4')).toEqual(['300', '200', '100', 1])
})

test('an arrival at the seller under his own voucher takes off what it states, once with a refund that tells of it too, and is no use', async () => {
  const sale = (number: string) => sold(100, FIRST, SECOND, [voucher(number)])
  const home = (number: string, system = 'city') => ({
    ...came(40, FIRST, SECOND, [voucher(number, 'upstream')]),
    system,
  })
  await storeRecords(pool, [
    ...[sale('V6'), came(100, SECOND, FIRST, [voucher('V6', 'upstream')]), home('V6')],
    ...[sale('V7'), home('V7'), home('V7', 'county')],
    ...[sale('V8'), home('V8'), sold(40, FIRST, SECOND, [voucher('V8')], { refund: true })],
  ])
  // What came in before it went back was covered.
  expect(await usedOf('V6')).toEqual(['100', '100', '0', 1])
  expect(await usedOf('V7')).toEqual(['60', null, '60', 0])
  expect(await usedOf('V8')).toEqual(['60', null, '60', 0])
})

test('goods that were refused and taken back where they were made under the paper were used nowhere, and others under it came in', async () => {
  const farm = { sites: [{ role: 'farm' as const, name: '龙游示例基地', ids: [] }] }
  const made = paper('P5', 300)
  await storeRecords(pool, [
    { ...made, body: { ...made.body, ...farm } },
    came(200, FIRST, FARM, [promise('P5')]),
    told('entry', 90, {
      ...{ ...farm, documents: [promise('P5')] },
      parties: [party('owner', FARM), party('supplier', SECOND)],
    }),
  ])
  expect(await usedOf('P5')).toEqual(['300', '200', '100', 1])
})

test('goods that came with a voucher of who issued the paper came in under it, also where nobody tells of that sale', async () => {
  await storeRecords(pool, [
    ...[paper('P6', 300), came(200, FIRST, FARM, [promise('P6'), voucher('V9', 'upstream')])],
    came(80, SECOND, FIRST, [promise('P6'), voucher('V10', 'upstream')]),
  ])
  expect(await usedOf('P6')).toEqual(['300', '200', '100', 1])
})
