import { beforeAll, expect, test } from 'vitest'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { judgeSources } from '#flow/findings/judge-sources.ts'
import { recheckWaiting } from '#flow/findings/recheck.ts'
import { settle } from '#flow/findings/settle.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
let intake: Intake
beforeAll(() => {
  const { pool, registry } = api
  intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
})

const follow = () => followToTheEnd(api.pool)
const judge = async (): Promise<void> => {
  await follow()
  while ((await judgeDue({ pool: api.pool, intake }, Date.now())).judged > 0);
  await follow()
}
const record = (key: string, more: object): object => ({
  ...{ kind: 'entry', system: 'jiaxing-wholesale', key: [key] },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: '330402', year: 2024 },
  sites: [{ role: 'market', name: '甲市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330402003' }] }],
  parties: [{ role: 'owner', name: '示例批发部', ids: [] }],
  product: { name: '带皮片猪', class: 'pork' },
  quantity: { value: '100', unit: 'KGM' },
  ...more,
})
const post = async (...records: object[]): Promise<void> => {
  const { statusCode, body } = await api.call('POST', '/v1/records', { body: records })
  expect(statusCode, body).toBe(200)
  await judge()
}
const list = async (where = '') => (await api.call('GET', `/v1/findings?${where}`)).json()
const act = async (id: string, body: object, key?: string) =>
  api.call('POST', `/v1/findings/${encodeURIComponent(id)}/events`, { body, ...(key ? { key } : {}) })
const papers = [
  { role: 'upstream', type: 'product_B', number: 'B1' },
  { role: 'upstream', type: 'meat_quality', number: 'Q1' },
]

test('meat without its papers is found once for place, product and day, and a late paper resolves it', async () => {
  await post(record('1', {}), record('2', {}), record('3', { documents: papers }))
  const { findings, next } = await list('kind=no_paper')
  expect(next).toBeNull()
  expect(findings).toMatchObject([
    {
      ...{ severity: 'serious', state: 'open', isOverdue: false, decidedBy: 'hub' },
      title: { zh: '缺少应有凭证' },
      owner: { role: 'market_supervision', region: { code: '330402' } },
      numbers: [{ name: 'records', value: '2' }],
    },
  ])
  expect(findings[0].evidence).toHaveLength(2)
  const one = await api.call('GET', `/v1/findings/${encodeURIComponent(findings[0].id)}`)
  expect(one.json()).toEqual(findings[0])
  await post(record('1', { documents: papers }), record('2', { documents: papers }))
  expect((await list('kind=no_paper')).findings).toMatchObject([
    { id: findings[0].id, state: 'resolved', version: 2 },
  ])
})

test('what an official did is not undone by a judgement, and stays until the figures are others', async () => {
  await post(record('4', { product: { name: '鲜牛肉', class: 'beef' } }))
  const find = async () =>
    (await list('kind=no_paper&state=')).findings?.[0] ??
    (await list('kind=no_paper')).findings.find(({ subject }: { subject: string }) =>
      subject.includes('beef'),
    )
  const { id } = await find()
  const read = await api.key('read')
  expect((await act(id, { event: 'dismiss' }, read)).statusCode).toBe(403)
  const dueAt = '2024-05-01T10:00:00+08:00'
  const assigned = await act(id, {
    event: 'assign',
    owner: { role: 'agriculture', region: '330400' },
    dueAt,
    note: '转办',
  })
  expect(assigned.json()).toMatchObject({
    ...{ state: 'open', isOverdue: true, note: '转办', dueAt: { at: dueAt } },
    owner: { role: 'agriculture', region: { code: '330400' } },
  })
  const nowhere = await act(id, { event: 'assign', owner: { role: 'agriculture', region: '999999' } })
  expect([nowhere.statusCode, nowhere.json().issues?.[0]?.path]).toEqual([400, '/owner/region'])
  expect((await act(id, { event: 'acknowledge' })).json()).toMatchObject({ state: 'acknowledged' })
  await judge()
  expect((await list('overdue=true')).findings).toMatchObject([{ id, owner: { role: 'agriculture' } }])
  expect((await act(id, { event: 'dismiss' })).json()).toMatchObject({
    state: 'dismissed',
    decidedBy: 'official',
  })
  expect((await act(id, { event: 'acknowledge' })).statusCode).toBe(409)
  // The same load: it stays dismissed. Another load without papers: it is opened again for that one.
  await post(
    record('4', { product: { name: '鲜牛肉', class: 'beef' }, quantity: { value: '101', unit: 'KGM' } }),
  )
  expect(await find()).toMatchObject({ state: 'dismissed' })
  await post(record('5', { product: { name: '鲜牛肉', class: 'beef' } }))
  expect(await find()).toMatchObject({ state: 'open', numbers: [{ value: '1' }] })
  // A judgement upon a version that an official has passed is left out.
  const key = ['no_paper', (await find()).subject]
  const { version, state } = (await act(id, { event: 'acknowledge' })).json()
  const body = JSON.parse(
    (
      await api.pool.query('select body from record_versions where record_id = $1 and version = $2', [
        id,
        version,
      ])
    ).rows[0].body,
  )
  await intake.writeOwn({
    record: 'finding',
    records: [
      {
        kind: 'finding',
        key,
        body: { ...body, state: 'open', flags: [] },
        order: `${String(version - 1).padStart(10, '0')}a`,
      },
    ],
  })
  await follow()
  expect(await find()).toMatchObject({ state, version })
})

