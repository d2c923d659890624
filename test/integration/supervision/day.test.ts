import { beforeAll, describe, expect, it } from 'vitest'
import { readDay } from '#flow/supervision/read-summary.ts'
import { makeReports } from '#flow/supervision/report-schedule.ts'
import { withApi } from '#test/api.ts'
import { countAll, DAY, pushSamples, recount } from './setting.ts'

const api = withApi()
const day = '2024-04-15'
beforeAll(async () => {
  await pushSamples(api, DAY)
  await countAll(api.pool)
})

// All figures were added up by hand from what the interface documents of the samples say, not from an answer of the hub.
describe('the summary of a day', () => {
  it('tells of market 330105012 what its systems sent, each kilogram once', async () => {
    const summary = await readDay(api.pool, { site: '330105012' }, day)
    expect(summary.scope).toEqual({ region: '330105', site: '330105012', name: '大关湾示例农贸市场' })
    // 185.5 pork, 100 + 50 + 120 vegetables, 80 fish, all with what the rules of 2023 ask for.
    expect(summary.entries.all).toEqual({ records: 5, mass: '535.5' })
    expect(summary.entries.untold).toEqual({ records: 5, mass: '535.5' })
    expect(summary.entries.papers.complete).toEqual({ records: 5, mass: '535.5' })
    expect(summary.entries.papers.missing).toEqual({ records: 0, mass: '0' })
    expect(summary.entries.byClass.map(({ code, records, mass }) => [code, records, mass])).toEqual([
      ['vegetable', 3, '270'],
      ['pork', 1, '185.5'],
      ['fish_farmed', 1, '80'],
    ])
    // 36.2 + 18.45 + 41.3 + 3.15; the ticket of 1.25 kg is within what the summary says of the stall's pork.
    expect(summary.sales.all).toEqual({ records: 4, mass: '99.1', amount: null })
    expect(summary.sales.summaries.mass).toBe('99.1')
    expect(summary.sources.filter(({ of }) => of === 'retail')).toEqual([
      {
        of: 'retail',
        system: 'market-scales',
        counted: { records: 0, mass: '0', amount: '0' },
        leftOut: { records: 1, mass: '1.25', amount: '37' },
      },
      {
        of: 'retail',
        system: 'mofcom-city',
        counted: { records: 4, mass: '99.1', amount: null },
        leftOut: { records: 0, mass: '0', amount: '0' },
      },
    ])
    expect(summary.payments.byMethod).toEqual([{ method: 'wechat', records: 1, amount: '37' }])
    // The instrument knows the market by its name alone.
    expect(summary.tests).toMatchObject({
      all: 8,
      passed: 5,
      failed: 1,
      suspect: 1,
      invalid: 1,
      byHalfPastEight: 8,
      failedShare: 0.1667,
    })
    expect(summary.tests.main).toMatchObject({ seen: 5, tested: 5, missing: 0 })
  })

  it('tells of a market whose bills are their own payments what was paid there, and of its region the same', async () => {
    const market = await readDay(api.pool, { site: '330402003' }, day)
    // Nine bills: 480 + 180 + 144 + 192 + 240 by the card of the market, one each by the others; 9 is no way to pay that the market names.
    expect(market.payments).toEqual({
      all: { records: 9, amount: '2988' },
      byMethod: [
        { method: 'market_card', records: 5, amount: '1236' },
        { method: 'alipay', records: 1, amount: '576' },
        { method: 'cash', records: 1, amount: '660' },
        { method: 'unknown', records: 1, amount: '132' },
        { method: 'wechat', records: 1, amount: '384' },
      ],
    })
    expect(market.sales.wholesale.amount).toBe('2988')
    expect((await readDay(api.pool, { region: '330400' }, day)).payments).toEqual(market.payments)
  })

  it('tells of Hangzhou what its four markets come to, and of Zhejiang the city beside others', async () => {
    const city = await readDay(api.pool, { region: '330100' }, day)
    expect(city.scope.name).toBe('杭州市')
    // 535.5 + 264 + 6690 + 635.5: the spinach that one stall wrote down in two systems is in it once.
    expect(city.entries.all).toEqual({ records: 23, mass: '8125' })
    expect(city.entries.papers).toEqual({
      complete: { records: 14, mass: '3365.5' },
      missing: { records: 9, mass: '4759.5' },
      none: { records: 3, mass: '85' },
      unknown: { records: 2, mass: '520.5' },
      // Pork with a certificate and without the inspection of its meat.
      incomplete: { records: 4, mass: '4154' },
      notRequired: { records: 0, mass: '0' },
      untold: { records: 0, mass: '0' },
    })
    expect(
      city.sources.filter(({ of }) => of === 'entry').map(({ system, leftOut }) => [system, leftOut.mass]),
    ).toEqual([
      ['mofcom-city', '0'],
      ['stall-ledger', '200'],
    ])
    expect(city.sales.wholesale).toEqual({ records: 5, mass: '519', amount: null })
    expect(city.sales.summaries).toEqual({ records: 52, mass: '1359.77', amount: null })
    expect(city.tests).toMatchObject({ all: 16, passed: 10, failed: 3, suspect: 1, invalid: 1, unknown: 1 })
    expect(city.tests.failedShare).toBe(0.2308)
    expect(city.tests.main).toMatchObject({ seen: 22, tested: 9, missing: 13 })
    const missing = city.tests.main.products.filter((one) => one.missing > 0)
    expect(Object.fromEntries(missing.map((one) => [one.code, one.missing]))).toEqual({
      pork: 3,
      beef: 1,
      pakchoi: 1,
      tomato: 1,
      cucumber: 1,
      aubergine: 2,
      chilli: 1,
      chinese_chives: 1,
      celery: 1,
      cabbage: 1,
    })

    const province = await readDay(api.pool, { region: '330000' }, day)
    expect(province.entries.all).toEqual(city.entries.all)
    // 519 of Hangzhou and 100 + 120 + 80 + 50 + 40 + 120 + 150 + 60 + 20 of Jiaxing for 2,988.00 yuan.
    expect(province.sales.wholesale).toEqual({ records: 14, mass: '1259', amount: '2988' })
    expect(province.papers.issued).toEqual({ records: 10, mass: '2040' })
    expect(province.papers.byType.map(({ code, records, mass }) => [code, records, mass])).toEqual([
      ['promise_cert', 10, '2040'],
    ])
    expect(await readDay(api.pool, {}, day)).toMatchObject({ entries: { all: { mass: '8125' } } })
  })

  it('tells of cases and of systems that were silent beside the figures, of a market and of its regions', async () => {
    const time = (text: string) => `2024-04-${text}:00+08:00`
    await api.pool.query(
      `insert into cases (id, hub, state, narrow, opened_by, code, cause, region, site, market, told_at, opened_at, state_at, ended_at)
       values (gen_random_uuid(), 'h', 'held', false, 'official', 'a', 'a', '330105', '330105012', '330105012', $1, $1, $1, null),
              (gen_random_uuid(), 'h', 'closed', false, 'official', 'b', 'b', '330105', '大关湾示例农贸市场', '大关湾示例农贸市场@330105', $2, $2, $2, $1),
              (gen_random_uuid(), 'h', 'cleared', false, 'official', 'c', 'c', '330402', '330402003', '330402003', $1, $1, $1, $3)`,
      [time('15T07:00'), time('14T07:00'), time('16T07:00')],
    )
    await api.pool.query(
      `insert into alerts (id, topic, subject, facts, opened_at, told_at, ended_at)
       values (gen_random_uuid(), 'system_silent', 'rapid-test', '{}', $1, $1, $2), (gen_random_uuid(), 'system_silent', 'jiaxing-wholesale', '{}', $2, $2, null)`,
      [time('14T20:00'), time('15T06:00')],
    )
    const of = async (where: object, on = day) => {
      const { cases, silent } = await readDay(api.pool, where, on)
      return [cases, silent.map(({ system }) => system)]
    }
    const none = { records: 0, mass: '0' }
    const disposed = { all: none, destroyed: none, returned: none, rendered: none }
    const market = { opened: 1, cleared: 0, closed: 1, open: 1, disposed }
    expect(await of({ site: '330105012' })).toEqual([market, ['rapid-test']])
    expect((await of({ region: '330100' }))[0]).toEqual(market)
    expect(await of({ region: '330400' })).toEqual([
      { opened: 1, cleared: 0, closed: 0, open: 1, disposed },
      ['jiaxing-wholesale'],
    ])
    expect((await of({}, '2024-04-16'))[0]).toEqual({ opened: 0, cleared: 1, closed: 0, open: 1, disposed })
    expect(await of({ site: '330110021' })).toEqual([
      { opened: 0, cleared: 0, closed: 0, open: 0, disposed },
      [],
    ])
  })

  it('is the same when everything is counted anew, and says that nothing waits', async () => {
    const { asOf: before, ...figures } = await readDay(api.pool, { region: '330000' }, day)
    await recount(api.pool)
    const { asOf, ...again } = await readDay(api.pool, { region: '330000' }, day)
    expect(again).toEqual(figures)
    expect(asOf.complete).toBe(true)
    expect(asOf.position).toBe(before.position)
  })

  it('is given by the API to who may read, for a market by its name too, as a workbook and as CSV without formulas', async () => {
    const key = await api.key('read')
    const get = (url: string) => api.call('GET', `/v1/supervision/${url}`, { key })
    const whole = await readDay(api.pool, { region: '330100' }, day)
    const answer = (await get(`days/${day}?region=330100`)).json()
    expect(answer).toEqual({ ...whole, asOf: { ...whole.asOf, at: answer.asOf.at } })
    const byName = await get(`days/${day}?region=330105&site=${encodeURIComponent('大关湾示例农贸市场')}`)
    expect(byName.json().scope.site).toBe('330105012')
    const markets = (await get(`days/${day}/markets?region=330100&limit=3`)).json()
    expect(markets.markets.map((one: { site: string }) => one.site)).toEqual([
      '330103007',
      '330105012',
      '330109004',
    ])
    const rest = (await get(`days/${day}/markets?region=330100&limit=3&after=${markets.next}`)).json()
    expect(rest).toMatchObject({ markets: [{ site: '330110021', entries: { mass: '264' } }], next: null })

    const csv = await api.call('GET', `/v1/supervision/days/${day}/sheet.csv?site=330105012`, {
      key,
      headers: { 'accept-language': 'zh' },
    })
    expect(csv.headers['content-type']).toContain('text/csv')
    expect(csv.body).toContain('合计,5,535.5')
    const region = await api.call('GET', `/v1/supervision/days/${day}/sheet.csv?region=330100`, {
      key,
      headers: { 'accept-language': 'zh' },
    })
    const figures = region.body.split('\r\n').map((line) => line.split(',')[1] ?? '')
    expect(figures).toContain('微信')
    expect(figures).toContainEqual(expect.stringMatching(/^进场 [a-z]/))
    expect(figures.filter((figure) => /^[a-z_]+( [a-z\d-]+)?$/.test(figure))).toEqual([])
    expect(
      csv.body
        .split('\r\n')
        .flatMap((line) => line.split(','))
        .filter((cell) => /^[=+@]/.test(cell)),
    ).toEqual([])
    const workbook = await get(`days/${day}/sheet.xlsx?site=330105012`)
    expect(workbook.rawPayload.subarray(0, 2).toString()).toBe('PK')
    const statuses = async (...urls: string[]) => {
      const found: number[] = []
      for (const url of urls) found.push((await get(url)).statusCode)
      return found
    }
    expect(
      await statuses(
        'days/2024-02-30',
        `days/${day}?region=999999`,
        `days/${day}?site=nowhere`,
        'days?from=2020-01-01&to=2024-01-01',
        'days?from=2024-02-01&to=2024-01-01',
        'reports/00000000-0000-4000-8000-000000000000',
      ),
    ).toEqual([400, 400, 404, 400, 400, 404])
    expect((await api.call('GET', `/v1/supervision/days/${day}`, { key: null })).statusCode).toBe(401)
  })

  it('is published at half past eight and once more the next morning, with a new version where the figures changed', async () => {
    for (const topics of [['report_ready'], []]) {
      const body = {
        name: 'duty officer',
        url: 'http://127.0.0.1:9/told',
        allowAddress: '127.0.0.1/32:9',
        topics,
      }
      expect((await api.call('POST', '/v1/alert-targets', { body })).statusCode).toBe(201)
    }
    const at = (time: string) => Date.parse(`${time}+08:00`)
    const listed = async (query = '') =>
      (await api.call('GET', `/v1/supervision/reports?${query}`)).json().reports as {
        id: string
        edition: string
        region: string | null
        version: number
      }[]
    await makeReports(api.pool, at(`${day}T08:29:59`))
    expect(await listed('edition=morning')).toEqual([])
    await makeReports(api.pool, at(`${day}T08:30:00`))
    const morning = await listed('edition=morning')
    expect(morning.map(({ region }) => region)).toEqual(
      expect.arrayContaining([null, '330000', '330100', '330105', '330402']),
    )
    // A second look makes nothing anew.
    await makeReports(api.pool, at(`${day}T09:00:00`))
    expect(await listed('edition=morning')).toEqual(morning)
    await makeReports(api.pool, at('2024-04-16T08:30:00'))
    const [final] = await listed('edition=final&region=330100&day=2024-04-15')
    expect(final).toMatchObject({ version: 1, edition: 'final' })
    const stored = (await api.call('GET', `/v1/supervision/reports/${final?.id}`)).json()
    expect(stored.report).toMatchObject({
      day,
      scope: { region: '330100' },
      entries: { all: { mass: '8125' } },
    })

    const official = await api.key('case')
    const ask = () =>
      api.call('POST', '/v1/supervision/reports', { key: official, body: { day, site: '330105012' } })
    const first = await ask()
    expect([first.statusCode, first.json().version]).toEqual([201, 1])
    expect([(await ask()).statusCode, (await ask()).json().id]).toEqual([200, first.json().id])
    // The instrument corrects: spinach that passed, in place of a failed test.
    await pushSamples(api, [['rapid-test/result', 'corrected.json', 'application/json; charset=utf-8']])
    await countAll(api.pool)
    const second = await ask()
    expect([second.statusCode, second.json().version]).toEqual([201, 2])
    expect(
      (await api.call('GET', `/v1/supervision/reports/${first.json().id}`)).json().report.tests.failed,
    ).toBe(1)

    // Told once for each edition, to the one that asked for it.
    const { rows } = await api.pool.query(
      `select a.subject, t.topics, n.moment from alert_notices n join alerts a on a.id = n.alert_id join alert_targets t on t.id = n.target_id
        where a.topic = 'report_ready' order by a.subject`,
    )
    expect(rows.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['2024-04-15/final', '2024-04-15/morning']),
    )
    expect(rows.every(({ topics, moment }) => topics.length === 1 && moment === 'opened')).toBe(true)
    expect(new Set(rows.map(({ subject }) => subject)).size).toBe(rows.length)
  })
})
