import { beforeAll, expect, it } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from '../cases/market.ts'
import { countAll } from './setting.ts'

const { api, entry, laboratory, send, sayOf, here } = withMarket()
const DAY = '2026-03-03'
const at = (hour: number) => `${DAY}T${hour}:00:00+08:00`
const disposal = { event: 'dispose', quantity: '4', method: 'destroyed', at: at(10) }
const site = () => here().split(':')[1] ?? ''
const NONE = { records: 0, mass: '0' }

const dayOf = async (where: string, day = DAY) => {
  await countAll(api.pool)
  const answer = await api.call('GET', `/v1/supervision/days/${day}?${where}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const rowsOf = async (where: string) => {
  const answer = await api.call('GET', `/v1/supervision/days/${DAY}/sheet.csv?${where}`, {
    headers: { 'accept-language': 'zh' },
  })
  return answer.body.split('\r\n').filter((line) => line.startsWith('在案处置'))
}

beforeAll(async () => {
  // A market of another region, whose case is none of the others'.
  await send(entry(9, 'B-9', SPINACH))
})

it('what was disposed of in a case counts on its day, at its market and in its regions, apart from the records of disposals', async () => {
  await send(entry(1, 'B-1', SPINACH), laboratory('t1', 1, 'fail'))
  await sayOf('confirmed', disposal, { ...disposal, quantity: '2.5', method: 'returned', at: at(11) })
  // The same goods, or others: the market tells of a disposal too.
  await send({
    ...{ ...entry(1, 'B-1', SPINACH), kind: 'disposal', key: [`${site()}-d`], disposalKind: 'destroyed' },
    ...{ occurredAt: { at: at(12), precision: 'second' }, quantity: { value: '4', unit: 'KGM' } },
  })
  const market = await dayOf(`site=${site()}`)
  expect(market.cases.disposed).toEqual({
    all: { records: 2, mass: '6.5' },
    destroyed: { records: 1, mass: '4' },
    returned: { records: 1, mass: '2.5' },
    rendered: NONE,
  })
  expect(market.disposals).toEqual({
    all: { records: 1, mass: '4' },
    destroyed: { records: 1, mass: '4' },
    returned: NONE,
    rendered: NONE,
  })
  expect((await dayOf('region=330100')).cases.disposed).toEqual(market.cases.disposed)
  expect((await dayOf('region=330400')).cases.disposed.all).toEqual(NONE)
  expect((await dayOf('region=330100', '2026-03-04')).cases.disposed.all).toEqual(NONE)
  expect(await rowsOf(`site=${site()}`)).toEqual([
    '在案处置,合计,2,6.5,',
    '在案处置,销毁,1,4,',
    '在案处置,退货,1,2.5,',
    '在案处置,无害化,0,0,',
  ])
})

it('a disposal is told by its code or its Chinese word, and any other word is refused with those that there are', async () => {
  await send(entry(2, 'B-2', PAK_CHOI), laboratory('t2', 2, 'fail', { product: PAK_CHOI }))
  const { cases } = (await api.call('GET', '/v1/cases?state=confirmed&limit=100')).json()
  const { id } = cases.find((one: { test: string }) => one.test.includes(`${site()}-`))
  const say = (method: string, quantity: string) =>
    api.call('POST', `/v1/cases/${id}/events`, { body: { ...disposal, method, quantity } })
  for (const method of ['burnt', '焚烧', '气相色谱']) {
    const answer = await say(method, '1')
    expect([answer.statusCode, answer.json().refusals], method).toEqual([
      409,
      [{ code: 'needs_method', reason: expect.stringMatching(/destroyed.*returned.*rendered/) }],
    ])
  }
  for (const [n, method] of ['销毁', '退货', '无害化', 'Rendered'].entries())
    expect((await say(method, `${n + 1}`)).statusCode, method).toBe(200)
  // The same disposal in the other word is the same.
  expect((await say('destroyed', '1')).json().refusals).toMatchObject([{ code: 'repeated' }])
  const { events } = (await api.call('GET', `/v1/cases/${id}`)).json()
  expect(
    events.flatMap(({ event, method }: { event: string; method: string }) =>
      event === 'dispose' ? [method] : [],
    ),
  ).toEqual(['destroyed', 'returned', 'rendered', 'rendered'])
  expect((await dayOf(`site=${site()}`)).cases.disposed).toEqual({
    all: { records: 4, mass: '10' },
    destroyed: { records: 1, mass: '1' },
    returned: { records: 1, mass: '2' },
    rendered: { records: 2, mass: '7' },
  })
})

it('who sees a region is told of what was disposed of in its cases, and who sees a part of a market is not', async () => {
  await send(entry(3, 'B-3', SPINACH), laboratory('t3', 3, 'fail'))
  await sayOf('confirmed', disposal)
  const whole = (await dayOf('region=330105')).cases.disposed
  expect(whole.all.records).toBeGreaterThan(0)
  for (const [scope, where, told] of [
    ['read:plain-market', `site=${site()}`, null],
    ['read:region:330105', `site=${site()}`, null],
    ['read:region:330105', 'region=330105', whole],
    ['read:region:330402', 'region=330105', { all: NONE, destroyed: NONE, returned: NONE, rendered: NONE }],
  ] as const) {
    const key = await api.key(scope)
    const answer = await api.call('GET', `/v1/supervision/days/${DAY}?${where}`, { key })
    expect([answer.statusCode, answer.json().cases.disposed], `${scope} ${where}`).toEqual([200, told])
  }
})

it('a report that was published before disposals in cases were counted is shown as it was', async () => {
  await send(entry(4, 'B-4', SPINACH))
  const published = await api.call('POST', '/v1/supervision/reports', {
    body: { day: '2026-03-02', site: site() },
  })
  expect(published.statusCode, published.body).toBe(201)
  const { id } = published.json()
  const read = async () => (await api.call('GET', `/v1/supervision/reports/${id}`)).json()
  expect((await read()).report.cases).toHaveProperty('disposed')
  await api.pool.query(`update supervision_reports set body = body #- '{cases,disposed}' where id = $1`, [id])
  const { report } = await read()
  expect(report.cases).toEqual({ opened: 0, cleared: 0, closed: 0, open: 0 })
})
