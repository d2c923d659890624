import { expect, test } from 'vitest'
import { logFollower } from '#flow/follow/log-follower.ts'
import { bucketsReader } from '#flow/reconcile/follow-buckets.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'

const api = withApi()
const buckets = logFollower('buckets', 1000, [bucketsReader])

const LABORATORY = 'huzhou-lab'
const at = (hour: number) => ({ at: `2026-03-02T0${hour}:00:00+08:00`, precision: 'second' })
const lot = (value: string, system = LABORATORY) => ({ role: 'subject', scheme: `local.${system}`, value })
const entry = (value: string, more: object = {}) => ({
  ...{ kind: 'entry', system: LABORATORY, key: [`e-${value}`], occurredAt: at(5), lots: [lot(value)] },
  ...{ product: { name: '菠菜' }, quantity: { value: '20', unit: 'KGM' } },
  ...{ sites: [{ role: 'market', name: '示例市场', ids: [] }], ...more },
})
const push = async (...body: object[]) => {
  const receipt = (await api.call('POST', '/v1/records', { body })).json()
  expect(receipt, JSON.stringify(receipt)).toMatchObject({ rejected: 0 })
}
const register = (id: string) => createSystem(api.pool, { id, title: { zh: id, en: id } })

test('a number of a system of which no mapping is installed is found by it alone, in every question and by the public', async () => {
  await register(LABORATORY)
  await push(entry('LOT-D1'), entry('LOT-P1'))
  const code = `local.${LABORATORY}:LOT-D1`
  const get = async (path: string) => (await api.call('GET', path)).json()
  expect(await get('/v1/trace/LOT-D1')).toMatchObject({ roots: [code] })
  expect(await get('/v1/trace/lot-d1')).toMatchObject({ roots: [code] })
  expect(await get('/v1/lots/LOT-D1')).toMatchObject({ lot: { code } })
  expect(await get('/v1/lots/LOT-D1/balance')).toMatchObject({ lots: [{ code }] })
  expect(await get('/v1/records?code=LOT-D1')).toMatchObject({ records: [{ key: ['e-LOT-D1'] }] })
  const rehearsed = await api.call('POST', '/v1/recalls/rehearse', { body: { code: 'LOT-D1' } })
  expect(rehearsed.json()).toMatchObject({ roots: [code] })
  expect((await api.call('GET', '/public/v1/trace/LOT-D1', { key: null })).statusCode).toBe(200)
  const stopped = await api.call('POST', '/v1/cases', { body: { code: 'LOT-D1', reason: '检查' } })
  expect(stopped.json()).toMatchObject({ code })
  expect((await api.call('GET', '/v1/trace/LOT-D2')).statusCode).toBe(404)
})

test('a number that two systems use leads to both, and small letters are the same number', async () => {
  await register('deqing-lab')
  await push(entry('TWO-1'))
  await push(entry('TWO-1', { system: 'deqing-lab', lots: [lot('TWO-1', 'deqing-lab')] }))
  expect((await api.call('GET', '/v1/trace/TWO-1')).json().roots).toEqual([
    'local.deqing-lab:TWO-1',
    `local.${LABORATORY}:TWO-1`,
  ])
  await push(entry('low-1'))
  expect((await api.call('GET', '/v1/trace/low-1')).json().roots).toEqual([`local.${LABORATORY}:LOW-1`])
})

test('who may see a part finds no number of a system that it does not see, as if there were none', async () => {
  await push(entry('SEEN-1'))
  const other = await api.key('read:jiaxing-wholesale')
  const [unseen, none] = await Promise.all(
    ['SEEN-1', 'SEEN-2'].map((code) => api.call('GET', `/v1/trace/${code}`, { key: other })),
  )
  expect([unseen?.statusCode, unseen?.json().detail]).toEqual([none?.statusCode, none?.json().detail])
  expect(unseen?.statusCode).toBe(404)
})

test('a page that nobody knew is there a moment after the first record of its number', async () => {
  const page = async () =>
    (await api.call('GET', '/public/v1/trace/NEW-1', { key: null, headers: { 'cache-control': 'no-cache' } }))
      .statusCode
  expect(await page()).toBe(404)
  await push(entry('NEW-1'))
  await expect.poll(page, { timeout: 3000 }).toBe(200)
})

test('numbers of systems that only a peer knows are found when their records are counted', async () => {
  await push(entry('PEER-1'))
  await api.pool.query(
    `insert into peer_versions (record_id, version, origin, hops, via)
     select record_id, version, 'hub-b', '{}', 'hub-b' from record_versions where record_id like '%e-PEER-1%'`,
  )
  while ((await buckets.step(api.pool)) === 'more');
  await api.pool.query(`delete from systems where id = $1`, [LABORATORY])
  expect(await systemsMeant(api.pool, 'PEER-1')).toEqual([LABORATORY])
})
