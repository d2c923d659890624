import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, told, here, sayOf } = withMarket()

const lots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
const WHY = { event: 'waive', note: '当事人书面撤回' }
/** As much of the newest case as an objection changes. */
const shown = async () => {
  const [own] = (await cards()) as unknown as Record<string, unknown>[]
  const { state, narrow, toldAt, stateAt, objectionUntil, due, dueAt } = own as Record<string, unknown>
  return { state, narrow, toldAt, stateAt, objectionUntil, due, dueAt }
}
const answerOf = async (body: object) => {
  const [own] = await cards()
  const answer = await api.call('POST', `/v1/cases/${own?.id}/events`, { body })
  return answer.json().refusals?.map(({ code: why }: { code: string }) => why) ?? answer.json().state
}

test.each([
  ['a rapid test', () => rapid('t', 'A-1', SPINACH, lots(1)), 'held'],
  [
    'a rapid test in doubt',
    () =>
      rapid('t', 'A-1', SPINACH, {
        ...lots(1),
        test: { item: '有机磷', verdict: 'suspect', screening: true, method: '胶体金', raw: '可疑' },
      }),
    'suspect',
  ],
  ['the result of a laboratory', () => laboratory('l', 1, 'fail'), 'confirmed'],
] as const)(
  'an objection to %s that is taken back leaves the case, its time and what is due as they were, with who did it, when and why',
  async (_, failed, state) => {
    await send(entry(1, 'A-1', SPINACH), failed())
    const before = await shown()
    const orders = (await told())[0]?.orders
    expect(before).toMatchObject({ state })
    for (const events of [[{ event: 'objection' }], [{ event: 'objection' }, { event: 'retest' }]]) {
      await sayOf(state, ...events)
      await sayOf(events.length === 1 ? 'objected' : 'retest', WHY)
      expect(await shown()).toEqual(before)
      expect((await told())[0]?.orders).toEqual(orders)
    }
    const events = (await cards()).flatMap((card) => card.events)
    expect(events.at(-1)).toMatchObject({
      ...{ event: 'waive', from: 'retest', to: state, note: WHY.note, actor: 'administrator' },
      at: expect.any(String),
    })
  },
)

test('of several results of a laboratory the time for an objection is again that of the last which told something new', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail'))
  await send(rapid('t', 'A-2', SPINACH, { ...laboratory('l2', 1, 'fail', lots(1, 2)) }))
  const before = await shown()
  await api.pool.query(`select pg_sleep(0.01)`)
  // The same once more tells nothing new.
  await send(laboratory('l3', 1, 'fail'))
  expect(await shown()).toEqual(before)
  await sayOf('confirmed', { event: 'objection' }, WHY)
  expect(await shown()).toEqual(before)
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('an objection to what an official confirmed leaves it his word when it is taken back: he may take that back too', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, lots(1)))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  const before = await shown()
  await sayOf('confirmed', { event: 'objection' }, WHY)
  expect(await shown()).toEqual(before)
  await send(rapid('t', 'A-1', SPINACH, { ...lots(1), status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
  expect(await answerOf({ event: 'retract', note: '误登记' })).toBe('cleared')
})

test('what a laboratory failed meanwhile is recalled, and what was objected to is stopped with its own time', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH, lots(1, 2)))
  await sayOf('held', { event: 'objection' })
  const other = laboratory('l', 1, 'fail')
  await send({ ...other, test: { ...other.test, item: '镉' } })
  await sayOf('objected', WHY)
  expect(await told()).toMatchObject([
    {
      state: 'confirmed',
      held: [code(1), code(2)],
      orders: [`recall ${here()}`, `stop_sale ${here()}/stop`],
    },
  ])
  expect(await answerOf({ event: 'retract', note: '误登记' })).toEqual(['by_laboratory'])
})

test('a laboratory that passes the goods afterwards releases what a rapid test failed, and not what another laboratory did', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' }, WHY)
  await send(laboratory('l2', 1, 'pass'))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
})

test('goods of a rapid test whose objection was taken back are released by what a laboratory passes', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, lots(1)))
  await sayOf('held', { event: 'objection' }, { event: 'retest' }, WHY)
  await send(
    laboratory('l2', 1, 'pass', {
      test: { item: '有机磷', verdict: 'pass', screening: false, method: 'GC-MS' },
    }),
  )
  expect((await told()).map(({ state }) => state)).toEqual(['cleared'])
})

test('it is taken back with a reason only, once, and not where a laboratory or an official has answered it, or where nobody objected', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, lots(1)))
  expect(await answerOf(WHY)).toEqual(['wrong_state'])
  await sayOf('held', { event: 'retest' })
  expect(await answerOf(WHY)).toEqual(['no_objection'])
  await sayOf('retest', { event: 'confirm', method: 'GC-MS' })
  expect(await answerOf({ event: 'objection' })).toBe('objected')
  expect(await answerOf({ event: 'waive' })).toEqual(['needs_reason'])
  expect(await answerOf({ ...WHY, at: '2026-03-01T00:00:00Z' })).toContain('before_told')
  expect(await answerOf(WHY)).toBe('confirmed')
  expect(await answerOf(WHY)).toEqual(['wrong_state', 'is_answered'])
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l', 1, 'fail'))
  expect(await answerOf(WHY)).toEqual(['wrong_state', 'is_answered'])
})
