import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, laboratory, send, cards, sayOf } = withMarket()

const lots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
/** The same case as if all that was told of it were older. */
const later = (span: string) =>
  api.pool.query(
    `update cases set told_at = told_at - $1::interval, state_at = state_at - $1::interval, lab_told_at = lab_told_at - $1::interval,
       confirmed_at = confirmed_at - $1::interval, occurred_at = occurred_at - $1::interval`,
    [span],
  )
const toldAt = async () => (await cards()).map((one) => one.toldAt)
const answerOf = async (body: object) => {
  const [own] = await cards()
  const answer = await api.call('POST', `/v1/cases/${own?.id}/events`, { body })
  return answer.json().refusals?.map(({ code }: { code: string }) => code) ?? answer.json().state
}

test('whose goods join the open case of others may object for four hours from then on, and no rapid test stands before', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t1', 'A-1', SPINACH, lots(1)))
  await later('5 hours')
  await send(rapid('t2', 'A-2', SPINACH, lots(1, 2)))
  expect(await answerOf({ event: 'confirm' })).toEqual(['needs_laboratory'])
  await sayOf('held', { event: 'objection' })
})

test('another item gives time for an objection, and the same test of the same goods once more gives none', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t1', 'A-1', SPINACH, lots(1)))
  await later('5 hours')
  const before = await toldAt()
  await send(rapid('t2', 'A-1', SPINACH, lots(1)), rapid('t3', 'A-1', SPINACH))
  expect(await toldAt()).toEqual(before)
  expect(await answerOf({ event: 'objection' })).toEqual(['too_late'])
  const CADMIUM = { test: { item: '镉', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }
  await send(rapid('t4', 'A-1', SPINACH, CADMIUM))
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

const cadmium = (key: string, ...numbers: readonly number[]) =>
  laboratory(key, 1, 'fail', {
    ...lots(...numbers),
    test: { item: '镉', verdict: 'fail', screening: false, method: 'ICP-MS', raw: 'fail' },
  })

test('whose goods a laboratory fails after those of others may object for seven working days from then on, once for the same goods and item', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), laboratory('l1', 1, 'fail'))
  await later('60 days')
  await send(laboratory('l2', 1, 'fail'))
  expect(await answerOf({ event: 'objection' })).toEqual(['too_late'])
  await send(laboratory('l3', 1, 'fail', lots(1, 2)))
  await sayOf('confirmed', { event: 'objection' })
  await sayOf('objected', { event: 'confirm', method: 'LC-MS' })
  await send(laboratory('l4', 1, 'fail', lots(1, 2)), laboratory('l5', 2, 'fail'))
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
  await send(cadmium('l6', 1))
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('a result that was taken back while an objection to it was open, and is told anew, may be objected to', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(cadmium('l2', 1), laboratory('l1', 1, 'fail', { status: 'void' }))
  await later('60 days')
  expect(await answerOf({ event: 'objection' })).toEqual(['too_late'])
  await send(laboratory('l3', 1, 'fail'))
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('goods that only a rapid test fails are not recalled with those that a laboratory failed: they have a case and an objection of their own', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), laboratory('l1', 1, 'fail'))
  await send(rapid('t1', 'A-2', SPINACH, lots(1, 2)))
  const states = async () =>
    (await cards()).map((one) => [one.state, one.lots.filter(({ held }) => held).length])
  expect((await states()).sort()).toEqual([
    ['confirmed', 1],
    ['held', 2],
  ])
  await sayOf('held', { event: 'objection' })
  expect((await states()).sort()).toEqual([
    ['confirmed', 1],
    ['objected', 2],
  ])
  // The same goods once more are of the case that they have.
  await send(rapid('t2', 'A-1', SPINACH, lots(1)))
  expect(await cards()).toHaveLength(2)
})
