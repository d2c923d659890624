import { expect, test } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, told, here, sayOf } = withMarket()

test('a failed test that is corrected to another product at its stall holds that one, and lets the first go', async () => {
  await send(entry(1, 'A-1', PAK_CHOI), entry(2, 'A-1', SPINACH), rapid('t', 'A-1', PAK_CHOI))
  expect(await told()).toEqual([
    {
      state: 'held',
      product: '小白菜',
      stall: 'A-1',
      mass: '10',
      held: [code(1)],
      orders: [`stop_sale ${here()}`],
    },
  ])
  await send(rapid('t', 'A-1', SPINACH))
  expect(await told()).toEqual([
    {
      state: 'held',
      product: '菠菜',
      stall: 'A-1',
      mass: '20',
      held: [code(2)],
      orders: [`stop_sale ${here()}`],
    },
  ])
})

test('one that is corrected to another stall holds the goods there, though nothing else came with the correction', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH))
  await send(rapid('t', 'A-2', SPINACH))
  expect(await told()).toMatchObject([{ state: 'held', stall: 'A-2', mass: '20', held: [code(2)] }])
})

test('a suspect that is corrected to a product which the method does not mislead about is held like any other', async () => {
  const byEnzyme = {
    test: { item: '有机磷', verdict: 'fail', screening: true, method: '酶抑制法', raw: '63%' },
  }
  await send(entry(1, 'A-1', SPINACH))
  await send(rapid('t', 'A-1', { name: '韭菜', class: 'vegetable' }, byEnzyme))
  expect(await told()).toMatchObject([{ state: 'suspect', held: [] }])
  await send(rapid('t', 'A-1', SPINACH, byEnzyme))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)] }])
})

test('a second failed test that turns out to be of other goods leaves the case, and opens one of its own', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', PAK_CHOI))
  await send(rapid('t1', 'A-1', SPINACH), rapid('t2', 'A-1', SPINACH))
  expect(await told()).toMatchObject([{ held: [code(1)] }])
  await send(rapid('t2', 'A-2', PAK_CHOI))
  expect(await told()).toMatchObject([
    { state: 'held', product: '小白菜', held: [code(2)] },
    { state: 'held', product: '菠菜', held: [code(1)] },
  ])
})

test('goods that were released because their laboratory passed them are held again when the failed test was of others', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH))
  await send(laboratory('l', 1, 'pass'))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [], orders: [`release ${here()}`] }])
  // The same goods, said in other words: they stay released.
  await send(rapid('t', 'A-1', SPINACH, { quantity: { value: '1', unit: 'KGM' } }))
  expect(await told()).toMatchObject([{ state: 'cleared' }])
  await send(rapid('t', 'A-2', SPINACH))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(2)], orders: [`stop_sale ${here()}`] }])
})

test('a laboratory that corrects its failed result to a passed one ends the recall, also over a rapid test', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'fail'), rapid('t', 'A-1', SPINACH))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
  await send(laboratory('l', 1, 'pass'))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [], orders: [`release ${here()}`] }])
})

test('a passed result of a laboratory that is taken back holds again what it released', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'pass'))
  expect(await told()).toMatchObject([{ state: 'cleared' }])
  await send(laboratory('l', 1, 'pass', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] }])
})

test('a laboratory clears what it tested for: a failed test for something else stands until that is passed too', async () => {
  const of = (item: string, key: string, more: object = {}) =>
    laboratory(key, 1, 'pass', {
      test: { item, verdict: 'pass', screening: false, method: 'GC-MS' },
      ...more,
    })
  const lead = { test: { item: '铅', verdict: 'fail', screening: true, method: '胶体金' } }
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), of('镉', 'l1'))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)] }])
  await send(rapid('t2', 'A-1', SPINACH, lead), of('毒死蜱', 'l2'))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)] }])
  await send(of('铅', 'l3'))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }])
  await send(of('毒死蜱', 'l2', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)] }])
})

