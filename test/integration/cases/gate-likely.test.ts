import { expect, test } from 'vitest'
import { followToTheEnd } from '#test/follow.ts'
import { withGate } from './gate-setting.ts'
import { SPINACH } from './market.ts'

const { api, entry, rapid, send, push, sayOf, marketNow, lot, subject, asked, told, one } = withGate()

/** A ticket of a stall with a voucher, which names neither lot nor paper: its goods are likely of what came to the stall. */
const ticket = (number: string, stall: string, more: object = {}) => {
  const { lots: _, ...rest } = entry(1, stall, SPINACH)
  return {
    ...{ ...rest, kind: 'sale', saleKind: 'retail', key: [`${number}-sold`] },
    documents: [{ role: 'voucher', type: 'sales_voucher', number }],
    ...more,
  }
}
/** What another system orders of a lot. */
const order = (key: string, holdKind: string, hour: string, n = 1) => ({
  ...{ kind: 'hold', system: 'plain-market', key: [`${marketNow()}-${key}`], holdKind, lots: [subject(n)] },
  ...{ product: SPINACH, sites: [{ role: 'market', name: '甲市场', ids: [] }] },
  occurredAt: { at: `2026-03-02T${hour}:00:00+08:00`, precision: 'second' },
})
const page = async (number: string): Promise<string> =>
  (await api.call('GET', `/public/v1/trace/${number}`, { key: null })).json().state
const says = async (number: string) => ({
  page: await page(number),
  gate: (await told(number)).filter((code) => code === 'recalled' || code === 'held').join() || 'clear',
  answer: (await one(number)).orders.map(({ kind }: { kind: string }) => kind).join() || 'clear',
})
/** The page keeps an answer for less than a second. */
const expectAll = async (number: string, state: string): Promise<void> =>
  await expect
    .poll(() => says(number), { timeout: 9000, interval: 100 })
    .toEqual({ page: state, gate: state, answer: state })
const send1 = async (...records: readonly object[]) => {
  for (const record of records) await push(record)
  await followToTheEnd(api.pool)
}

test('an order of another system for what a paper likely came from is told by the gate and by the paper itself as by the public page, and ends with its release', async () => {
  const number = `XS${marketNow()}`
  await send1(entry(1, 'A-1', SPINACH), ticket(number, 'A-1'))
  await expectAll(number, 'clear')
  await send1(order('1', 'recall', '08'))
  await expectAll(number, 'recalled')
  const { verdict, reasons } = await asked(number)
  expect([verdict, reasons[0]]).toMatchObject([
    'refuse',
    { code: 'recalled', zh: expect.stringContaining('疑似同批货物'), values: { lots: lot(1) } },
  ])
  expect((await one(number)).orders).toMatchObject([{ likely: true, lots: [lot(1)], covered: 0 }])
  await send1(order('2', 'release', '09'))
  await expectAll(number, 'clear')
})

test('an order of another system for what likely goods came from exactly is told too, and one for goods of another stall is not', async () => {
  const number = `XS${marketNow()}`
  const source = { ...subject(2), role: 'source' }
  await send1(
    { ...entry(1, 'A-1', SPINACH), lots: [subject(1), source] },
    entry(3, 'B-2', SPINACH),
    ticket(number, 'A-1'),
    order('1', 'recall', '08', 3),
  )
  await expectAll(number, 'clear')
  await send1(order('2', 'stop_sale', '09', 2))
  await expectAll(number, 'held')
})

test('what a stall sold of goods that a case of this hub stopped is told by the gate as by the public page, and no more when the case releases them', async () => {
  const number = `XS${marketNow()}`
  await send(entry(1, 'A-1', SPINACH), ticket(number, 'A-1'), rapid('t', 'A-1', SPINACH))
  await expectAll(number, 'held')
  await sayOf('held', { event: 'retest' }, { event: 'clear', method: 'GC-MS/MS GB 23200.113' })
  expect((await says(number)).gate).toBe('clear')
})

test('an order that a record names with the paper is told as certain beside likely ones', async () => {
  const number = `XS${marketNow()}`
  const sold = ticket(number, 'A-1', { lots: [{ ...subject(2), role: 'source' }] })
  await send1(entry(1, 'A-1', SPINACH), sold, order('1', 'recall', '08', 2))
  expect((await one(number)).orders).toMatchObject([{ likely: false, lots: [lot(2)] }])
})

test('at a stall where more came than is read at once the order of another system is found among all that came', async () => {
  const number = `XS${marketNow()}`
  const goods = Array.from({ length: 90 }, (_, n) => entry(n + 1, 'A-1', SPINACH))
  const tickets = Array.from({ length: 60 }, (_, n) => ticket(number, 'A-1', { key: [`${number}-${n}`] }))
  const answer = await api.call('POST', '/v1/records', { body: [...goods, ...tickets] })
  expect(answer.json()).toMatchObject({ rejected: 0 })
  await followToTheEnd(api.pool)
  await send1(order('1', 'recall', '08', 90))
  await expectAll(number, 'recalled')
})
