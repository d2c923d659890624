import { expect, test } from 'vitest'
import { followToTheEnd } from '#test/follow.ts'
import { withGate } from './gate-setting.ts'
import { PAK_CHOI, SPINACH } from './market.ts'

const gate = withGate()
const { api, entry, rapid, laboratory, send, push, cards, sayOf } = gate
const { marketNow, lot, subject, certificate, under, asked, told } = gate

test('goods whose lot a laboratory failed are refused at the gate by their certificate, as the public page says, with the case, since when and what to do', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1], SPINACH))
  expect(await told(number, { product: '菠菜' })).toEqual(['ok'])
  await send(laboratory('lab', 1, 'fail'))
  const [one] = await cards()
  expect(one?.state).toBe('confirmed')
  const page = (await api.call('GET', `/public/v1/trace/${number}`, { key: null })).json()
  expect(page.state).toBe('recalled')
  const { verdict, reasons, ask } = await asked(number, { product: '菠菜' })
  expect([verdict, ...reasons.map(({ code }: { code: string }) => code)]).toEqual(['refuse', 'recalled'])
  expect(reasons[0]).toMatchObject({
    severity: 'refuse',
    values: { case: one?.id, since: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), lots: lot(1) },
    zh: expect.stringContaining(`案件 ${one?.id}`),
    ask: { zh: expect.stringContaining('单独存放') },
  })
  expect(ask).toHaveLength(1)
})

test('a stop of sale refuses with its own code, and what is released does not', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1], SPINACH), entry(1, 'A-1', SPINACH))
  await send(rapid('t', 'A-1', SPINACH))
  expect(await told(number)).toEqual(['refuse', 'held'])
  await sayOf('held', { event: 'retest' }, { event: 'clear', method: 'GC-MS/MS GB 23200.113' })
  expect(await told(number)).toEqual(['ok'])
})

test('what is held at another market holds the other goods of its paper at the gate', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [], SPINACH), under(1, 'A-1', SPINACH, number))
  expect(await told(number, { product: '菠菜' })).toEqual(['ok', 'shared_elsewhere'])
  await send(rapid('t', 'A-1', SPINACH))
  expect(await told(number, { product: '菠菜' })).toEqual(['refuse', 'held', 'shared_elsewhere'])
})

test('of a paper for several goods those are let in that are not held; where the load is not told it is to be looked at', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1], SPINACH), certificate(number, [2], PAK_CHOI))
  await send(laboratory('lab', 1, 'fail'))
  expect(await told(number, { product: '菠菜' })).toEqual(['refuse', 'recalled'])
  expect(await told(number, { product: '小白菜' })).toEqual(['ok'])
  expect(await told(number)).toEqual(['warn', 'recalled'])
})

test('of a paper for several lots of the same goods, one of which is recalled, it is said which', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1, 2, 3], SPINACH), laboratory('lab', 2, 'fail'))
  const { verdict, reasons } = await asked(number, { product: '菠菜' })
  expect(verdict).toBe('refuse')
  expect(reasons[0]).toMatchObject({ code: 'recalled', values: { lots: lot(2) } })
  expect(reasons[0].zh).toContain(`批次 ${lot(2)}（凭证共 3 批）`)
})

test('an order that another system told counts too, the newest of that system alone', async () => {
  const number = `CX${marketNow()}`
  const order = (holdKind: string, hour: string) => ({
    ...{
      kind: 'hold',
      system: 'plain-market',
      key: [`${number}-${hour}`],
      holdKind,
      lots: [subject(1)],
      product: SPINACH,
      sites: [{ role: 'market', name: '甲市场', ids: [] }],
    },
    occurredAt: { at: `2026-03-02T${hour}:00:00+08:00`, precision: 'second' },
  })
  await push(certificate(number, [1], SPINACH))
  await push(order('recall', '08'))
  await followToTheEnd(api.pool)
  const { verdict, reasons } = await asked(number)
  expect([verdict, reasons[0]?.code, reasons[0]?.values]).toEqual([
    'refuse',
    'recalled',
    expect.objectContaining({ since: '2026-03-02', case: '', lots: lot(1) }),
  ])
  await push(order('release', '09'))
  expect(await told(number)).toEqual(['ok'])
})
