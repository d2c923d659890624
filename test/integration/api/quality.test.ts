import { beforeAll, expect, it } from 'vitest'
import { beijingDay } from '#core/quality/record-counts.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { qualityMessagesFollower } from '#flow/quality/follow-messages.ts'
import { qualityRecordsReader } from '#flow/quality/follow-records.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { tradesJson, workOn } from '../large/setting.ts'
import { follow } from '../reference/setting.ts'

const api = withApi()
let receipt = ''
beforeAll(async () => {
  const trades = [trade('1'), trade('2', { goodsName: '示例商品', goodsCode: '' }), trade('')]
  receipt = (await api.push(TRADES, JSON.stringify(trades))).json().receipt
  await api.push(TRADES, JSON.stringify([trade('1')]))
  await api.push(TRADES, '[{"billNo":')
  await follow(api.pool, logFollower('quality', 500, [qualityRecordsReader]))
  await follow(api.pool, qualityMessagesFollower)
})
const get = (query = '') => api.call('GET', `/v1/systems/jiaxing-wholesale/quality${query}`)

it('tells what came today, and why not all of it is good', async () => {
  const answer = await get()
  expect(answer.statusCode).toBe(200)
  const today = beijingDay(Date.now())
  const { system, to, days, total } = answer.json()
  expect([system, to, days.length, days[0].day]).toEqual(['jiaxing-wholesale', today, 1, today])
  const { day: _, ...only } = days[0]
  expect(only).toEqual(total)
  expect(total).toMatchObject({
    messages: { received: 3, refused: 1 },
    sourceRecords: { received: 4, accepted: 2, unchanged: 1, rejected: 1 },
    records: 4,
    completeness: {
      region: { count: 4, of: 4 },
      productClass: { count: 1, of: 2, share: 0.5 },
      documents: { count: 2, of: 2 },
    },
    validity: { valid: { count: 3, of: 4, share: 0.75 }, flagged: { count: 1, of: 4 }, flagsPerRecord: 0.25 },
    timeliness: { within24h: { count: 0, of: 4, share: 0 } },
    uniqueness: { resent: { count: 1, of: 4 }, corrected: { count: 0, of: 4 } },
    match: {
      document: { count: 1, of: 1, share: 1 },
      voucher: { count: 0, of: 2, share: 0 },
      lot: { of: 0, share: null },
    },
  })
  expect(total.reasons).toContainEqual({ code: 'E_NO_KEY', field: 'billNo', count: 1, receipt })
  expect(total.reasons).toContainEqual({ code: 'W_PRODUCT_UNKNOWN', field: 'goodsName', count: 1, receipt })
})

it('has nothing to say of days on which nothing came', async () => {
  const { days, total } = (await get('?from=2020-01-01&to=2020-01-31')).json()
  expect(days).toEqual([])
  expect(total).toMatchObject({ records: 0, validity: { valid: { share: null } }, reasons: [] })
})

it.each([
  ['?from=2020-02-01&to=2020-01-01', '?from'],
  ['?from=2020-01-01&to=2020-12-31', '?from'],
  ['?to=0000-01-01', '?to'],
  ['?to=2020-02-30', undefined],
  ['?day=2020-02-01', undefined],
])('%s is 400', async (query, path) => {
  const answer = await get(query)
  expect(answer.statusCode).toBe(400)
  if (path) expect(answer.json().issues[0].path).toBe(path)
})

it('is 404 for a system that is not registered', async () => {
  expect((await api.call('GET', '/v1/systems/nobody/quality')).statusCode).toBe(404)
})

it('counts every reason in a large message, whose results lie in pieces, and names its receipt', async () => {
  const { receipt: large } = (await api.push(TRADES, tradesJson('L', 5001))).json()
  expect(await workOn(api, large)).toBe('done')
  await follow(api.pool, qualityMessagesFollower)
  const { total } = (await get()).json()
  expect(total.reasons).toContainEqual({ code: 'E_NO_KEY', field: 'billNo', count: 51, receipt: large })
})
