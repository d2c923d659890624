import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lotBalance } from '#core/balance/lot-balance.ts'
import type { Body } from '#core/model/body.ts'
import { loadLots } from '#flow/balance/load-lots.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(() => pool.end())

let run = 0
const [FARM, MARKET, STALL] = ['龙游示例合作社', '示例批发商行', '示例菜行']
const lot = (role: 'subject' | 'source' | 'input' | 'output', name = 'F') => ({
  role,
  scheme: 'cn.mofcom.batch16',
  value: `F${run}${name}`,
})
const paper = () => ({ role: 'upstream' as const, type: 'promise_cert', number: `PC${run}` })
const told = (kind: Written['kind'], key: string, mass: string, body: Partial<Body> = {}): Written => ({
  ...{ kind, system: 'farm', key: `${run}-${key}` },
  body: {
    occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'minute' },
    product: { name: '番茄', class: 'vegetable' },
    quantity: { value: mass, unit: 'KGM' },
    lots: [lot('subject')],
    ...body,
  },
})
const party = (role: 'producer' | 'shipper' | 'supplier' | 'owner' | 'seller', name: string | undefined) => ({
  ...{ role, ids: [] },
  name: name as string,
})
const harvest = (mass: string) => told('production', 'harvest', mass, { parties: [party('producer', FARM)] })
/** As onboarding says for farms whose loads have no number of their own. */
const load = (key: string, mass: string, more: Partial<Body> = {}) =>
  told('dispatch', key, mass, {
    ...{ sites: [{ role: 'farm', name: '龙游示例基地', ids: [] }], parties: [party('shipper', FARM)] },
    ...{ documents: [paper()], ...more },
  })
const entered = (key: string, mass: string, more: Partial<Body> = {}) => ({
  ...told('entry', key, mass, {
    ...{ lots: [lot('subject', key)], documents: [paper()] },
    ...{ parties: [party('supplier', FARM), party('owner', MARKET)], ...more },
  }),
  system: 'market',
})
const balanceOf = async (name: string, ...written: readonly Written[]) => {
  await storeRecords(pool, written)
  const [one] = await loadLots(pool, [`lot:F${run}${name}`], '2026-03-02')
  const { in: came, out, left, verdict, flows } = lotBalance(one?.facts ?? [])
  return { came, out, left, verdict, flows }
}

test('what a farm harvested and sent off under the number of the harvest was made once, and is gone', async () => {
  run = 1
  const written = [harvest('300'), load('load', '300'), entered('M', '300')]
  expect(await balanceOf('F', ...written)).toEqual({
    ...{ came: '300', out: '300', left: '0', verdict: 'even' },
    flows: { made: '300', sent: '300', taken: '300' },
  })
  run = 2
  const twice = [harvest('300'), load('a', '300'), load('b', '280')]
  expect(await balanceOf('F', ...twice)).toMatchObject({ came: '300', out: '580', verdict: 'over' })
  run = 3
  const taken = [entered('M', '300'), entered('N', '250'), load('load', '300'), harvest('300')]
  expect(await balanceOf('F', ...taken)).toMatchObject({ came: '300', out: '550', verdict: 'over' })
})

test('a dispatch makes the lot where no harvest tells how much there was', async () => {
  run = 4
  const { quantity: _, ...unweighed } = harvest('300').body
  const written = [{ ...harvest('300'), body: unweighed }, load('load', '300'), entered('M', '250')]
  expect(await balanceOf('F', ...written)).toMatchObject({ came: '300', out: '250', left: '50' })
  run = 5
  expect(await balanceOf('F', load('a', '100'), load('b', '50'))).toMatchObject({ came: '150', out: null })
})

test('who takes goods in and sends them off from a farm made none; what another took in of them was made by the dispatch', async () => {
  run = 6
  const own = entered('F', '300', { documents: [], parties: [party('owner', FARM)] })
  expect(await balanceOf('F', load('load', '300'), own)).toMatchObject({ came: '300', out: '300' })
  run = 7
  const theirs = entered('F', '290', { documents: [] })
  expect(await balanceOf('F', load('load', '300'), theirs)).toMatchObject({ came: '300', out: null })
})

test('goods that come in elsewhere under the number of the harvest are in the lot still, until they are sold there', async () => {
  run = 8
  const there = entered('F', '300', { documents: [] })
  const sold = told('sale', 'sold', '290', { parties: [party('seller', MARKET)] })
  const written = [harvest('300'), load('load', '300'), { ...there, system: 'farm' }]
  expect(await balanceOf('F', ...written)).toMatchObject({ came: '300', out: null, verdict: 'stock' })
  expect(await balanceOf('F', sold)).toMatchObject({ came: '300', out: '290', left: '10' })
})

test('what was made of a lot and then went on, with the lot named as its source, was used of the lot once', async () => {
  const kilograms = (value: string) => ({ value, unit: 'KGM' as const })
  const packed = () => {
    const { quantity: _, lots: __, ...body } = harvest('0').body
    const input = { lots: [lot('input')], quantity: kilograms('300') }
    const output = { lots: [lot('output', 'P')], quantity: kilograms('290') }
    return { ...told('transformation', 'packed', '0'), body: { ...body, process: 'packing', input, output } }
  }
  const sent = (name: string) =>
    load('load', '290', { lots: [lot('subject', name), lot('source')] } as Partial<Body>)
  run = 9
  expect(await balanceOf('F', harvest('300'), packed(), sent('P'))).toMatchObject({
    ...{ came: '300', out: '300', verdict: 'even' },
  })
  expect(await balanceOf('P')).toMatchObject({ came: '290', out: '290' })
  run = 10
  // Another lot than that which was packed.
  expect(await balanceOf('F', harvest('300'), packed(), sent('Q'))).toMatchObject({
    ...{ came: '300', out: '590', verdict: 'over' },
  })
})

test('the balance of a farm lot is the same in whatever order its records come', async () => {
  const written = () => [
    ...[harvest('300'), load('a', '100'), load('b', '150'), entered('M', '240')],
    ...[told('sale', 'sold', '40'), told('disposal', 'lost', '9', { disposalKind: 'destroyed' })],
  ]
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 })
  await fc.assert(
    fc.asyncProperty(order, async (places) => {
      run = run < 100 ? 100 : run + 1
      const records = places.map((n) => written()[n] as Written)
      let balance: unknown
      for (const record of records) balance = await balanceOf('F', record)
      expect(balance).toMatchObject({ came: '300', out: '299', left: '1', verdict: 'even' })
    }),
    { numRuns: 10 },
  )
})

test('who bought under the number of the harvest and sold on is not the farm that sold', async () => {
  run = 11
  const bought = entered('M', '100', { lots: [lot('subject', 'M'), lot('source')], documents: [] })
  const on = { ...told('sale', 'on', '100', { parties: [party('seller', STALL)] }), system: 'stall' }
  expect(await balanceOf('F', harvest('300'), load('load', '300'), bought, on)).toMatchObject({
    ...{ came: '300', out: '300', verdict: 'even' },
  })
})
