import { expect, test } from 'vitest'
import { followToTheEnd } from '#test/follow.ts'
import { withGate } from './gate-setting.ts'
import { PAK_CHOI, SPINACH } from './market.ts'

const gate = withGate()
const { api, entry, rapid, laboratory, send, push, cards, marketNow } = gate
const { lot, subject, certificate, under, asked, told, one } = gate

/** An order that another system told, at a market of a region. */
const order = (number: string, n: number, holdKind: string, hour: string, region: string) => ({
  ...{ kind: 'hold', system: 'plain-market', key: [`${number}-${hour}`], holdKind, product: SPINACH },
  lots: [subject(n)],
  sites: [{ role: 'market', name: '甲市场', ids: [] }],
  occurredAt: { at: `2026-03-02T${hour}:00:00+08:00`, precision: 'second' },
  region: { code: region, year: 2026 },
})

test('who sees none of the goods is not told of their recall', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1], SPINACH), laboratory('lab', 1, 'fail'))
  const key = await api.key('read:region:330402')
  const nowhere = `NO${marketNow()}`
  const seen = JSON.stringify(await asked(number, {}, key))
  expect(seen).toBe(JSON.stringify(await asked(nowhere, {}, key)).replaceAll(nowhere, number))
})

test('who sees the paper is told of a recall that he does not see, with its day and the case that he sees, and without its record and place', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1], SPINACH))
  const key = await api.key('read:region:330825')
  expect(await told(number, { product: '菠菜' }, key)).toEqual(['ok'])
  await send(laboratory('lab', 1, 'fail'), entry(1, 'A-1', SPINACH))
  const [card] = await cards()
  const { verdict, reasons, ask } = await asked(number, { product: '菠菜' }, key)
  const since = expect.stringMatching(/^\d{4}-\d\d-\d\d$/)
  expect([verdict, reasons.length, ask.length]).toEqual(['refuse', 1, 1])
  // He sees the lot that the paper names, and so the case.
  expect(reasons[0]).toMatchObject({
    code: 'recalled',
    values: { since, case: card?.id, order: '', lots: lot(1) },
  })
  expect(JSON.stringify(reasons)).not.toContain('urn:cnft:hold')
  const { orders } = await one(number, key)
  expect(orders).toEqual([
    {
      kind: 'recalled',
      since,
      case: card?.id,
      record: null,
      likely: false,
      lots: [lot(1)],
      lotCount: 1,
      covered: 1,
    },
  ])
})

test('of a stop for other goods under the paper, which he does not see, who sees the paper is told the case that he sees by it, and no more', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [], SPINACH), under(1, 'A-1', SPINACH, number))
  const key = await api.key('read:region:330825')
  await send(rapid('t', 'A-1', SPINACH))
  const [card] = await cards()
  expect((await api.call('GET', `/v1/cases/${card?.id}`, { key })).statusCode).toBe(200)
  const { verdict, reasons } = await asked(number, { product: '菠菜' }, key)
  expect([verdict, reasons[0]]).toMatchObject([
    'refuse',
    { code: 'held', values: { case: card?.id, order: '', lots: '' } },
  ])
  const paper = await one(number, key)
  expect(paper.orders).toMatchObject([
    { kind: 'held', case: card?.id, record: null, lots: [], lotCount: 0, covered: 0 },
  ])
  for (const hidden of ['urn:cnft:hold', `${marketNow()}260302`])
    expect(JSON.stringify([reasons, paper])).not.toContain(hidden)
})

