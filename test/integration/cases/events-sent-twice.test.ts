import { beforeEach, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'

let now = Date.now()
const api = withApi(undefined, { clock: () => now })
const SYSTEM = 'plain-market'
let lot = 0
let kase = ''

/** Each test has confirmed goods of its own. */
beforeEach(async () => {
  if (lot === 0) await createSystem(api.pool, { id: SYSTEM, title: { zh: '甲', en: 'A' } })
  lot += 1
  const entry = {
    ...{ kind: 'entry', system: SYSTEM, key: [`e${lot}`], region: { code: '330105', year: 2026 } },
    occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
    sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105100' }] }],
    product: { name: '菠菜', class: 'vegetable' },
    quantity: { value: '40', unit: 'KGM' },
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: `3301051002603020000${lot}` }],
  }
  const stored = await api.call('POST', '/v1/records', { body: [entry] })
  expect(stored.json().rejected, stored.body).toBe(0)
  const body = { code: `3301051002603020000${lot}`, reason: '群众举报' }
  kase = (await api.call('POST', '/v1/cases', { body })).json().id
  expect((await say({ event: 'confirm', note: '自行承认' })).statusCode).toBe(200)
})

const say = (body: object, name?: string, key?: string) =>
  api.call('POST', `/v1/cases/${kase}/events`, {
    body,
    ...(key === undefined ? {} : { key }),
    ...(name === undefined ? {} : { headers: { 'idempotency-key': name } }),
  })
const DISPOSE = { event: 'dispose', quantity: '50', method: 'destroyed' }
const disposed = async () => {
  const { disposedMass, events } = (await api.call('GET', `/v1/cases/${kase}`)).json()
  return { disposedMass, told: events.filter(({ event }: { event: string }) => event === 'dispose').length }
}

test('an event that is sent again under its key is answered the same and counted once, one after the other and at once', async () => {
  const answers = await Promise.all([say(DISPOSE, 'k1'), say(DISPOSE, 'k1'), say(DISPOSE, 'k1')])
  answers.push(await say({ method: 'destroyed', quantity: '50', event: 'dispose' }, 'k1'))
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200])
  expect(answers.map((one) => one.json().disposedMass)).toEqual(['50', '50', '50', '50'])
  expect(await disposed()).toEqual({ disposedMass: '50', told: 1 })
  expect((await say({ event: 'notify' }, 'k2')).json()).toMatchObject({ state: 'notified' })
  // What was done is answered with the case, though it could not be done any more.
  expect((await say({ event: 'notify' }, 'k2')).statusCode).toBe(200)
  expect((await say(DISPOSE, 'k1')).json()).toMatchObject({ state: 'notified', disposedMass: '50' })
  const twice = await api.call('GET', `/v1/cases/${kase}`)
  expect(twice.json().events.map(({ event }: { event: string }) => event)).toEqual([
    ...['opened', 'confirm', 'dispose', 'notify'],
  ])
})

test('another body under a key that was used is refused and changes nothing', async () => {
  await say(DISPOSE, 'k1')
  const other = await say({ ...DISPOSE, quantity: '60' }, 'k1')
  expect(other.statusCode).toBe(422)
  expect(other.json()).toMatchObject({ code: 'idempotency_conflict' })
  expect(await disposed()).toEqual({ disposedMass: '50', told: 1 })
})

test('the same under another key counts, as does what another person says under the same key, and another case', async () => {
  await say(DISPOSE, 'k1')
  await say(DISPOSE, 'k2')
  await say(DISPOSE, 'k1', await api.key('case'))
  expect(await disposed()).toEqual({ disposedMass: '150', told: 3 })
})

test('a key whose event was refused is free: the same is judged anew', async () => {
  expect((await say({ event: 'notify' }, 'k1')).statusCode).toBe(409)
  await say(DISPOSE)
  expect((await say({ event: 'notify' }, 'k1')).json()).toMatchObject({ state: 'notified' })
})

test('without a key, the same disposal or note within ten minutes is refused as repeated, and another one is not', async () => {
  expect((await say(DISPOSE)).statusCode).toBe(200)
  const again = await say(DISPOSE)
  expect(again.statusCode).toBe(409)
  expect(again.json()).toMatchObject({ code: 'wrong_state', refusals: [{ code: 'repeated' }] })
  expect((await say({ ...DISPOSE, quantity: '50.0' })).statusCode).toBe(409)
  expect((await say({ ...DISPOSE, method: 'returned' })).statusCode).toBe(200)
  expect((await say({ ...DISPOSE, note: '第二车' })).statusCode).toBe(200)
  expect((await say(DISPOSE, undefined, await api.key('case'))).statusCode).toBe(200)
  expect(await disposed()).toEqual({ disposedMass: '200', told: 4 })
  now += 10 * 60_000
  expect((await say(DISPOSE)).statusCode).toBe(200)
  expect((await say({ event: 'note', note: '已电话核实' })).statusCode).toBe(200)
  expect((await say({ event: 'note', note: '已电话核实' })).json()).toMatchObject({
    refusals: [{ code: 'repeated' }],
  })
})

test('without a key, a disposal of the same time is the same one however late it is sent again', async () => {
  now += 3_600_000
  const at = new Date(now - 60_000).toISOString()
  const earlier = new Date(now - 120_000).toISOString()
  const first = await say({ ...DISPOSE, at })
  expect(first.statusCode, first.body).toBe(200)
  now += 24 * 3_600_000
  expect((await say({ ...DISPOSE, at })).json()).toMatchObject({ refusals: [{ code: 'repeated' }] })
  expect((await say({ ...DISPOSE, at: earlier })).statusCode).toBe(200)
  expect(await disposed()).toEqual({ disposedMass: '100', told: 2 })
})
