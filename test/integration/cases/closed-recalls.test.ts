import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, laboratory, send, follow, told, code, sayOf } = withMarket()

const CLOSING = [
  { event: 'dispose', quantity: '10', method: 'destroyed' },
  { event: 'notify' },
  { event: 'close' },
]
const elsewhere = (key: string, value = '330106001') => ({
  ...entry(1, 'B-2', SPINACH),
  key: [key],
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value }] }],
})

test('goods of a recall that was closed are recalled where it is told late that they are, and stay recalled where they were', async () => {
  await send(entry(1, 'B-1', SPINACH), laboratory('fails', 1, 'fail'))
  await sayOf('confirmed', ...CLOSING)
  await follow()
  const [closed] = await told()
  expect(closed).toMatchObject({ state: 'closed', held: [code(1)] })
  const place = closed?.orders[0]
  expect(closed?.orders).toEqual([expect.stringMatching(/^recall /)])
  await send(elsewhere(`${code(1)} late`))
  const [grown] = await told()
  expect(grown?.state).toBe('closed')
  expect(grown?.orders.toSorted()).toEqual([place, 'recall cn.mofcom.node9:330106001'].toSorted())
})

test('a recall that was closed over half a year ago takes nothing more, and keeps its orders', async () => {
  await send(entry(1, 'B-1', SPINACH), laboratory('fails', 1, 'fail'))
  await sayOf('confirmed', ...CLOSING)
  await follow()
  const [closed] = await told()
  await api.pool.query(`update cases set ended_at = now() - interval '181 days' where state = 'closed'`)
  await send(elsewhere(`${code(1)} later`, '330106002'))
  await api.pool.query('update cases set wanted = wanted + 1')
  await follow()
  expect(await told()).toEqual([closed])
})

test('a recall of which no test stands any more keeps its orders after it was closed', async () => {
  const failed = laboratory('fails', 1, 'fail')
  await send(entry(1, 'B-1', SPINACH), failed)
  await sayOf('confirmed', ...CLOSING)
  await send({ ...failed, status: 'void' }, elsewhere(`${code(1)} late`, '330106003'))
  const [one] = await told()
  expect(one).toMatchObject({ state: 'closed', orders: [expect.stringMatching(/^recall /)] })
})
