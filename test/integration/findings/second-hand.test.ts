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
const [FARM, MARKET, STALL, CANTEEN] = ['龙游示例合作社', '示例批发商行', '示例菜行', '示例食堂']
const goods = (key: string, kilograms: string, body: Partial<Body>): Written => ({
  ...{ kind: 'entry', system: 'city', key: `${run}-${key}` },
  body: {
    occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'minute' },
    product: { name: '番茄', class: 'vegetable' },
    quantity: { value: kilograms, unit: 'KGM' },
    ...body,
  },
})
const lot = (role: 'subject' | 'source', name: string) => ({
  role,
  scheme: 'cn.mofcom.batch16',
  value: `S${run}${name}`,
})
const between = (supplier: string | undefined, owner: string | undefined) => ({
  parties: [
    ...(supplier ? [{ role: 'supplier' as const, name: supplier, ids: [] }] : []),
    ...(owner ? [{ role: 'owner' as const, name: owner, ids: [] }] : []),
  ],
})
/** The market's own lot, and what others took of it or of what came of it: each names it as their source. */
const own = () => goods('own', '100', { lots: [lot('subject', 'L')], ...between(FARM, MARKET) })
const took = (key: string, kilograms: string, supplier?: string, owner?: string) =>
  goods(key, kilograms, { lots: [lot('subject', key), lot('source', 'L')], ...between(supplier, owner) })
const balanceOf = async (...written: readonly Written[]) => {
  await storeRecords(pool, written)
  const [one] = await loadLots(pool, [`lot:S${run}L`], '2026-03-02')
  const { in: came, out, verdict } = lotBalance(one?.facts ?? [])
  return { came, out, verdict }
}

test('who bought of someone that had taken goods of a lot, and names that lot, takes no more of it', async () => {
  const even = { came: '100', out: '100', verdict: 'even' }
  run = 1
  expect(await balanceOf(own(), took('a', '100', MARKET, STALL), took('b', '60', STALL, CANTEEN))).toEqual(
    even,
  )
  run = 2
  expect(await balanceOf(took('b', '60', STALL, CANTEEN), took('a', '100', MARKET, STALL), own())).toEqual(
    even,
  )
})

test('what several take of who has the lot, or of nobody knows whom, counts each time', async () => {
  const over = { came: '100', out: '160', verdict: 'over' }
  run = 3
  expect(await balanceOf(own(), took('a', '100', MARKET, STALL), took('b', '60', MARKET, CANTEEN))).toEqual(
    over,
  )
  run = 4
  expect(await balanceOf(own(), took('a', '100'), took('b', '60', undefined, CANTEEN))).toEqual(over)
  run = 5
  // Who moves goods from one of his stalls to another is no buyer of himself.
  expect(await balanceOf(own(), took('a', '100', MARKET, MARKET), took('b', '60', MARKET, STALL))).toEqual(
    over,
  )
})

test('goods that keep the code of their lot from hand to hand are brought in once', async () => {
  /** Of buyers who write down the goods under the code that they came under. */
  const got = (key: string, kilograms: string, supplier: string, owner: string) =>
    goods(key, kilograms, { lots: [lot('subject', 'L')], ...between(supplier, owner) })
  const over = { came: '100', out: '160', verdict: 'over' }
  run = 6
  expect(await balanceOf(own(), got('a', '100', MARKET, STALL), got('b', '60', MARKET, CANTEEN))).toEqual(
    over,
  )
  run = 7
  expect(await balanceOf(got('b', '60', MARKET, CANTEEN), got('a', '100', MARKET, STALL), own())).toEqual(
    over,
  )
  run = 8
  expect(await balanceOf(own(), got('a', '100', MARKET, STALL), got('b', '60', STALL, CANTEEN))).toEqual({
    ...{ came: '100', out: '100', verdict: 'even' },
  })
  run = 9
  // Two that brought in of one lot.
  expect(await balanceOf(own(), got('a', '60', FARM, STALL))).toMatchObject({ came: '160', out: null })
})

test('what was sent back, and who gave it tells to have again, left the lot once, whoever tells it and in whatever order', async () => {
  const back = (): Written => {
    const written = goods('back', '40', { lots: [lot('subject', 'L')], ...between(undefined, MARKET) })
    return { ...written, kind: 'disposal', body: { ...written.body, disposalKind: 'returned' } }
  }
  const all = () => [own(), back(), took('again', '40', MARKET, FARM)]
  run = 30
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0],
    [0, 2],
  ]) {
    run++
    const written = all()
    expect(await balanceOf(...order.flatMap((n) => written[n] ?? [])), String(order)).toEqual({
      ...{ came: '100', out: '40', verdict: 'stock' },
    })
  }
  run++
  // What others took of it counts beside.
  expect(await balanceOf(...all(), took('c', '50', MARKET, CANTEEN))).toEqual({
    ...{ came: '100', out: '90', verdict: 'stock' },
  })
})

test('a transformation of a lot used nothing of what was taken of it before, though one system tells of both', async () => {
  const cut = (): Written => ({
    ...{ kind: 'transformation', system: 'city', key: `${run}-cut` },
    body: {
      occurredAt: { at: '2026-03-02T09:00:00+08:00', precision: 'minute' },
      process: 'cutting',
      input: { lots: [{ ...lot('subject', 'L'), role: 'input' }], quantity: { value: '60', unit: 'KGM' } },
      output: { lots: [{ ...lot('subject', 'C'), role: 'output' }], quantity: { value: '60', unit: 'KGM' } },
    },
  })
  run = 40
  expect(await balanceOf(own(), took('a', '40', MARKET, STALL), cut())).toEqual({
    ...{ came: '100', out: '100', verdict: 'even' },
  })
  const [taken] = await loadLots(pool, [`lot:S${run}a`], '2026-03-02')
  expect(lotBalance(taken?.facts ?? [], taken)).toMatchObject({ in: '40', out: null, verdict: 'stock' })
})
