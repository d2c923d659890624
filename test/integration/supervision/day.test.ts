import { beforeAll, describe, expect, it } from 'vitest'
import { readDay } from '#flow/supervision/read-summary.ts'
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
    expect(summary.sales.all).toEqual({ records: 4, mass: '99.1', amount: '0' })
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
        counted: { records: 4, mass: '99.1', amount: '0' },
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
    expect(city.sales.wholesale).toEqual({ records: 5, mass: '519', amount: '0' })
    expect(city.sales.summaries).toEqual({ records: 52, mass: '1359.77', amount: '0' })
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

  it('is the same when everything is counted anew, and says that nothing waits', async () => {
    const { asOf: before, ...figures } = await readDay(api.pool, { region: '330000' }, day)
    await recount(api.pool)
    const { asOf, ...again } = await readDay(api.pool, { region: '330000' }, day)
    expect(again).toEqual(figures)
    expect(asOf.complete).toBe(true)
    expect(asOf.position).toBe(before.position)
  })
})
