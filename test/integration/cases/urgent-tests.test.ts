import { expect, test } from 'vitest'
import { readFollowerLags } from '#store/followers.ts'
import { SPINACH, withMarket } from './market.ts'

const {
  api,
  code,
  entry,
  rapid,
  laboratory,
  push,
  send,
  sendAhead,
  lookAhead,
  follow,
  cards,
  told,
  here,
  sayOf,
} = withMarket()

const holdVersions = async (): Promise<number> =>
  (await api.pool.query(`select count(*)::int as count from record_versions where kind = 'hold'`)).rows[0]
    .count

test('goods of a failed test are stopped though nobody follows the log, and once it is followed nothing is said twice', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  const stopped = { state: 'held', product: '菠菜', stall: 'A-1', mass: '10', held: [code(1)] }
  const told1 = await told()
  expect(told1).toEqual([{ ...stopped, orders: [`stop_sale ${here()}`] }])
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
  await lookAhead()
  expect([await cards(), await holdVersions()]).toEqual(before)
})

test('who looks for urgent tests is behind the log no more than who takes them in their turn', async () => {
  const behind = async () =>
    Object.fromEntries((await readFollowerLags(api.pool)).map(({ follower, changes }) => [follower, changes]))
  await send(rapid('r1', 'A-1', SPINACH))
  await lookAhead()
  await follow()
  await lookAhead()
  const { cases, 'cases-urgent': urgent, ...others } = await behind()
  expect(cases).toBe(0)
  expect(urgent).toBe(0)
  expect(others).not.toHaveProperty('cases-urgent-noted')
})

test('a test that waits for less than from one look to the next has its turn in the log', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await lookAhead()
  await push(rapid('r1', 'A-1', SPINACH))
  await lookAhead(1)
  expect(await cards()).toEqual([])
  await follow()
  expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
})

test('a test without a lot stops what is known at its stall, and what is known there later too', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(entry(2, 'A-1', SPINACH), rapid('r1', 'A-1', SPINACH))
  expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
  await follow()
  expect((await told()).map(({ held }) => held)).toEqual([[code(1), code(2)]])
})

test('a test that is taken back before its turn stops nothing when its turn comes', async () => {
  const failing = rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots })
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(failing, {
    ...failing,
    test: { item: '有机磷', verdict: 'pass', screening: true, method: '胶体金', raw: '阴性' },
  })
  const ended = await told()
  expect(ended.map(({ state, orders }) => [state, orders])).toEqual([['cleared', [`release ${here()}`]]])
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
})

test('what a laboratory passed of goods that were found when the turn of a test came answers it', async () => {
  await sendAhead(
    entry(1, 'A-1', SPINACH),
    laboratory('l1', 1, 'pass', {
      test: { item: '有机磷', verdict: 'pass', screening: false, method: 'GC-MS', raw: '合格' },
    }),
    rapid('r1', 'A-1', SPINACH),
  )
  await follow()
  expect((await told()).map(({ state, held }) => [state, held])).toEqual([['cleared', []]])
})

test('what an official said of a case meanwhile stands when the turn of its test comes', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  await sayOf('held', { event: 'clear', method: 'GC-MS' }, { event: 'close' })
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
})

const PASSED = { test: { item: '有机磷', verdict: 'pass', screening: false, method: 'GC-MS', raw: '合格' } }
/** Of a lot, at no stall that is told. */
const elsewhere = () => {
  const { lots, sites } = laboratory('x', 1, 'fail')
  return rapid('r1', 'A-1', SPINACH, { lots, sites })
}

test.each(['in their turn', 'before it'])(
  'what a laboratory passed at a stall counts for the lot that was there, where tests are taken %s',
  async (when) => {
    const said = [entry(1, 'A-1', SPINACH), elsewhere(), rapid('l1', 'A-1', SPINACH, PASSED)]
    await (when === 'before it' ? sendAhead(...said) : send(...said))
    await follow()
    expect((await told()).map(({ state, held }) => [state, held])).toEqual([['cleared', []]])
  },
)

test('a result of a laboratory that was made void counts for nothing when its turn comes', async () => {
  const result = rapid('l1', 'A-1', SPINACH, PASSED)
  await sendAhead(entry(1, 'A-1', SPINACH), elsewhere(), result, { ...result, status: 'void' })
  await follow()
  expect((await told()).map(({ state, held }) => [state, held])).toEqual([['held', [code(1)]]])
})
