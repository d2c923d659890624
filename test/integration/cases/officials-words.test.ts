import { expect, test } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, follow, cards, told, here, sayOf } = withMarket()

const VOID = { status: 'void' }
const CADMIUM = { test: { item: '镉', verdict: 'pass', screening: false, method: 'ICP', raw: 'pass' } }
const lots = (n: number) => ({ lots: laboratory('x', n, 'fail').lots })
/** Goods that came of those of another lot. */
const madeOf = (n: number, of: number, stall: string) => ({
  ...entry(n, stall, SPINACH),
  lots: [...lots(n).lots, { ...lots(of).lots[0], role: 'source' }],
})

/** What an official stopped in this test. */
async function stopped(n: number) {
  const { id } = (await api.call('POST', '/v1/cases', { body: { code: code(n), reason: '群众举报' } })).json()
  await follow()
  const say = async (body: object) =>
    expect((await api.call('POST', `/v1/cases/${id}/events`, { body })).statusCode).toBe(200)
  const read = async () => {
    const { state, lots, holds, events } = (await api.call('GET', `/v1/cases/${id}`)).json()
    return {
      state,
      held: lots.flatMap((lot: { code: string; held: boolean }) => (lot.held ? [lot.code] : [])),
      orders: holds.map((one: { kind: string; place: string }) => `${one.kind} ${one.place}`),
      last: events.at(-1).event,
    }
  }
  return { say, read }
}

test('what an official stopped no laboratory releases that passed a part of it for something', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), madeOf(3, 1, 'C-3'))
  const { say, read } = await stopped(1)
  await send(laboratory('p', 3, 'pass', CADMIUM))
  const held = [code(1), code(2), code(3)]
  expect(await read()).toEqual({
    ...{ state: 'held', held, orders: [`stop_sale ${here()}`], last: 'lab_passed' },
  })
  await say({ event: 'clear', note: '举报不实' })
  expect(await read()).toMatchObject({ state: 'cleared', orders: [`release ${here()}`] })
})

test('what an official stopped stays so where a test that joined it is made void or turns out to be of other goods', async () => {
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), entry(3, 'C-3', PAK_CHOI))
  const { read } = await stopped(1)
  await send(rapid('t', 'B-2', SPINACH, lots(2)), rapid('t', 'B-2', SPINACH, { ...lots(2), ...VOID }))
  const still = { state: 'held', held: [code(1), code(2)], orders: [`stop_sale ${here()}`] }
  expect(await read()).toEqual({ ...still, last: 'withdrawn' })
  await send(rapid('u', 'A-1', SPINACH, lots(1)), rapid('u', 'C-3', PAK_CHOI))
  expect(await read()).toEqual({ ...still, last: 'withdrawn' })
  expect(await told()).toMatchObject([{ state: 'held', product: '小白菜', held: [code(3)] }])
})

test('what an official stopped is stopped again where it was a laboratory that recalled it and takes that back', async () => {
  await send(entry(1, 'A-1', SPINACH))
  const { read } = await stopped(1)
  await send(laboratory('l', 1, 'fail'))
  expect(await read()).toMatchObject({ state: 'confirmed', orders: [`recall ${here()}`] })
  await send(laboratory('l', 1, 'fail', VOID))
  expect(await read()).toMatchObject({ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] })
})

test('what an official confirmed stays recalled where a test is taken back', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await send(rapid('t', 'A-1', SPINACH, VOID))
  expect(await told()).toMatchObject([{ state: 'confirmed', held: [code(1)], orders: [`recall ${here()}`] }])
  const { say, read } = await stopped(2)
  await say({ event: 'confirm', note: '现场查获禁用农药' })
  await send(rapid('u', 'A-2', SPINACH, lots(2)), rapid('u', 'A-2', SPINACH, { ...lots(2), ...VOID }))
  expect(await read()).toMatchObject({ state: 'confirmed', held: [code(2)], last: 'withdrawn' })
})

const refusals = async (id: string, body: object) => {
  const answer = await api.call('POST', `/v1/cases/${id}/events`, { body })
  return answer.json().refusals?.map(({ code }: { code: string }) => code) ?? answer.json().state
}
const onlyCase = async () => (await cards())[0]?.id as string

test('an official takes back with a reason what he confirmed, where its test was taken back and nothing was disposed of', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await send(rapid('t', 'A-1', SPINACH, VOID))
  const id = await onlyCase()
  expect(await refusals(id, { event: 'retract' })).toEqual(['needs_reason'])
  await sayOf('confirmed', { event: 'retract', note: '仪器校准有误' })
  expect(await told()).toMatchObject([{ state: 'cleared', held: [], orders: [`release ${here()}`] }])
  const { events } = (await api.call('GET', `/v1/cases/${id}`)).json()
  expect(events.at(-1)).toMatchObject({ event: 'retract', note: '仪器校准有误', actor: 'administrator' })
  // The release rests on records again: what fails once more is held.
  await send(rapid('t', 'A-1', SPINACH, { quantity: { value: '1', unit: 'KGM' } }))
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)] }])
})