test('of an order of another system, of which he sees nothing, who sees the paper is told since when', async () => {
  const number = `CX${marketNow()}`
  await push(certificate(number, [1], SPINACH))
  await push({
    ...{ kind: 'transformation', system: 'plain-market', key: [`${number}-t`] },
    occurredAt: { at: '2026-03-02T03:00:00+08:00', precision: 'second' },
    region: { code: '320102', year: 2026 },
    sites: [{ role: 'market', name: '乙加工厂', ids: [] }],
    input: { lots: [{ ...subject(2), role: 'input' }] },
    output: { lots: [{ ...subject(1), role: 'output' }] },
    product: SPINACH,
  })
  await push(order(number, 2, 'stop_sale', '08', '320102'))
  await followToTheEnd(api.pool)
  const whole = await asked(number, { product: '菠菜' })
  expect(whole.reasons[0].values).toMatchObject({ lots: lot(2), order: expect.stringContaining('hold') })
  const key = await api.key('read:region:330825')
  const { verdict, reasons } = await asked(number, { product: '菠菜' }, key)
  expect(verdict).toBe('refuse')
  expect(reasons[0]).toMatchObject({
    values: { since: '2026-03-02', case: '', order: '', lots: '' },
    en: 'The sale of goods of this paper is stopped since 2026-03-02: they may not come in before that is lifted.',
    zh: '该凭证的货物已停止销售（自 2026-03-02 起），解除前不得入场。',
  })
  const paper = await one(number, key)
  expect(paper.orders).toEqual([
    {
      ...{ kind: 'held', since: '2026-03-02', case: null, record: null, likely: false },
      ...{ lots: [], lotCount: 0, covered: 1 },
    },
  ])
  for (const hidden of ['urn:cnft:hold', lot(2), '320102'])
    expect(JSON.stringify([reasons, paper])).not.toContain(hidden)
})

test('whether an order is in force is what it is, whichever of its records a caller sees', async () => {
  const number = `CX${marketNow()}`
  await push(certificate(number, [1], SPINACH))
  await push(order(number, 1, 'recall', '08', '330825'))
  await followToTheEnd(api.pool)
  const [sees, sold] = [await api.key('read:region:330825'), await api.key('read:region:330800')]
  for (const key of [sees, sold]) {
    const { reasons } = await asked(number, { product: '菠菜' }, key)
    expect(reasons[0]).toMatchObject({
      code: 'recalled',
      values: { case: '', order: expect.stringContaining('urn:cnft:hold'), lots: lot(1) },
    })
  }
  // Lifted by a record of another province.
  await push(order(number, 1, 'release', '09', '320102'))
  await followToTheEnd(api.pool)
  for (const key of [sees, sold, undefined]) {
    expect(await told(number, { product: '菠菜' }, key)).toEqual(['ok'])
    expect((await one(number, key)).orders).toEqual([])
  }
})

test('one paper by itself tells the orders that the gate refuses for, and as reasons', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1, 2, 3], SPINACH), laboratory('lab', 2, 'fail'))
  const [card] = await cards()
  const { orders, reasons, verdict } = await one(number)
  expect(verdict).toBe('valid')
  expect(orders).toEqual([
    {
      ...{
        kind: 'recalled',
        since: expect.any(String),
        case: card?.id,
        likely: false,
        lots: [lot(2)],
        lotCount: 1,
        covered: 3,
      },
      record: expect.stringContaining('urn:cnft:hold:trace-hub:'),
    },
  ])
  expect(reasons).toEqual((await asked(number)).reasons)
  const { document } = (await api.call('GET', `/v1/documents/${number}?on=2026-03-02`)).json()
  expect(document.orders).toEqual(orders)
})

test('a case that recalls some goods of a paper and stops others is told as both', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1, 2], SPINACH), entry(2, 'A-1', SPINACH))
  await send(rapid('t', 'A-1', SPINACH, { lots: [subject(1), subject(2)] }), laboratory('lab', 1, 'fail'))
  expect(await cards()).toHaveLength(1)
  const { orders } = await one(number)
  expect(orders.map(({ kind, lots }: { kind: string; lots: string[] }) => [kind, lots])).toEqual([
    ['recalled', [lot(1)]],
    ['held', [lot(2)]],
  ])
  expect(await told(number)).toEqual(['refuse', 'recalled', 'held'])
})

test('an order for one of several goods of a paper is told with the paper, and refuses none of the others', async () => {
  const number = `CX${marketNow()}`
  await send(certificate(number, [1], SPINACH), certificate(number, [2], PAK_CHOI))
  await send(laboratory('lab', 1, 'fail'))
  const { orders, reasons } = await one(number)
  expect([orders.length, reasons[0]]).toMatchObject([1, { code: 'recalled', severity: 'warn' }])
})