test('a recall of which goods were disposed of stays at its places when its test is made void', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'fail'))
  const { cases } = (await api.call('GET', '/v1/cases?state=confirmed')).json()
  const body = { event: 'dispose', quantity: '4', method: 'destroyed' }
  expect((await api.call('POST', `/v1/cases/${cases[0].id}/events`, { body })).statusCode).toBe(200)
  await send(laboratory('l', 1, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'disposal', held: [code(1)], orders: [`recall ${here()}`] }])
})

test('nothing is said of goods at a time before they were tested', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
  const { cases } = (await api.call('GET', '/v1/cases?state=held')).json()
  const body = { event: 'confirm', method: 'GC-MS', at: '2025-03-02T08:00:00+08:00' }
  const answer = await api.call('POST', `/v1/cases/${cases[0].id}/events`, { body })
  expect(answer.json()).toMatchObject({ code: 'wrong_state', refusals: [{ code: 'before_told' }] })
})

test('a failed test whose case is closed and that is corrected to other goods opens a case for those, each time', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), entry(3, 'A-3', SPINACH))
  await send(rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'clear', method: 'GC-MS' }, { event: 'close' })
  await send(rapid('t', 'A-1', SPINACH, { quantity: { value: '1', unit: 'KGM' } }))
  expect(await told()).toMatchObject([{ state: 'closed', held: [] }])
  await send(rapid('t', 'A-2', SPINACH))
  expect(await told()).toMatchObject([
    { state: 'held', stall: 'A-2', held: [code(2)], orders: [`stop_sale ${here()}`] },
    { state: 'closed', stall: 'A-1', held: [] },
  ])
  await sayOf('held', { event: 'clear', method: 'GC-MS' }, { event: 'close' })
  await send(rapid('t', 'A-3', SPINACH))
  expect(await told()).toMatchObject([
    { state: 'held', stall: 'A-3', held: [code(3)] },
    { state: 'closed' },
    { state: 'closed' },
  ])
})

test('a failed result of a laboratory that is made void leaves what the rapid tests beside it say, and no recall', async () => {
  const held = [{ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] }]
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'fail'))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
  await send(laboratory('l', 1, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject(held)
  await send(laboratory('l2', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject(held)
  // What an official confirmed himself stands whatever becomes of the laboratory's record.
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await send(laboratory('l3', 1, 'fail'), laboratory('l3', 1, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
})

test('one of two failed results of laboratories that is made void leaves the recall', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'fail'), laboratory('l2', 1, 'fail'))
  await send(laboratory('l', 1, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
})

test('a lot that a laboratory passed is released, though the case goes on about another', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH))
  await send(
    rapid('t1', 'A-1', SPINACH, {
      lots: [...laboratory('x', 1, 'fail').lots, ...laboratory('x', 2, 'fail').lots],
    }),
  )
  await send(
    rapid('t2', 'A-2', SPINACH, {
      lots: laboratory('x', 2, 'fail').lots,
      test: { item: '镉', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
    }),
  )
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1), code(2)] }])
  await send(laboratory('l1', 1, 'pass'), laboratory('l2', 2, 'pass'))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(2)] }])
})

test('a laboratory that passes one lot clears no test of another lot of the same case', async () => {
  const paper = { documents: [{ role: 'upstream', type: 'promise_cert', number: 'P330105777' }] }
  await send({ ...entry(1, 'A-1', SPINACH), ...paper }, { ...entry(2, 'A-2', SPINACH), ...paper })
  await send(rapid('t1', 'A-1', SPINACH), rapid('t2', 'A-2', SPINACH))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1), code(2)] }])
  await send(laboratory('l1', 1, 'pass'))
  // The first is of the same paper as the second, which failed.
  expect(await told()).toMatchObject([{ state: 'held', held: [code(2), code(1)] }])
  await send(laboratory('l2', 2, 'pass'))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }])
})