test('findings are listed by place, region, system and time, in pages', async () => {
  const all = (await list()).findings
  expect(all.length).toBeGreaterThan(1)
  for (const where of [
    'site=330402003',
    'region=3304',
    'region=33',
    'system=jiaxing-wholesale',
    'from=2024-04-15&to=2024-04-15',
  ])
    expect((await list(where)).findings.length, where).toBe(all.length)
  for (const where of [
    'site=330402004',
    'region=3301',
    'system=mofcom-city',
    'from=2024-04-16',
    'severity=critical',
  ])
    expect((await list(where)).findings, where).toEqual([])
  const pages: string[] = []
  let after = ''
  do {
    const { findings, next } = await list(`limit=1${after}`)
    pages.push(findings[0].id)
    after = next === null ? '' : `&after=${next}`
  } while (after)
  expect(pages).toEqual(all.map(({ id }: { id: string }) => id))
  expect((await api.call('GET', '/v1/findings?kind=nothing')).statusCode).toBe(400)
  expect((await api.call('GET', '/v1/findings/urn:cnft:finding:x')).statusCode).toBe(404)
})

test('findings are passed on like any change, and counted', async () => {
  const { changes } = (await api.call('GET', '/v1/changes?kind=finding')).json()
  expect(changes.length).toBeGreaterThan(1)
  expect(changes[0].record).toMatchObject({ kind: 'finding', system: 'trace-hub' })
  const metrics = (await api.call('GET', '/metrics')).body
  expect(metrics).toMatch(/hub_findings\{kind="no_paper",severity="serious",state="acknowledged"\} 1/)
  expect(metrics).toContain('hub_finding_checks 0')
})

test('a balance tells its records, of a lot and of a place, and says what it does not know', async () => {
  const lots = [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33040200324041500077' }]
  const spinach = {
    product: { name: '菠菜', class: 'vegetable' },
    lots,
    documents: [{ role: 'upstream', type: 'promise_cert', number: 'P77' }],
  }
  await post(
    record('6', { ...spinach, quantity: { value: '80', unit: 'KGM' } }),
    record('7', {
      ...spinach,
      kind: 'sale',
      saleKind: 'wholesale',
      quantity: { value: '30.5', unit: 'KGM' },
    }),
  )
  const lot = (await api.call('GET', '/v1/lots/33040200324041500077/balance')).json()
  expect(lot.lots).toMatchObject([
    { verdict: 'stock', in: '80', out: '30.5', left: '49.5', flows: { entered: '80', sold: '30.5' } },
  ])
  expect(lot.lots[0].records).toHaveLength(2)
  const site = (await api.call('GET', '/v1/balance?site=330402003&day=2024-04-15&product=菠菜')).json()
  expect(site).toMatchObject({
    siteName: '甲市场',
    products: [{ goods: 'name:菠菜', in: '80', out: '30.5', opening: '0', left: '49.5' }],
  })
  const all = (
    await api.call('GET', `/v1/balance?site=${encodeURIComponent('甲市场')}&day=2024-04-15`)
  ).json()
  expect(all.products.map(({ goods }: { goods: string }) => goods)).toEqual([
    'class:beef',
    'class:pork',
    'name:菠菜',
  ])
  expect((await api.call('GET', '/v1/balance?site=nowhere&day=2024-04-15')).json()).toMatchObject({
    products: [],
  })
  expect((await api.call('GET', '/v1/lots/nothing/balance')).statusCode).toBe(404)
  expect((await api.call('GET', '/v1/balance?site=x&day=2024-02-30')).statusCode).toBe(400)
})

test('goods whose papers come with the wholesale trade that they were bought by lack none, also where the trade comes later', async () => {
  const stall = {
    ...{ occurredAt: { at: '2024-04-25T07:00:00+08:00', precision: 'second' } },
    sites: [{ role: 'market', name: '丙市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330402009' }] }],
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33040200924042500001' }],
    documents: [{ role: 'upstream', type: 'sales_voucher', number: 'V1' }],
  }
  const found = async () =>
    (await list('kind=no_paper&site=330402009')).findings.map(({ state }: { state: string }) => state)
  await post(record('v1', stall))
  expect(await found()).toEqual(['open'])
  const trade = {
    ...{ kind: 'sale', saleKind: 'wholesale' },
    occurredAt: { at: '2024-04-25T03:00:00+08:00', precision: 'second' },
    documents: [{ role: 'voucher', type: 'sales_voucher', number: 'V1' }, ...papers],
  }
  await post(record('v2', trade))
  expect(await recheckWaiting(api.pool, Date.now(), 1)).toBeGreaterThan(0)
  await judge()
  expect(await found()).toEqual(['resolved'])
})

