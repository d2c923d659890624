import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beijingDay } from '#core/quality/record-counts.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import type { PublicTrace } from '#flow/trace/public-trace.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'
import { publicApp } from './app.ts'

const api = withApi()
const SYSTEM = 'plain-market'
let app: FastifyInstance
const of = (lot: string, name: string) => ({
  system: SYSTEM,
  occurredAt: { at: `${beijingDay(Date.now())}T00:00:01+08:00`, precision: 'second' },
  region: { code: '330105', year: 2024 },
  sites: [
    { role: 'market', name: '甲市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
    { role: 'stall', name: 'B-045', ids: [] },
  ],
  product: { name, class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: lot }],
})
const entry = (lot: string, name = '菠菜') => ({
  ...{ ...of(lot, name), kind: 'entry', key: [`e${lot}`], quantity: { value: '40', unit: 'KGM' } },
})
const tested = (lot: string, result: object, name = '菠菜', key = `t${lot}`) => ({
  ...{ ...of(lot, name), kind: 'test', key: [key] },
  test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性', ...result },
})
/** Stores records, and lets the hub follow them as it does by itself. */
const push = async (...records: readonly object[]) => {
  const stored = await api.call('POST', '/v1/records', { body: records })
  expect(stored.json().rejected, stored.body).toBe(0)
  await followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))
}
const twin = async (lot: string): Promise<PublicTrace> => (await app.inject(`/public/v1/trace/${lot}`)).json()
/** The page comes to show it within a second of the COMMIT of the hold, whatever was kept of it before. */
const shows = async (lot: string, state: string, text: string, advice: string) => {
  await expect.poll(async () => (await twin(lot)).state, { timeout: 1000, interval: 50 }).toBe(state)
  const { body } = await app.inject(`/t/${lot}`)
  expect(body).toContain(text)
  expect(body).toContain(advice)
}
const STOPPED = ['held', '已停止销售', '请暂不购买'] as const
const RECALLED = ['recalled', '已被召回', '请不要购买，也不要食用'] as const
const CLEAR = ['clear', '未发现停售', '购买时请核对品名'] as const
const say = async (id: string, body: object) =>
  expect((await api.call('POST', `/v1/cases/${id}/events`, { body })).statusCode).toBe(200)
const caseOf = async (): Promise<string> => (await api.call('GET', '/v1/cases')).json().cases[0].id

beforeAll(async () => {
  await createSystem(api.pool, { id: SYSTEM, title: { zh: '甲', en: 'A' } })
  app = await publicApp(api.pool, [SYSTEM])
})
afterAll(async () => await app.close())

test('the page follows a case from the failed test over recall and objection to its release, within a second', async () => {
  const lot = '33010500124041500601'
  await push(entry(lot))
  await shows(lot, ...CLEAR)
  await push(tested(lot, {}))
  await shows(lot, ...STOPPED)
  expect((await twin(lot)).alerts.map(({ kind }) => kind)).toEqual(['held', 'test_failed'])
  const id = await caseOf()
  await say(id, { event: 'retest' })
  await shows(lot, ...STOPPED)
  await say(id, { event: 'confirm', method: 'GC-MS' })
  await shows(lot, ...RECALLED)
  await say(id, { event: 'objection' })
  await shows(lot, ...RECALLED)
  await say(id, { event: 'clear', method: 'LC-MS' })
  await shows(lot, ...CLEAR)
  // It does not hide that the goods failed, and says that they were released.
  expect(await twin(lot)).toMatchObject({ alerts: [], tests: [{ verdict: 'fail', released: true }] })
  expect((await app.inject(`/t/${lot}`)).body).toContain('不合格（其后已解除停售）')
  expect((await app.inject(`/t/${lot}?lang=en`)).body).toContain('released afterwards')
})

test('goods that were disposed of and whose case is closed stay recalled on the page', async () => {
  const lot = '33010500124041500602'
  await push(entry(lot), tested(lot, { screening: false, method: 'GC-MS' }))
  await shows(lot, ...RECALLED)
  const id = await caseOf()
  await say(id, { event: 'dispose', quantity: '40', method: 'destroyed' })
  await say(id, { event: 'notify' })
  await say(id, { event: 'close' })
  await shows(lot, ...RECALLED)
  expect((await twin(lot)).tests).toEqual([expect.not.objectContaining({ released: true })])
})

test('a suspect is stopped at its stall, and a test that is taken back lifts the stop', async () => {
  const lot = '33010500124041500603'
  await push(entry(lot, '韭菜'), tested(lot, { method: '酶抑制法', raw: '55%', unit: '%' }, '韭菜'))
  await shows(lot, ...STOPPED)
  await push({ ...tested(lot, { method: '酶抑制法', raw: '55%', unit: '%' }, '韭菜'), status: 'void' })
  await shows(lot, ...CLEAR)
})

test('what left with the same dispatch is stopped on its own page, and goods of another paper are not', async () => {
  const [failed, sister, other] = [
    '33010500124041500604',
    '33010500124041500605',
    '33010500124041500606',
  ] as const
  const under = (lot: string, number: string) => ({
    ...entry(lot),
    documents: [{ role: 'upstream', type: 'promise_cert', number }],
  })
  await push(under(failed, 'P-600'), under(sister, 'P-600'), under(other, 'P-601'), tested(failed, {}))
  await shows(sister, ...STOPPED)
  await shows(other, ...CLEAR)
  await say(await caseOf(), { event: 'clear', method: 'GC-MS' })
  await shows(sister, ...CLEAR)
})

test('a recall of several lots of one path, of which the visitor would read the same, is told once', async () => {
  const [bought, sold] = ['33010500124041500801', '33010500124041500802']
  const resold = entry(sold, '苋菜')
  const from = { role: 'source', scheme: 'cn.mofcom.trace20b', value: bought }
  await push(entry(bought, '苋菜'), { ...resold, lots: [...resold.lots, from] })
  await push(tested(bought, { screening: false, method: 'GC-MS' }, '苋菜'))
  await shows(sold, ...RECALLED)
  const { alerts } = await twin(sold)
  expect(alerts).toMatchObject([{ kind: 'recalled' }, { kind: 'test_failed', likely: true }])
  expect(alerts[0]).not.toHaveProperty('likely')
})