test('where the rapid test stands on which he confirmed it, the goods are stopped as before he did, with time for an objection', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' }, { event: 'retract', note: '误登记' })
  expect(await told()).toMatchObject([{ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] }])
  await sayOf('held', { event: 'objection' })
})

test('what an official ordered and confirmed is his order again, which he may end', async () => {
  await send(entry(1, 'A-1', SPINACH))
  const { say, read } = await stopped(1)
  await say({ event: 'confirm', note: '现场查获禁用农药' })
  await say({ event: 'retract', note: '证据撤回' })
  expect(await read()).toMatchObject({ state: 'held', held: [code(1)], orders: [`stop_sale ${here()}`] })
  await say({ event: 'clear', note: '举报不实' })
  expect(await read()).toMatchObject({ state: 'cleared' })
})

test('what a laboratory failed no official takes back, nor what was disposed of', async () => {
  const why = { event: 'retract', note: '误登记' }
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  await send(laboratory('l', 1, 'fail'))
  expect(await refusals(await onlyCase(), why)).toEqual(['by_laboratory'])
  await sayOf('confirmed', { event: 'dispose', quantity: '1', method: 'destroyed' })
  expect(await refusals(await onlyCase(), why)).toEqual(['wrong_state', 'by_laboratory'])
})

test.each([[], [{ event: 'retest' }]])(
  'he takes it back also while an objection to it waits for its laboratory: the goods are stopped as before he confirmed, and a further objection is possible (%j)',
  async (...sent: readonly object[]) => {
    await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH))
    await sayOf('held', { event: 'confirm', method: 'GC-MS' }, { event: 'objection' }, ...sent)
    const id = await onlyCase()
    expect(await refusals(id, { event: 'retract' })).toEqual(['needs_reason'])
    expect(await refusals(id, { event: 'retract', note: '误登记' })).toBe('held')
    expect(await told()).toMatchObject([{ held: [code(1)], orders: [`stop_sale ${here()}`] }])
    expect((await api.call('GET', `/v1/cases/${id}`)).json()).toMatchObject({ due: 'decision' })
    await sayOf('held', { event: 'objection' })
    // That one is to the rapid test alone.
    await send(laboratory('l', 1, 'fail'))
    expect(await refusals(id, { event: 'objection' })).toBe('objected')
  },
)

test('where no test stands, taking it back under an objection releases the goods, and what he ordered stays stopped', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH), rapid('t', 'A-1', SPINACH))
  await sayOf('held', { event: 'confirm', method: 'GC-MS' }, { event: 'objection' })
  await send(rapid('t', 'A-1', SPINACH, VOID))
  expect(await refusals(await onlyCase(), { event: 'retract', note: '误登记' })).toBe('cleared')
  expect(await told()).toMatchObject([{ held: [], orders: [`release ${here()}`] }])
  const { say, read } = await stopped(2)
  await say({ event: 'confirm', method: 'GC-MS' })
  await say({ event: 'objection' })
  await say({ event: 'retract', note: '误登记' })
  expect(await read()).toMatchObject({ state: 'held', held: [code(2)], orders: [`stop_sale ${here()}`] })
})

test('an objection to a rapid test, or to what a laboratory found, is no confirmation that an official could take back', async () => {
  const why = { event: 'retract', note: '误登记' }
  await send(entry(1, 'A-1', SPINACH), madeOf(2, 1, 'B-2'), rapid('t', 'A-1', SPINACH, lots(1)))
  const id = await onlyCase()
  await sayOf('held', { event: 'retest' })
  expect(await refusals(id, why)).toEqual(['not_confirmed'])
  await send(laboratory('l1', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  expect(await refusals(id, why)).toEqual(['by_laboratory'])
  await send(laboratory('l2', 1, 'pass'))
  // Other goods are recalled while an objection to the rapid test of these waits.
  await send(
    rapid('u', 'A-1', SPINACH, { ...lots(1), test: { item: '镉', verdict: 'fail', screening: true } }),
  )
  const open = (await cards()).find(({ state }) => state === 'held')?.id as string
  await sayOf('held', { event: 'objection' })
  await send(laboratory('l3', 2, 'fail'))
  expect(await refusals(open, why)).toEqual(['not_confirmed'])
})