test('what is wrong with one use of a paper is found where that use was, and rests on it alone', async () => {
  const number = 'B2'
  const pork = {
    ...{ product: { name: '带皮片猪', class: 'pork' }, quantity: { value: '10', unit: 'KGM' } },
    documents: [
      { role: 'upstream', type: 'product_B', number },
      { role: 'upstream', type: 'meat_quality', number: 'Q2' },
    ],
  }
  const elsewhere = {
    region: { code: '310115', year: 2024 },
    sites: [{ role: 'market', name: '丁市场', ids: [{ scheme: 'cn.mofcom.node9', value: '310115001' }] }],
  }
  await post(
    record('b2', {
      kind: 'document',
      parties: [{ role: 'issuer', name: '龙游示例屠宰场', ids: [] }],
      occurredAt: { at: '2024-04-15T02:00:00+08:00', precision: 'second' },
      documents: [
        {
          role: 'self',
          type: 'product_B',
          number,
          issuedOn: { at: '2024-04-15T02:00:00+08:00', precision: 'day' },
        },
      ],
      quantity: { value: '100', unit: 'KGM' },
    }),
    record('b2a', { ...pork, ...elsewhere }),
    record('b2b', { ...pork, occurredAt: { at: '2024-04-15T09:00:00+08:00', precision: 'second' } }),
    record('b2c', { ...pork, occurredAt: { at: '2024-04-16T09:00:00+08:00', precision: 'second' } }),
  )
  const found = async (kind: string) => {
    const [one] = (await list(`kind=${kind}`)).findings
    const { sites, occurredAt, evidence, owner } = one
    const ids = evidence.map(({ id }: { id: string }) => id.split(':').at(-1))
    return [sites[0].ids[0].value, occurredAt.at.slice(0, 10), owner.region.code, ids]
  }
  expect(await found('paper_territory')).toEqual(['310115001', '2024-04-15', '310115', ['b2a']])
  expect(await found('paper_expired')).toEqual(['330402003', '2024-04-16', '330402', ['b2c']])
  expect(await found('paper_used_twice')).toEqual([
    '330402003',
    '2024-04-16',
    '330402',
    ['b2a', 'b2b', 'b2c'],
  ])
})

test('what is learnt of a day later is carried to the days after it: their findings end, and begin', async () => {
  const place = (kind: string, key: string, day: string, kilograms: string, more: object = {}) =>
    record(key, {
      ...{ kind, occurredAt: { at: `${day}T23:40:00+08:00`, precision: 'second' } },
      product: { name: '芹菜', class: 'vegetable' },
      documents: [{ role: 'upstream', type: 'promise_cert', number: 'P78' }],
      ...{ quantity: { value: kilograms, unit: 'KGM' }, ...(kind === 'sale' ? { saleKind: 'retail' } : {}) },
      ...more,
    })
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await list('kind=balance_off')).findings.flatMap(
        ({ subject, state }: { subject: string; state: string }) =>
          subject.includes('芹菜') ? [[subject.slice(-12, -2), state]] : [],
      ),
    )
  await post(place('entry', 'c1', '2024-04-20', '10'), place('sale', 'c2', '2024-04-21', '100'))
  expect(await states()).toEqual({ '2024-04-21': 'open' })
  const late = place('entry', 'c3', '2024-04-14', '100')
  await post(late)
  expect(await states()).toEqual({ '2024-04-21': 'resolved' })
  await post({ ...late, status: 'void', void: { reason: '误报' } })
  expect(await states()).toEqual({ '2024-04-21': 'open' })
  await post(place('entry', 'c1', '2024-04-20', '120'))
  expect(await states()).toEqual({ '2024-04-21': 'resolved' })
  await post(place('sale', 'c4', '2024-04-20', '80'))
  expect(await states()).toEqual({ '2024-04-21': 'open' })
})

test('a source that is silent is a finding, and none when it sends again', async () => {
  const nowMs = Date.now()
  const { pool } = api
  await pool.query(
    `insert into followers (name, floor) values ('arrivals', now()) on conflict (name) do update set floor = now()`,
  )
  const expected = await api.call('PATCH', '/v1/systems/rapid-test', { body: { expect: { every: '1h' } } })
  expect(expected.statusCode, expected.body).toBe(200)
  const later = nowMs + 3 * 3_600_000
  await pool.query(`update followers set floor = to_timestamp($1::numeric / 1000) where name = 'arrivals'`, [
    later,
  ])
  await settle({ pool, intake }, await judgeSources(pool, later), later)
  await follow()
  expect((await list('kind=source_silent')).findings).toMatchObject([
    { state: 'open', subject: 'source:rapid-test', owner: { role: 'hub_operator' } },
  ])
  expect((await list('system=rapid-test')).findings).toHaveLength(1)
  await settle({ pool, intake }, await judgeSources(pool, nowMs), nowMs)
  await follow()
  expect((await list('kind=source_silent')).findings).toMatchObject([{ state: 'resolved' }])
})
