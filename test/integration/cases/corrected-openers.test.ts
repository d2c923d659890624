import { expect, test } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, told, here, sayOf } = withMarket()

/** The same in other words: what was sent before is unchanged. */
const ONE_KILOGRAM = { quantity: { value: '1', unit: 'KGM' } }
const LEAD = { test: { item: '铅', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }

test('a confirmed test that is corrected to other goods recalls none of them: they have a case of their own, and the first goods stay as the official confirmed them', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', PAK_CHOI), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await send(rapid('t', 'A-2', PAK_CHOI))
  expect(await told()).toMatchObject([
    { state: 'held', product: '小白菜', held: [code(2)], orders: [`stop_sale ${here()}`] },
    { state: 'confirmed', product: '菠菜', held: [code(1)], orders: [`recall ${here()}`] },
  ])
})

test('where goods were disposed of or an objection was made, what the test is corrected to has a case of its own too', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await sayOf('confirmed', { event: 'dispose', quantity: '4', method: 'destroyed' })
  await sayOf('disposal', { event: 'notify' })
  await send(rapid('t', 'A-2', SPINACH))
  expect(await told()).toMatchObject([
    { state: 'held', stall: 'A-2', held: [code(2)], orders: [`stop_sale ${here()}`] },
    { state: 'notified', stall: 'A-1', held: [code(1)], orders: [`recall ${here()}`] },
  ])
  await sayOf('held', { event: 'objection' })
  await send(rapid('t', 'A-1', SPINACH, ONE_KILOGRAM))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }, { state: 'notified' }])
})

test('a recall stays where the correction tells of the same goods in other words', async () => {
  const named = { lots: laboratory('x', 1, 'fail').lots }
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, named))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await send(rapid('t', 'A-9', SPINACH, named))
  expect(await told()).toMatchObject([{ state: 'confirmed', held: [code(1)], orders: [`recall ${here()}`] }])
})

test('who is newly told of a failed test may object for four hours from then on', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH))
  await api.pool.query("update cases set told_at = told_at - interval '9 hours'")
  const before = (await cards())[0]?.toldAt ?? ''
  await send(rapid('t', 'A-1', SPINACH, ONE_KILOGRAM))
  expect(await cards()).toMatchObject([{ toldAt: before }])
  await send(rapid('t', 'A-2', SPINACH))
  expect(await cards()).toMatchObject([{ state: 'held', stall: 'A-2' }])
  await sayOf('held', { event: 'objection' })
})

test('goods that fall back to a stop of sale may be objected to for four hours from then on', async () => {
  const late = async () => await api.pool.query("update cases set told_at = told_at - interval '9 hours'")
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'fail'))
  await late()
  await send(laboratory('l', 1, 'fail', { status: 'void' }))
  await sayOf('held', { event: 'objection' })
  await send(laboratory('l2', 1, 'pass'))
  await late()
  await send(laboratory('l2', 1, 'pass', { status: 'void' }))
  await sayOf('held', { event: 'objection' })
})

test('a case whose first test is made void tells of one that stands', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t1', 'A-1', SPINACH), rapid('t2', 'A-1', SPINACH, LEAD))
  expect(await cards()).toMatchObject([{ cause: expect.stringContaining('有机磷') }])
  await send(rapid('t1', 'A-1', SPINACH, { status: 'void' }))
  expect(await cards()).toMatchObject([
    { state: 'held', cause: expect.stringContaining('铅'), test: expect.stringContaining('-t2') },
  ])
  // So it is for one who sees the records of the system alone.
  const { cases } = (
    await api.call('GET', '/v1/cases?limit=1', { key: await api.key('read:plain-market') })
  ).json()
  expect(cases).toMatchObject([
    { test: expect.stringContaining('-t2'), cause: expect.stringContaining('铅') },
  ])
  await send(rapid('t1', 'A-1', SPINACH, ONE_KILOGRAM))
  expect(await cards()).toMatchObject([{ cause: expect.stringContaining('铅') }])
  await send(
    rapid('t1', 'A-1', SPINACH, { ...ONE_KILOGRAM, status: 'void' }),
    rapid('t2', 'A-1', SPINACH, { ...LEAD, status: 'void' }),
  )
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }])
})
