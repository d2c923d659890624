import { afterAll, beforeAll, expect, test } from 'vitest'
import { findConditions } from '#flow/alerts/find-conditions.ts'
import { DEFAULT_RULES } from '#flow/alerts/rules.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { listCases } from '#store/cases.ts'
import { listNotices } from '#store/recall-evidence.ts'
import { followToTheEnd } from '#test/follow.ts'
import { allOk, type Receiver, startReceiver } from '../delivery/receiver.ts'
import { linkTo } from '../delivery/setting.ts'
import { publicApp } from '../public/app.ts'
import { openHubs, settle, type TestHub, type TestHubs } from './hubs.ts'

let hubs: TestHubs
let receiver: Receiver
const at = (id: string): TestHub => hubs.of(id)
const LOT = '33010500124041500777'
/** An hour ago: what is released after it was found, is so whatever time of the day it is. */
const found = new Date(Date.now() + 7 * 3_600_000).toISOString().replace(/\..*/, '+08:00')
const common = {
  system: 'farm',
  occurredAt: { at: found, precision: 'second' },
  region: { code: '330105', year: 2024 },
  sites: [{ role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] }],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: LOT }],
}
const entry = { ...common, kind: 'entry', key: ['e1'], quantity: { value: '40', unit: 'KGM' } }
const failed = {
  ...{ ...common, kind: 'test', key: ['t1'] },
  test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
}

/** What both hubs do by themselves, until nothing is left. */
const live = async () => {
  for (let round = 0; round < 3; round++) {
    for (const { pool, intake } of hubs.all) await followToTheEnd(pool, casesFollower({ pool, intake }))
    await settle(hubs)
  }
}
/** State of the goods on the public page of a hub. */
const shown = async (id: string): Promise<string> => {
  const app = await publicApp(at(id).pool, ['farm'])
  const found = (await app.inject(`/public/v1/trace/${LOT}`)).json() as { state: string }
  await app.close()
  return found.state
}
const orders = () => receiver.taken.map(({ record, version }) => `${record['holdKind']} v${version}`)
const holdOf = async (id: string): Promise<{ record_id: string; version: number }[]> =>
  (
    await at(id).pool.query(
      `select record_id, version from record_versions where kind = 'hold' order by version`,
    )
  ).rows

beforeAll(async () => {
  hubs = await openHubs('a', 'b')
  receiver = await startReceiver()
  await hubs.join([['a', 'b']])
  const { id } = await linkTo(at('b').pool, receiver, { filter: { kinds: ['hold'] } })
  at('b').links.set('market', id)
})
afterAll(async () => {
  await receiver.close()
  await hubs.close()
})

test('a case at one hub stops the goods at the links and on the public page of the other, and is opened once', async () => {
  await at('a').push(entry)
  await live()
  expect([await shown('a'), await shown('b')]).toEqual(['clear', 'clear'])
  await at('a').push(failed)
  await live()
  expect(await listCases(at('a').pool, {}, { limit: 9 })).toMatchObject([{ state: 'held' }])
  // The test came to both; the hub at which it entered has the case.
  expect(
    await at('b')
      .call('GET', `/v1/records?kind=test`)
      .then((one) => one.json().records),
  ).toHaveLength(1)
  expect(await listCases(at('b').pool, {}, { limit: 9 })).toEqual([])
  expect(await holdOf('b')).toEqual(await holdOf('a'))
  expect(orders()).toEqual(['stop_sale v1'])
  expect([await shown('a'), await shown('b')]).toEqual(['held', 'held'])
})

test('the other hub acknowledges by its answer that it stored the hold; its own links and places owe their own word', async () => {
  const [hold] = await holdOf('a')
  const noticesAt = (id: string) =>
    listNotices(at(id).pool, { of: hold?.record_id ?? '', limit: 9, nowMs: Date.now() })
  const link = (await noticesAt('a')).find((one) => one.receiver.startsWith('link:'))
  expect(link).toMatchObject({
    ...{ link: at('a').links.get('b'), how: 'delivery', late: false, order: 'stop_sale' },
    acknowledgedBy: `link:${at('a').links.get('b')}`,
    reportedAt: null,
    events: [{ event: 'delivered' }, { event: 'acknowledged', action: 'stored' }],
  })
  const told = await noticesAt('b')
  // Not over the link by which it came.
  expect(told.map((one) => one.receiver).sort()).toEqual(
    [`link:${at('b').links.get('market')}`, 'place:330105012'].sort(),
  )
  expect(told.find((one) => one.receiver.startsWith('link:'))).toMatchObject({
    deliveredAt: expect.any(String),
    acknowledgedAt: null,
  })
})

test('its release comes to the other hub after the stop, and lifts it there', async () => {
  const [found] = await listCases(at('a').pool, {}, { limit: 1 })
  const event = { event: 'clear', method: 'GC-MS/MS GB 23200.113' }
  expect((await at('a').call('POST', `/v1/cases/${found?.id}/events`, event)).statusCode).toBe(200)
  await live()
  expect(await holdOf('b')).toEqual(await holdOf('a'))
  expect(orders()).toEqual(['stop_sale v1', 'release v2'])
  expect([await shown('a'), await shown('b')]).toEqual(['clear', 'clear'])
})

test('a receiver of the other hub that was away gets the newest order of a recall, in its order', async () => {
  receiver.taken.length = 0
  receiver.answer = (batch) => batch.changes.map(({ event }) => ({ event, verdict: 'retry', after: 1 }))
  await at('a').push({ ...failed, key: ['t2'], test: { ...failed.test, screening: false, method: 'GC-MS' } })
  await live()
  expect([await shown('a'), await shown('b')]).toEqual(['recalled', 'recalled'])
  expect(orders()).toEqual([])
  receiver.answer = allOk
  at('b').clock.ahead += 3_600_000
  await live()
  expect(orders()).toEqual(['recall v1'])
})

test('a hold that a receiver refuses is told of by name, until a newer version is there', async () => {
  const { pool } = at('b')
  const registry = createLiveRegistry({ pool, seed: registryOf(new Map()) })
  const alerts = async () =>
    (await findConditions({ pool, registry }, DEFAULT_RULES, Date.now())).conditions
      .filter(({ topic }) => topic === 'hold_refused')
      .map(({ facts }) => facts)
  const test = { ...failed, key: ['t2'], test: { ...failed.test, screening: false, method: 'GC-MS' } }
  receiver.answer = (batch) =>
    batch.changes.map(({ event }) => ({ event, verdict: 'reject', code: 'unknown_goods' }))
  expect(await alerts()).toEqual([])
  await at('a').push({ ...test, status: 'void' })
  await live()
  expect(await alerts()).toMatchObject([
    { version: 2, code: 'unknown_goods', link: at('b').links.get('market') },
  ])
  receiver.answer = allOk
  await at('a').push({ ...test, test: { ...test.test, raw: '0.5' } })
  await live()
  expect(await alerts()).toEqual([])
})
