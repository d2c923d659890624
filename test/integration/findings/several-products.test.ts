import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lotBalance } from '#core/balance/lot-balance.ts'
import type { Body } from '#core/model/body.ts'
import { loadGoods } from '#flow/balance/load-goods.ts'
import { loadLots } from '#flow/balance/load-lots.ts'
import { loadYields } from '#flow/balance/load-yields.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { idOf, storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(() => pool.end())

let run = 0
const siteOf = (): string => `3308020${String(run).padStart(2, '0')}`
const ON = '2026-03-02'
const kilograms = (value: number) => ({ value: String(value), unit: 'KGM' as const })
const product = (name: string) => ({ name, class: 'pork' })
const told = (kind: Written['kind'], key: string, body: Partial<Body>): Written => ({
  ...{ kind, system: 'plant', key: `${run}-${key}` },
  body: {
    occurredAt: { at: `${ON}T06:00:00+08:00`, precision: 'minute' },
    sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: siteOf() }] }],
    ...body,
  },
})
const lot = (role: 'subject' | 'input') => ({ role, scheme: 'local.plant', value: `M${run}` })
/** Of a carcass of 500 kg that came in, rows of cuts: what went in, what came out, and when. */
type Row = readonly [name: string, into: number | null, out: number, hour?: string]
const judged = async (...rows: readonly Row[]) => {
  run += 1
  const cuts = rows.map(([name, into, out, hour = '07'], n) =>
    told('transformation', `t${n}`, {
      occurredAt: { at: `${ON}T${hour}:00:00+08:00`, precision: 'minute' },
      process: 'cutting',
      input: {
        lots: [lot('input')],
        product: product('白条猪'),
        ...(into ? { quantity: kilograms(into) } : {}),
      },
      output: { product: product(name), quantity: kilograms(out) },
    }),
  )
  await storeRecords(pool, [
    told('entry', 'e', { lots: [lot('subject')], product: product('白条猪'), quantity: kilograms(500) }),
    ...cuts,
  ])
  const [loaded] = await loadLots(pool, [`local.plant:M${run}`], ON)
  const { out, verdict } = lotBalance(loaded?.facts ?? [], loaded)
  await followToTheEnd(pool)
  const [goods] = await loadGoods(pool, [{ site: siteOf(), goods: 'class:pork', day: ON }])
  // What was used at the place, and not sold, is what went out there.
  expect(goods?.balance.out).toBe(out)
  const yields = await loadYields(pool, cuts.map(idOf), ON)
  return { out, verdict, yields: yields.map((one) => one.verdict) }
}

test('of one step that is told by a row for each of its products as much went in as one row says, and all of them came out of it', async () => {
  const within = ['within', 'unknown', 'unknown']
  expect(await judged(['五花肉', 500, 300], ['排骨', 500, 120], ['猪蹄', 500, 60])).toEqual({
    ...{ out: '500', verdict: 'even', yields: within },
  })
  expect(await judged(['五花肉', 500, 300], ['排骨', null, 120], ['猪蹄', null, 60])).toEqual({
    ...{ out: '500', verdict: 'even', yields: ['within', 'unknown', 'unknown'] },
  })
  expect(await judged(['五花肉', 500, 300], ['排骨', 500, 240])).toMatchObject({
    yields: ['above', 'unknown'],
  })
})

test('rows of one product, of two times or of other quantities are steps of their own', async () => {
  expect(await judged(['五花肉', 250, 200], ['五花肉', 250, 210])).toMatchObject({ out: '500' })
  expect(await judged(['五花肉', 250, 200], ['排骨', 250, 200, '09'])).toMatchObject({ out: '500' })
  expect(await judged(['五花肉', 300, 200], ['排骨', 200, 150])).toMatchObject({ out: '500' })
  expect(
    await judged(['五花肉', 250, 100], ['排骨', 250, 90], ['五花肉', 250, 110], ['排骨', 250, 100]),
  ).toMatchObject({ out: '500', verdict: 'even' })
})
