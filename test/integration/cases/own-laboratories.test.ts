import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, told, here, sayOf } = withMarket()

const CITY = { name: '杭州市食品检验检测研究院', ids: [{ scheme: 'cn.uscc', value: '12330100470116521X' }] }
const PROVINCE = { name: '浙江省食品检验检测研究院', ids: [] }
const by = (...testers: readonly object[]) => ({
  parties: testers.map((one) => ({ role: 'tester', kind: 'enterprise', ...one })),
})
const lots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
const states = async () => (await cards()).map(({ state }) => state)
const lastEvent = async () => {
  const [own] = await cards()
  const { events } = (await api.call('GET', `/v1/cases/${own?.id}`)).json()
  return events.at(-1)
}
const answerOf = async (body: object) => {
  const [own] = await cards()
  const answer = await api.call('POST', `/v1/cases/${own?.id}/events`, { body })
  return answer.json().refusals?.map(({ code: why }: { code: string }) => why) ?? answer.json().state
}
const recalled = () => ({ held: [code(1)], orders: [`recall ${here()}`] })

test('a laboratory that passes goods which it failed answers no objection to its own result: the card tells it, and another laboratory or an official decides', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' }, { event: 'retest' })
  await send(laboratory('l2', 1, 'pass', by(CITY)))
  expect(await told()).toMatchObject([{ state: 'retest', ...recalled() }])
  expect(await lastEvent()).toMatchObject({
    event: 'lab_passed',
    record: expect.stringContaining('l2'),
    note: expect.stringContaining('初检机构'),
  })
  await send(laboratory('l3', 1, 'pass', by(PROVINCE)))
  expect(await told()).toMatchObject([{ state: 'cleared', orders: [`release ${here()}`] }])
  expect(await lastEvent()).toMatchObject({ event: 'lab_passed', note: null })
})

test('an official may decide by what the same laboratory found', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'pass', by(CITY)))
  await sayOf('objected', { event: 'clear', method: 'GC-MS', note: '初检机构复核' })
  expect(await states()).toEqual(['cleared'])
})

test('nor does one that fails them once more: the goods wait for another laboratory, whose result is final', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'fail', by({ ...CITY, name: '杭州市食检院检测中心' })))
  expect(await told()).toMatchObject([{ state: 'objected', ...recalled() }])
  expect(await lastEvent()).toMatchObject({ event: 'lab_failed', note: expect.stringContaining('初检机构') })
  await send(laboratory('l3', 1, 'fail', by(PROVINCE)))
  expect(await states()).toEqual(['confirmed'])
  expect(await answerOf({ event: 'objection' })).toEqual(['is_final'])
})

test('what it failed once more meanwhile is answered with the first by another laboratory', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'fail', by(CITY)), laboratory('l3', 1, 'pass', by(PROVINCE)))
  expect(await states()).toEqual(['cleared'])
})

test('where one of the records does not name its laboratory, another one is taken to have spoken', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l2', 1, 'pass'))
  expect(await states()).toEqual(['cleared'])
})

test('a laboratory that corrects its own record takes it back, whoever objected', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l1', 1, 'pass', by(CITY)))
  expect(await states()).toEqual(['cleared'])
})

test('what it failed once more is objected to anew where it takes back the result that was objected to', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l1', 1, 'fail', by(CITY)))
  await sayOf('confirmed', { event: 'objection' })
  await send(
    laboratory('l2', 1, 'fail', by(CITY)),
    laboratory('l1', 1, 'fail', { ...by(CITY), status: 'void' }),
  )
  expect(await told()).toMatchObject([{ state: 'confirmed', ...recalled() }])
  expect(await answerOf({ event: 'objection' })).toBe('objected')
})

test('a laboratory that failed other goods of the case answers an objection for those that another one failed', async () => {
  const madeOf = {
    ...entry(2, 'B-2', SPINACH),
    lots: [...lots(2).lots, { ...lots(1).lots[0], role: 'source' }],
  }
  await send(entry(1, 'A-1', SPINACH), madeOf)
  await send(laboratory('l1', 1, 'fail', by(CITY)), laboratory('l2', 2, 'fail', by(PROVINCE)))
  await sayOf('confirmed', { event: 'objection' })
  await send(laboratory('l3', 1, 'pass', by(PROVINCE)))
  // Of the other lot it is its own result.
  await send(laboratory('l4', 2, 'pass', by(PROVINCE)))
  expect(await states()).toEqual(['objected'])
  await send(laboratory('l5', 2, 'pass', by(CITY)))
  expect(await states()).toEqual(['cleared'])
})

test.each([
  ['first', 0],
  ['last', 1],
])(
  'goods that a laboratory both failed and passed are recalled, where it passed them %s',
  async (_, place) => {
    const results = [laboratory('l1', 1, 'fail', by(CITY))]
    results.splice(place, 0, laboratory('l2', 1, 'pass', by(CITY)))
    await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, lots(1)), ...results)
    expect((await told()).filter(({ held }) => held.length > 0)).toMatchObject([
      { state: 'confirmed', ...recalled() },
    ])
    expect(await answerOf({ event: 'objection' })).toBe('objected')
  },
)

test('a rapid test is answered by a laboratory of whoever made it', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('t', 'A-1', SPINACH, { ...lots(1), ...by(CITY) }))
  await sayOf('held', { event: 'objection' })
  await send(laboratory('l', 1, 'pass', by(CITY)))
  expect(await states()).toEqual(['cleared'])
})
