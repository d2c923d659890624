import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { countAll } from '../supervision/setting.ts'
import { withFindings } from './setting.ts'

const { api, judge, post } = withFindings()
const SYSTEM = 'node-market'
beforeAll(async () => {
  await createSystem(api.pool, { id: SYSTEM, title: { zh: '甲', en: 'A' } })
})

const NODE = '330402003'
const at = (day: string) => ({ at: `${day}T06:00:00+08:00`, precision: 'second' })
const market = (value = NODE) => ({ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value }] })
const failed = (key: string, more: object = {}) => ({
  ...{ kind: 'test', system: SYSTEM, key: [key], occurredAt: at('2026-03-02'), sites: [market()] },
  ...{ product: { name: '菠菜', class: 'vegetable' } },
  test: { item: '毒死蜱', verdict: 'fail', screening: false, method: 'GC-MS', raw: '不合格' },
  ...more,
})
const get = async (path: string) => (await api.call('GET', path)).json()
const stored = async (key: string) => {
  const { records } = await get(`/v1/records?system=${SYSTEM}&limit=100`)
  return records.find((one: { key: string[] }) => one.key[0] === key)
}

test('a record without a region has that of the node at which it happened: who sees the region sees it, it is counted there, and its finding has an owner there', async () => {
  await post(failed('t1'))
  await countAll(api.pool)
  expect((await stored('t1')).region).toEqual({ code: '330402', name: '南湖区', year: 2026 })
  const key = await api.key('read:region:330402')
  const { records } = (await api.call('GET', '/v1/records?kind=test', { key })).json()
  expect(records).toHaveLength(1)
  const [byRegion, bySite] = await Promise.all(
    ['region=330402', `site=${NODE}`].map((scope) => get(`/v1/supervision/days/2026-03-02?${scope}`)),
  )
  expect(byRegion.tests).toEqual(bySite.tests)
  expect(byRegion.tests).toMatchObject({ all: 1, failed: 1 })
  const { findings } = await get('/v1/findings?kind=test_failed')
  expect(findings[0]).toMatchObject({ region: { code: '330402' }, owner: { region: { code: '330402' } } })
})

test('a region that the record tells, one that is open, and a node of no region of its year stay as they are', async () => {
  await post(
    failed('t2', { region: { code: '330502', year: 2026 } }),
    failed('t3', { region: { candidates: ['330502', '330503'], year: 2026 } }),
    failed('t4', { sites: [market('339999003')] }),
    failed('t5', { sites: [market(), { ...market('330502001'), role: 'store' }] }),
    failed('t6', { sites: [{ ...market(), role: 'origin' }] }),
  )
  expect((await stored('t2')).region.code).toBe('330502')
  expect((await stored('t3')).region).toEqual({ candidates: ['330502', '330503'], year: 2026 })
  for (const key of ['t4', 't5', 't6']) expect((await stored(key)).region, key).toBeUndefined()
})

test('the region of a finding that becomes known later is that of its owner too', async () => {
  const place = { role: 'market', name: '示例市场', ids: [] }
  await post(failed('t7', { sites: [place] }))
  const ours = async () =>
    (await get('/v1/findings?kind=test_failed&limit=100')).findings.find((one: { subject: string }) =>
      one.subject.endsWith(':t7'),
    )
  expect((await ours()).owner.region).toBeUndefined()
  await post(failed('t7', { sites: [place], region: { code: '330402', year: 2026 } }))
  await judge()
  expect(await ours()).toMatchObject({ region: { code: '330402' }, owner: { region: { code: '330402' } } })
})

test('a region without a year is read in the year of the record', async () => {
  const origin = { code: '330522' }
  await post(
    failed('t8', {
      region: { code: '330402' },
      origin,
      parties: [{ role: 'supplier', name: '某合作社', ids: [], region: { code: '330523' } }],
    }),
  )
  expect(await stored('t8')).toMatchObject({
    region: { code: '330402', year: 2026 },
    origin: { code: '330522', year: 2026 },
    parties: [{ region: { code: '330523', year: 2026 } }],
  })
  const { occurredAt: _, ...timeless } = failed('t9', { region: { code: '330402' } })
  const receipt = (await api.call('POST', '/v1/records', { body: [timeless] })).json()
  expect(receipt).toMatchObject({ rejected: 1 })
  expect(receipt.results[0].issues.map(({ path }: { path: string }) => path)).toContain('/0/region/year')
})

test('a test of a market that it names without a region and without a code has an owner in the region of the one code that records give beside that name', async () => {
  const name = '无区示例市场'
  const named = (code: string) => ({ ...market(code), name })
  const owners = async () =>
    (await get('/v1/findings?kind=test_failed&limit=1000')).findings.flatMap(
      ({ subject, owner }: { subject: string; owner: { region?: { code: string } } }) =>
        /:n[12]$/.test(subject) ? [[subject.slice(-2), owner.region?.code]] : [],
    )
  const entry = (key: string, code: string) => ({
    ...{ kind: 'entry', system: SYSTEM, key: [key], occurredAt: at('2026-03-02'), sites: [named(code)] },
    ...{ product: { name: '菠菜', class: 'vegetable' }, quantity: { value: '1', unit: 'KGM' } },
  })
  await post(entry('e1', '330402077'))
  await countAll(api.pool)
  await post(failed('n1', { sites: [{ role: 'market', name, ids: [] }] }))
  expect(await owners()).toEqual([['n1', '330402']])
  await post(entry('e2', '330502077'))
  await countAll(api.pool)
  await post(failed('n2', { sites: [{ role: 'market', name, ids: [] }] }))
  expect(new Map(await owners()).get('n2')).toBeUndefined()
})
