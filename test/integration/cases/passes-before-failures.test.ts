import { expect, test } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const { code, entry, rapid, laboratory, send, cards, told, here, sayOf } = withMarket()

const at = (time: string, precision = 'second') => ({
  occurredAt: { at: `2026-03-02T${time}+08:00`, precision },
})
const released = () => [{ state: 'cleared', held: [], orders: [`release ${here()}`] }]
/** Opened and answered at once: no stop ever goes out. */
const NEVER_HELD = [{ state: 'cleared', held: [], orders: [] }]
const held = () => [{ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] }]

test('a passed result of a laboratory that comes before the failed test which it answers releases the goods', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'pass', at('09:00:00')))
  expect(await told()).toEqual([])
  await send(rapid('t', 'A-1', SPINACH))
  expect(await told()).toMatchObject(NEVER_HELD)
  expect((await cards())[0]?.events.map(({ event }) => event)).toEqual(['opened', 'lab_passed'])
  // Taken back it holds them again, as one that came later.
  await send(laboratory('l', 1, 'pass', { ...at('09:00:00'), status: 'void' }))
  expect(await told()).toMatchObject(held())
})

test('so does one that names no lot, of the same stall, product and day', async () => {
  const laboratoryAt = (stall: string) =>
    rapid(`l-${stall}`, stall, SPINACH, {
      test: { item: '毒死蜱', verdict: 'pass', screening: false, method: 'GC-MS' },
    })
  await send(entry(1, 'A-1', SPINACH), laboratoryAt('A-2'), laboratoryAt('A-1'))
  await send(rapid('t', 'A-1', SPINACH))
  expect(await told()).toMatchObject(NEVER_HELD)
})

test('one of an older sample, another item, another product, or that is void answers nothing', async () => {
  const cadmium = { test: { item: '镉', verdict: 'pass', screening: false, method: 'GC-MS' } }
  await send(
    entry(1, 'A-1', SPINACH),
    laboratory('l1', 1, 'pass', at('05:00:00')),
    laboratory('l2', 1, 'pass', cadmium),
    laboratory('l3', 1, 'pass', { product: PAK_CHOI }),
    laboratory('l4', 1, 'pass'),
    laboratory('l4', 1, 'pass', { status: 'void' }),
    rapid('t', 'A-1', SPINACH),
  )
  expect(await told()).toMatchObject(held())
  // Of a sample whose hour nobody told the day decides.
  await send(laboratory('l5', 1, 'pass', at('00:00:00', 'day')))
  expect(await told()).toMatchObject(released())
})

test('a failed test that joins a case is answered by what passed its goods before it came', async () => {
  const lead = { test: { item: '铅', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }
  const passedLead = { test: { item: '铅', verdict: 'pass', screening: false, method: 'ICP-MS' } }
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'pass', passedLead))
  await send(rapid('t1', 'A-1', SPINACH), rapid('t2', 'A-1', SPINACH, lead))
  expect(await told()).toMatchObject(held())
  await send(laboratory('l2', 1, 'pass'))
  expect(await told()).toMatchObject(released())
})

test('a passed result answers a failed test that comes when its case is released, or closed, like one that came before it', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t1', 'A-1', SPINACH))
  await send(laboratory('l', 1, 'pass', at('09:00:00')))
  await send(rapid('t2', 'A-1', SPINACH, at('07:00:00')))
  expect((await told()).filter(({ held }) => held.length > 0)).toEqual([])
  await sayOf('cleared', { event: 'close' })
  await send(rapid('t3', 'A-1', SPINACH, at('08:00:00')))
  expect((await told()).filter(({ held }) => held.length > 0)).toEqual([])
  // One of goods that were taken after the sample of the laboratory, or for something else, does not.
  const lead = { test: { item: '铅', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }
  await send(rapid('t4', 'A-1', SPINACH, { ...at('08:00:00'), ...lead }))
  expect((await told())[0]).toMatchObject(held()[0] as object)
  await sayOf('held', { event: 'clear', method: 'GC-MS' }, { event: 'close' })
  await send(rapid('t5', 'A-1', SPINACH, at('10:00:00')))
  expect((await told())[0]).toMatchObject(held()[0] as object)
})

test('the events of a case tell of each failed test that it took, also of one that comes when it is released or closed and holds nothing', async () => {
  const events = async () => (await cards()).map(({ events }) => events.map(({ event }) => event))
  await send(entry(1, 'A-1', SPINACH), rapid('t1', 'A-1', SPINACH))
  await send(laboratory('l', 1, 'pass', at('09:00:00')))
  await send(rapid('t2', 'A-1', SPINACH, at('07:00:00')))
  expect(await events()).toEqual([['opened', 'lab_passed', 'failed']])
  await sayOf('cleared', { event: 'close' })
  await send(rapid('t3', 'A-1', SPINACH, at('08:00:00')))
  expect(await events()).toEqual([['opened', 'lab_passed', 'failed', 'close', 'failed']])
  expect(await told()).toMatchObject([{ state: 'closed', held: [] }])
})

test('what it answered in a closed case is held once more when it is taken back', async () => {
  await send(
    entry(1, 'A-1', SPINACH),
    rapid('t1', 'A-1', SPINACH),
    laboratory('l', 1, 'pass', at('09:00:00')),
  )
  await sayOf('cleared', { event: 'close' })
  await send(rapid('t2', 'A-1', SPINACH, at('07:00:00')))
  await send(laboratory('l', 1, 'pass', { ...at('09:00:00'), status: 'void' }))
  expect((await told()).filter(({ held }) => held.length > 0)).toMatchObject(held())
})
