import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, told, here, sayOf } = withMarket()

const lots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
/** Goods that came of those of another lot, and are of its case. */
const madeOf = (n: number, of: number, stall: string) => ({
  ...entry(n, stall, SPINACH),
  lots: [...lots(n).lots, { ...lots(of).lots[0], role: 'source' }],
})
const failsFor = (item: string) => ({
  test: { item, verdict: 'fail', screening: false, method: 'ICP-MS', raw: 'fail' },
})
const states = async () => (await cards()).map(({ state }) => state)
const answerOf = async (body: object) => {
  const [own] = await cards()
  const answer = await api.call('POST', `/v1/cases/${own?.id}/events`, { body })
  return answer.json().refusals?.map(({ code }: { code: string }) => code) ?? answer.json().state
}
const recalled = (...codes: readonly string[]) => ({ held: codes, orders: [`recall ${here()}`] })

test('a laboratory that fails another lot of the case answers no objection: the goods that were objected to wait for their own second laboratory', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 2, 'fail'))
  expect(await told()).toMatchObject([{ state: 'objected', ...recalled(code(1), code(2)) }])
  await send(laboratory('l3', 1, 'pass'))
  // What was told since stands, and has its own time for an objection.
  expect(await states()).toEqual(['confirmed'])
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('nor one that fails the same goods for something else, also while they are at the laboratory', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' }, { event: 'retest' })
  await send(laboratory('l2', 1, 'fail', failsFor('镉')))
  expect(await states()).toEqual(['retest'])
  await send(laboratory('l3', 1, 'fail', failsFor('毒死蜱、克百威')))
  expect(await states()).toEqual(['confirmed'])
})

test('a second laboratory that fails the goods that were objected to is final for them, and not for others of which was told since', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'fail'))
  expect(await states()).toEqual(['confirmed'])
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
})

test('what was told while the second laboratory was awaited may be objected to when that has spoken', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 2, 'fail'), laboratory('l3', 1, 'fail'))
  expect(await states()).toEqual(['confirmed'])
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('an objection to a rapid test waits for a laboratory of its goods though another lot is recalled meanwhile, and that result may be objected to in turn', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), rapid('t', 'A-1', SPINACH, lots(1)))
  await sayOf('held', { event: 'objection' })
  await send(laboratory('l1', 2, 'fail'))
  expect(await told()).toMatchObject([{ state: 'objected', ...recalled(code(1), code(2)) }])
  // Taken back it leaves the objection as it was.
  await send(laboratory('l1', 2, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'objected', orders: [`stop_sale ${here()}`] }])
  await send(laboratory('l2', 1, 'fail'))
  expect(await states()).toEqual(['confirmed'])
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('what an official said that a laboratory found is answered by the record of another laboratory of those goods, which is final', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), rapid('t', 'A-1', SPINACH, lots(1)))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l1', 2, 'fail'))
  expect(await states()).toEqual(['objected'])
  await send(laboratory('l2', 1, 'fail', lots(1)))
  expect(await states()).toEqual(['confirmed'])
})

test('a laboratory that only writes its failed result anew is no second one', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l1', 1, 'fail', lots(1, 2)))
  expect(await states()).toEqual(['objected'])
})

/** Two lots of one case, of which a second laboratory has failed the first. */
const firstIsFinal = async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'fail'))
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
}

test('goods that join the case when a second laboratory has decided about others have an objection of their own, which only a laboratory of theirs answers', async () => {
  await firstIsFinal()
  await send(laboratory('l3', 2, 'fail'))
  expect(await answerOf({ event: 'objection' })).toBe('objected')
  await send(laboratory('l4', 1, 'fail'))
  expect(await states()).toEqual(['objected'])
  await send(laboratory('l5', 2, 'fail'))
  expect(await states()).toEqual(['confirmed'])
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
})

