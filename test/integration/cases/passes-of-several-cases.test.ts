import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { code, entry, rapid, laboratory, send, told, cards } = withMarket()

const lots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
const at = (time: string) => ({
  occurredAt: { at: `2026-03-02T${time}:00+08:00`, precision: 'minute' },
})
/** A recall of the first lot, and goods of both that a rapid test failed: two cases. */
const RECALLED = [
  entry.bind(null, 1, 'A-1', SPINACH),
  entry.bind(null, 2, 'A-2', SPINACH),
  () => laboratory('f', 1, 'fail', at('06:00')),
]
const both = () => rapid('t', 'A-2', SPINACH, { ...lots(1, 2), ...at('07:00') })
const begin = () => RECALLED.map((one) => one())
const recalled = () => ({ state: 'confirmed', held: [code(1)] })

test.each([
  [
    'after',
    [both, () => laboratory('p1', 1, 'pass', at('08:00')), () => laboratory('p2', 2, 'pass', at('08:00'))],
  ],
  [
    'after, the other lot first',
    [both, () => laboratory('p2', 2, 'pass', at('08:00')), () => laboratory('p1', 1, 'pass', at('08:00'))],
  ],
  [
    'before',
    [() => laboratory('p1', 1, 'pass', at('08:00')), () => laboratory('p2', 2, 'pass', at('08:00')), both],
  ],
  [
    'before and after',
    [() => laboratory('p1', 1, 'pass', at('08:00')), both, () => laboratory('p2', 2, 'pass', at('08:00'))],
  ],
])(
  'a laboratory that passes goods answers the failed tests of each open case of theirs, %s',
  async (_, said) => {
    await send(...begin(), ...said.map((one) => one()))
    expect(await told()).toMatchObject([{ state: 'cleared', held: [] }, recalled()])
  },
)

test('what it said to several cases holds each again where it is taken back, and where it is corrected to another item', async () => {
  const passed = (more: object = {}) => laboratory('p', 1, 'pass', { ...lots(1, 2), ...at('08:00'), ...more })
  await send(...begin(), both(), passed())
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }, recalled()])
  await send(passed({ test: { item: '镉', verdict: 'pass', screening: false, method: 'ICP-MS' } }))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1), code(2)] }, recalled()])
  await send(passed({ quantity: { value: '1', unit: 'KGM' } }))
  expect(await told()).toMatchObject([{ state: 'cleared', held: [] }, recalled()])
  await send(passed({ status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1), code(2)] }, recalled()])
})

test('one that turns out to have failed belongs to one case, and answers nothing in the others', async () => {
  await send(...begin(), both(), laboratory('p', 1, 'pass', { ...lots(1, 2), ...at('08:00') }))
  await send(laboratory('p', 1, 'fail', { ...lots(1, 2), ...at('08:00') }))
  expect((await told()).flatMap(({ held }) => held).sort()).toEqual([code(1), code(1), code(2), code(2)])
})

test('a failed result that is corrected to a passed one answers the other case of its goods too', async () => {
  await send(...begin(), both(), laboratory('p2', 2, 'pass', at('08:00')))
  await send(laboratory('f', 1, 'pass', at('08:00')))
  expect((await told()).map(({ state }) => state)).toEqual(['cleared', 'cleared'])
})

test('a further failed test of the goods of a case joins it though another of a part of them is older', async () => {
  await send(...begin(), both(), rapid('u', 'A-2', SPINACH, { ...lots(1, 2), ...at('07:30') }))
  expect(await cards()).toHaveLength(2)
})
