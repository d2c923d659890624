import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logFollower } from '#flow/follow/log-follower.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import type { PublicTrace } from '#flow/trace/public-trace.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { publicApp } from './app.ts'

const database = withDatabase()
const at = { at: '2024-04-15T08:00:00+08:00', precision: 'second' as const }
const product = { name: '五花肉', class: 'pork' as const }
const ENTRIES = 1500
const SALES = 500
const sitesOf = (stall: string): NonNullable<Written['body']['sites']> => [
  { role: 'market', name: '杭州潮鸣湾示例农贸市场', ids: [] },
  { role: 'stall', name: stall, ids: [] },
]
const lotOf = (value: string): NonNullable<Written['body']['lots']> => [
  { role: 'subject', scheme: 'cn.mofcom.trace20b', value },
]
const came = (stall: string, n: number): string => `3301050122404${stall}${String(n).padStart(5, '0')}`
const sold = (stall: string): string => `3301050122404${stall}99999`
const stallDay = (stall: string, entries: number, sales: number): Written[] => [
  ...Array.from(
    { length: entries },
    (_, n): Written => ({
      kind: 'entry',
      system: 'retail',
      key: `${stall}-${n}`,
      body: {
        occurredAt: at,
        product,
        sites: sitesOf(stall),
        lots: lotOf(came(stall, n)),
        documents: [{ role: 'upstream', type: 'product_B', number: `33${stall}${n}` }],
      },
    }),
  ),
  ...Array.from(
    { length: sales },
    (_, n): Written => ({
      kind: 'sale',
      system: 'market-scales',
      key: `${stall}-${n}`,
      body: {
        occurredAt: at,
        saleKind: 'retail',
        product,
        sites: sitesOf(stall),
        lots: lotOf(sold(stall)),
      },
    }),
  ),
]
const hold: Written = {
  kind: 'hold',
  system: 'authority',
  key: '1',
  body: { occurredAt: at, holdKind: 'stop_sale', lots: lotOf(came('11', ENTRIES - 1)) },
}
const voided: Written[] = stallDay('33', ENTRIES, SALES).map((one) =>
  one.kind === 'sale' ? { ...one, version: 2, status: 'void' } : one,
)

let pool: Pool
let app: FastifyInstance
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4, plansOnce: true, statementTimeoutMs: 5000 })
  await storeRecords(pool, [...stallDay('11', ENTRIES, SALES), hold, ...stallDay('22', 20, 20), ...voided])
  const follower = logFollower('matching', 500, [matchingReader])
  while ((await follower.step(pool)) === 'more');
  app = await publicApp(pool, ['retail', 'market-scales'])
})
afterAll(async () => {
  await app.close()
  await pool.end()
})
const told = async (code: string): Promise<PublicTrace> => {
  const answer = await app.inject(`/public/v1/trace/${code}`)
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

test('a stall that sold one code hundreds of times of more than a thousand entries has a page, of a part, with what is held', async () => {
  const started = performance.now()
  const trace = await told(sold('11'))
  expect(performance.now() - started).toBeLessThan(4000)
  expect(trace).toMatchObject({ product: '五花肉', state: 'held', isComplete: false })
  expect(trace.alerts).toEqual([{ kind: 'held', product: '五花肉', date: '2024-04-15', likely: true }])
  expect(trace.certificates.length).toBeGreaterThan(20)
  expect(trace.certificates.every(({ likely }) => likely)).toBe(true)
  const page = await app.inject(`/t/${sold('11')}`)
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('此处未完全显示')
})

test('an ordinary stall is shown whole, and goods of a crowded one as always', async () => {
  const trace = await told(sold('22'))
  expect(trace).toMatchObject({ state: 'clear', isComplete: true })
  expect(trace.certificates).toHaveLength(20)
  expect(await told(came('11', 0))).toMatchObject({ state: 'clear', isComplete: true })
})

test('sales that are void meet nothing, however many they are', async () => {
  expect(await told(sold('33'))).toMatchObject({ isComplete: true, certificates: [] })
})
