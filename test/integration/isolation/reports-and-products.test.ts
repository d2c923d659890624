import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const OWN = 'jiaxing-wholesale'
const OTHER = 'zj-agri-certificate'
let own = ''
let other = ''
let region = ''
let elsewhere = ''
beforeAll(async () => {
  own = await api.key(`read:${OWN}`)
  other = await api.key(`read:${OTHER}`)
  region = await api.key('read:region:330400')
  elsewhere = await api.key('read:region:310000')
})

const get = async (path: string, key: string) => (await api.call('GET', path, { key })).json()

it('unknown products, and aliases for one system, are those of the systems that are seen, without who decided them and why', async () => {
  const rows = [
    [OWN, '高山红妃'],
    [OTHER, '高山红妃'],
    [OTHER, '低山白妃'],
  ]
  for (const [system, name] of rows)
    await api.pool.query(
      `insert into unknown_products (name, code, own_code, system, records, first_seen, last_seen, newest) values ($1, '', '', $2, 1, now(), now(), array[$2])`,
      [name, system],
    )
  const reason = 'because others said so'
  for (const [name, system] of [
    ['高山红妃', OTHER],
    ['低山白妃', undefined],
    ['中山绿妃', OWN],
  ]) {
    const answer = await api.call('POST', '/v1/products/aliases', {
      body: { name, class: 'vegetable', reason, ...(system ? { system } : {}) },
    })
    expect(answer.statusCode, answer.body).toBe(201)
  }
  const unknown = async (key: string) =>
    (await get('/v1/products/unknown', key)).products
      .filter(({ name }: { name: string }) => name.endsWith('妃'))
      .map((one: { name: string; count: number; systems: string[]; records: string[]; alias: string }) => [
        one.name,
        one.count,
        one.systems,
        one.records.length,
        one.alias !== null,
      ])
  expect(await unknown(await api.key('read'))).toEqual([
    ['低山白妃', 1, [OTHER], 1, true],
    ['高山红妃', 2, [OWN, OTHER], 2, true],
  ])
  expect(await unknown(own)).toEqual([['高山红妃', 1, [OWN], 1, false]])
  expect(await unknown(other)).toEqual([
    ['低山白妃', 1, [OTHER], 1, false],
    ['高山红妃', 1, [OTHER], 1, true],
  ])
  expect([await unknown(region), await unknown(elsewhere)]).toEqual([[], []])
  const foreign = await get(`/v1/products/unknown?system=${OTHER}`, own)
  expect(foreign).toEqual(await get('/v1/products/unknown?system=nobody', own))
  const aliases = async (key: string) => (await get('/v1/products/aliases', key)).aliases
  expect((await aliases(await api.key('read'))).map((one: { reason: string }) => one.reason)).toEqual([
    reason,
    reason,
    reason,
  ])
  for (const [key, names] of [
    [own, ['中山绿妃']],
    [other, ['高山红妃']],
    [region, []],
  ] as const) {
    const found = await aliases(key)
    expect(found.map(({ value }: { value: string }) => value)).toEqual(names)
    for (const one of found) expect([one.reason, one.key]).toEqual([null, null])
  }
})

