import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { code, entry, rapid, laboratory, send, told, here, sayOf } = withMarket()

const heldHere = () => ({ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] })
const passFor = (item: string) => ({ test: { item, verdict: 'pass', screening: false, method: 'GC-MS' } })
const ONE_KILOGRAM = { quantity: { value: '1', unit: 'KGM' } }

test('a passed result of a laboratory that is corrected to another item holds again what it had answered', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'pass'))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }])
  await send(laboratory('l', 1, 'pass', passFor('镉')))
  expect(await told()).toMatchObject([heldHere()])
})

test('one that is corrected to another lot holds the first again, and answers for the other', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH))
  await send(rapid('t1', 'A-1', SPINACH), laboratory('l', 1, 'pass'), rapid('t2', 'A-2', SPINACH))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(2)] }, { state: 'cleared' }])
  await send(laboratory('l', 2, 'pass'))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }, heldHere()])
})

test('a failed test that is corrected to an item which no laboratory passed is held again', async () => {
  const lead = { test: { item: '铅', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'pass'))
  await send(rapid('t', 'A-1', SPINACH, lead))
  expect(await told()).toMatchObject([heldHere()])
})

test('where the case was closed since, what a passed result no longer answers has a new case, each time', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'pass'))
  await sayOf('cleared', { event: 'close' })
  await send(laboratory('l', 1, 'pass', { status: 'void' }))
  expect(await told()).toMatchObject([heldHere(), { state: 'closed', held: [] }])
  // The party is told anew and may object.
  await sayOf('held', { event: 'objection' })
  for (const key of ['l2', 'l3']) {
    await send(laboratory(key, 1, 'pass'))
    await sayOf('cleared', { event: 'close' })
    await send(laboratory(key, 1, 'pass', { status: 'void' }))
  }
  const closed = { state: 'closed', held: [] }
  expect(await told()).toMatchObject([heldHere(), closed, closed, closed])
})

test('a passed result that is corrected to a failed one after its case was closed is a recall', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH), laboratory('l', 1, 'pass'))
  await sayOf('cleared', { event: 'close' })
  await send(laboratory('l', 1, 'fail'))
  expect(await told()).toMatchObject([
    { state: 'confirmed', held: [code(1)], orders: [`recall ${here()}`] },
    { state: 'closed' },
  ])
})

test('a failed test that was void, and fails again after its case was closed, is held', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
  await send(rapid('t', 'A-1', SPINACH, { status: 'void' }))
  await sayOf('cleared', { event: 'close' })
  await send(rapid('t', 'A-1', SPINACH, ONE_KILOGRAM))
  expect(await told()).toMatchObject([heldHere(), { state: 'closed' }])
})

test('what an official released stays released whatever becomes of the records of laboratories', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'clear', method: 'GC-MS' }, { event: 'close' })
  await send(rapid('t', 'A-1', SPINACH, ONE_KILOGRAM))
  expect(await told()).toMatchObject([{ state: 'closed', held: [] }])
})
