import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { code, entry, rapid, laboratory, send, told, here, sayOf } = withMarket()

const at = (day: string, time: string) => ({
  occurredAt: { at: `2026-03-${day}T${time}+08:00`, precision: 'second' },
})
const held = (...codes: readonly string[]) => ({
  state: 'held',
  held: codes,
  orders: [`stop_sale ${here()}`],
})
const released = () => ({ state: 'cleared', held: [], orders: [`release ${here()}`] })
/** A rapid test of lots by their codes. */
const ofLots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
const forItem = (item: string) => ({
  test: { item, verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
})

const lead = (verdict: string, method: string) => ({
  test: { item: '铅', verdict, screening: method !== 'ICP-MS', method, raw: verdict },
})
test.each([
  ['after', 1],
  ['before', 2],
])(
  'an older failed test that joins a case is answered by a laboratory of its own day, %s it',
  async (_, place) => {
    const older = [
      rapid('t2', 'A-1', SPINACH, { ...at('01', '08:00:00'), ...ofLots(1), ...lead('fail', '胶体金') }),
    ]
    older.splice(
      place === 1 ? 1 : 0,
      0,
      laboratory('l2', 1, 'pass', { ...at('01', '09:00:00'), ...lead('pass', 'ICP-MS') }),
    )
    await send(entry(1, 'A-1', SPINACH), rapid('t1', 'A-1', SPINACH, ofLots(1)), ...older)
    await send(laboratory('l1', 1, 'pass', at('02', '09:00:00')))
    expect(await told()).toMatchObject([released()])
  },
)

test('a sample that is older than what failed on its day releases nothing, whichever comes first', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, { ...ofLots(1), ...at('02', '08:00:00') }))
  await send(laboratory('l', 1, 'pass', at('02', '07:59:59')))
  expect(await told()).toMatchObject([held(code(1))])
})

test('a failed test that is corrected to an item, or to a time, which a laboratory answered before releases its goods', async () => {
  await send(
    entry(1, 'A-1', SPINACH),
    laboratory('l', 1, 'pass'),
    rapid('t', 'A-1', SPINACH, { ...ofLots(1), ...forItem('镉') }),
  )
  expect(await told()).toMatchObject([held(code(1))])
  await send(rapid('t', 'A-1', SPINACH, ofLots(1)))
  expect(await told()).toMatchObject([released()])
})

test('one whose hour was wrong is answered by the sample that was taken since its right one', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, { ...ofLots(1), ...at('03', '10:00:00') }))
  await send(laboratory('l', 1, 'pass', at('02', '09:00:00')))
  expect(await told()).toMatchObject([held(code(1))])
  await send(rapid('t', 'A-1', SPINACH, { ...ofLots(1), ...at('02', '08:00:00') }))
  expect(await told()).toMatchObject([released()])
})

test('of two lots that were passed and held again, the one whose pass stands needs no other', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, ofLots(1, 2)))
  await send(laboratory('l1', 1, 'pass'), laboratory('l2', 2, 'pass'))
  await sayOf('cleared', { event: 'close' })
  await send(laboratory('l2', 2, 'pass', { status: 'void' }))
  expect(await told()).toMatchObject([held(code(1), code(2)), { state: 'closed' }])
  await send(laboratory('l3', 2, 'pass'))
  expect(await told()).toMatchObject([released(), { state: 'closed' }])
})