test('what is final stays so where the result that was objected to after it is taken back', async () => {
  await firstIsFinal()
  await send(laboratory('l3', 2, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l3', 2, 'fail', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'confirmed', ...recalled(code(1), code(2)) }])
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
})

test('one that passes the goods of the second objection leaves recalled what is final', async () => {
  await firstIsFinal()
  await send(laboratory('l3', 2, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l4', 2, 'pass'))
  expect(await told()).toMatchObject([{ state: 'confirmed', ...recalled(code(1), code(2)) }])
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
})

test('goods that the second laboratory passed, and that fail once more by a later sample, may be objected to', async () => {
  await send(
    entry(1, 'A-1', SPINACH),
    madeOf(2, 1, 'B-2'),
    laboratory('l1', 1, 'fail'),
    laboratory('l2', 2, 'fail'),
  )
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l3', 1, 'pass'), laboratory('l4', 2, 'fail'))
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
  const later = { occurredAt: { at: '2026-03-02T18:00:00+08:00', precision: 'second' } }
  await send(laboratory('l5', 1, 'fail', later))
  expect(await answerOf({ event: 'objection' })).toBe('objected')
  // It is that one's second laboratory that is awaited.
  await send(laboratory('l6', 2, 'fail', later))
  expect(await states()).toEqual(['objected'])
  await send(laboratory('l5', 1, 'fail', { ...later, status: 'void' }))
  expect(await states()).toEqual(['confirmed'])
})

test('what an official decided about what he had said himself is final for the record that repeats it, and not for other goods', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), rapid('t', 'A-1', SPINACH, lots(1)))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' }, { event: 'objection' })
  await sayOf('objected', { event: 'confirm', method: 'LC-MS' })
  await send(laboratory('l1', 1, 'fail'))
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
  await send(laboratory('l2', 2, 'fail'))
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test.each([
  ['first', 0],
  ['last', 1],
])(
  'what a laboratory failed stays recalled where nobody objected and another one passed it %s, also when a rapid test is taken back',
  async (_, place) => {
    const t = rapid('t', 'A-1', SPINACH, lots(1))
    const results = [laboratory('l1', 1, 'fail')]
    results.splice(place, 0, laboratory('l2', 1, 'pass'))
    await send(entry(1, 'A-1', SPINACH), t, ...results, { ...t, status: 'void' })
    expect((await told())[0]).toMatchObject({ state: 'confirmed', ...recalled(code(1)) })
    expect(await answerOf({ event: 'objection' })).toBe('objected')
    // What was found before is no second laboratory, whatever is told meanwhile.
    const CADMIUM = { test: { item: '镉', verdict: 'pass', screening: false, method: 'ICP-MS', raw: 'pass' } }
    await send(laboratory('l3', 1, 'pass', CADMIUM))
    expect((await states())[0]).toBe('objected')
    await send(laboratory('l4', 1, 'pass'))
    expect((await states())[0]).toBe('cleared')
  },
)

test('a result that a second laboratory answered, and that is told anew under another key, recalls nothing; one of a later sample does', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'pass'))
  await send(laboratory('l1', 1, 'fail', { status: 'void' }), laboratory('l3', 1, 'fail'))
  expect(await states()).toEqual(['cleared'])
  await sayOf('cleared', { event: 'close' })
  await send(laboratory('l4', 1, 'fail'))
  expect(await states()).toEqual(['closed'])
  await send(
    laboratory('l5', 1, 'fail', { occurredAt: { at: '2026-03-02T18:00:00+08:00', precision: 'second' } }),
  )
  expect(await states()).toEqual(['confirmed', 'closed'])
})

test('goods of a rapid test that a laboratory answered stay free where another laboratory fails others that were passed with them', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH, lots(1)))
  await send(laboratory('l1', 1, 'pass', lots(1, 2)), laboratory('l2', 2, 'fail'))
  expect(await told()).toMatchObject([
    { state: 'confirmed', ...recalled(code(2)) },
    { state: 'cleared', held: [] },
  ])
})

test('goods that the second laboratory passed are let go though others of the case, which it failed, stay recalled', async () => {
  const t = rapid('t', 'A-1', SPINACH, lots(1, 2))
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), t, laboratory('l1', 1, 'fail'))
  await send(laboratory('l2', 2, 'fail'), { ...t, status: 'void' })
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l3', 1, 'pass'), laboratory('l4', 2, 'fail'))
  // As long as only the rapid test had failed it, the second lot was stopped by a record of its own.
  const orders = [`recall ${here()}`, `release ${here()}/stop`]
  expect(await told()).toMatchObject([{ state: 'confirmed', ...recalled(code(2)), orders }])
  await sayOf('confirmed', { event: 'dispose', quantity: '1', method: 'destroyed' })
  expect(await told()).toMatchObject([{ state: 'disposal', ...recalled(code(2)), orders }])
  await send(laboratory('l3', 1, 'pass', { status: 'void' }))
  expect(await told()).toMatchObject([{ state: 'disposal', ...recalled(code(1), code(2)), orders }])
})