it('a published report is seen by who sees its region, with its digest, without places in the log and systems that it does not see', async () => {
  for (const [key, code] of [
    ['R1', '330402'],
    ['R2', '330482'],
  ]) {
    const body = {
      kind: 'inspection',
      system: OWN,
      key: [key],
      occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
      sites: [
        { role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330402001' }] },
      ],
      region: { code, year: 2026 },
      result: 'pass',
    }
    expect((await api.call('POST', '/v1/records', { body })).statusCode).toBe(200)
  }
  await followToTheEnd(api.pool)
  const publish = async (of: object) =>
    (await api.call('POST', '/v1/supervision/reports', { body: { day: '2026-07-15', ...of } })).json().id
  const ids = {
    county: await publish({ region: '330402' }),
    province: await publish({ region: '330000' }),
    all: await publish({}),
  }
  const silent = [OWN, OTHER].map((system) => ({
    system,
    record: null,
    since: '2026-07-15T00:00:00Z',
    until: null,
  }))
  await api.pool.query('alter table supervision_reports disable trigger user')
  await api.pool.query(`update supervision_reports set body = jsonb_set(body, '{silent}', $1)`, [
    JSON.stringify(silent),
  ])
  const readKey = await api.key('read')
  const mixed = await api.key('read:region:330400', `read:${OTHER}`)
  const list = async (key: string, query = '') =>
    (await get(`/v1/supervision/reports${query}`, key)).reports.map(({ id }: { id: string }) => id)
  expect((await list(readKey)).sort()).toEqual(Object.values(ids).sort())
  expect([await list(region), await list(elsewhere), await list(own)]).toEqual([[ids.county], [], []])
  expect(await list(region, '?region=330000')).toEqual([])
  const whole = await get(`/v1/supervision/reports/${ids.county}`, readKey)
  expect(whole.report.silent).toHaveLength(2)
  for (const [key, systems] of [
    [region, []],
    [mixed, [OTHER]],
  ] as const) {
    const seen = await get(`/v1/supervision/reports/${ids.county}`, key)
    expect(seen).toEqual({
      ...whole,
      position: null,
      report: {
        ...whole.report,
        asOf: { ...whole.report.asOf, position: null, head: null },
        silent: silent.filter(({ system }) => (systems as readonly string[]).includes(system)),
      },
    })
  }
  for (const key of [elsewhere, own])
    for (const id of Object.values(ids))
      expect((await api.call('GET', `/v1/supervision/reports/${id}`, { key })).statusCode).toBe(404)
  expect((await api.call('GET', `/v1/supervision/reports/${ids.province}`, { key: region })).statusCode).toBe(
    404,
  )
  expect((await api.call('GET', '/v1/supervision/reports?site=330402001', { key: region })).statusCode).toBe(
    403,
  )
})

it('a market that a caller’s records call by name is asked for by that name with its region, also where others tell of its code', async () => {
  const tell = async (key: string, system: string, ids: object[], code = '330402') => {
    const body = {
      kind: 'inspection',
      system,
      key: [key],
      occurredAt: { at: '2026-07-16T04:12:30+08:00', precision: 'second' },
      sites: [{ role: 'market', name: '城北示例农贸市场', ids }],
      region: { code, year: 2026 },
      result: 'pass',
    }
    expect((await api.call('POST', '/v1/records', { body })).statusCode).toBe(200)
  }
  await tell('N1', OWN, [])
  await tell('N2', OWN, [])
  await tell('N3', OTHER, [{ scheme: 'cn.mofcom.node9', value: '330402077' }])
  await followToTheEnd(api.pool)
  const days = async (site: string, key: string, of = '330402') => {
    const path = `/v1/supervision/days?site=${encodeURIComponent(site)}&region=${of}&from=2026-07-16&to=2026-07-16`
    const { scope, total } = await get(path, key)
    return [scope, total.inspections]
  }
  const name = '城北示例农贸市场'
  const said = `${name}@330402`
  expect(await days(name, await api.key('read'))).toEqual([{ region: '330402', site: '330402077', name }, 3])
  expect(await days(name, own)).toEqual([{ region: '330402', site: said, name }, 2])
  expect(await days(said, own)).toEqual([{ region: '330402', site: said, name }, 2])
  expect(await days('330402077', own)).toEqual([{ region: null, site: '330402077', name: null }, 0])
  expect(await days('330402077', other)).toEqual([{ region: '330402', site: '330402077', name: null }, 1])
  // Nothing tells that there is such a market to who sees nothing of it.
  expect(await days(name, other)).toEqual([{ region: null, site: name, name: null }, 0])
  expect(await days(name, elsewhere)).toEqual([{ region: null, site: name, name: null }, 0])
})
