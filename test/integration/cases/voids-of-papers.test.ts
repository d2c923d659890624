import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, told, here, sayOf } = withMarket()

const VOID = { status: 'void' }
const FARM = [{ role: 'farm', name: '甲示例合作社', ids: [] }]
const market = () => here().split(':')[1]
const paper = (n: number) => ({ type: 'sales_voucher', number: `XS${market()}${n}` })
const lotOf = (n: number) => laboratory('x', n, 'fail').lots[0] as object
/** A wholesale bill: goods of a lot, sold under a paper. */
const bill = (lot: number, n: number, more: object = {}) => ({
  ...entry(lot, 'W-1', SPINACH),
  ...{ kind: 'sale', saleKind: 'wholesale', key: [`${market()}-s${n}`] },
  lots: [{ ...lotOf(lot), role: 'source' }],
  documents: [{ ...paper(n), role: 'voucher' }],
  ...more,
})
/** A farm's dispatch of a lot under a paper. */
const sentOff = (lot: number, n: number) => {
  const { saleKind: _, ...rest } = bill(lot, n)
  return {
    ...rest,
    ...{
      kind: 'dispatch',
      key: [`${market()}-d${n}`],
      sites: FARM,
    },
    documents: [{ ...paper(n), role: 'upstream' }],
  }
}
/** What a stall brought in under a paper, and nothing of the lot that it was. */
const bought = (lot: number, n: number, stall: string, more: object = {}) => ({
  ...entry(lot, stall, SPINACH),
  documents: [{ ...paper(n), role: 'upstream' }],
  ...more,
})
const held = async () => (await told()).map((one) => one.held.toSorted())
const orders = async () =>
  (await cards()).flatMap(({ holds }) => holds.map(({ kind, place }) => `${kind} ${place}`))
interface AfterVoid {
  readonly code: string
  readonly records: readonly string[]
  readonly lots: readonly string[]
  readonly detail: string
  readonly fix: string
}
const afterVoid = async (language = 'zh') => {
  const [own] = await cards()
  const headers = { 'accept-language': language }
  const { heldAfterVoid } = (await api.call('GET', `/v1/cases/${own?.id}`, { headers })).json()
  return heldAfterVoid as AfterVoid | null
}
/** A wholesaler with one lot of which two stalls bought. */
const CHAIN = () => [
  entry(1, 'W-1', SPINACH),
  ...[bill(1, 1), bill(1, 2), bought(2, 1, 'B-1'), bought(3, 2, 'B-2')],
]
const failedAt = (n: number) => ({
  rapid: rapid('t', 'W-1', SPINACH, { lots: [lotOf(n)] }),
  laboratory: laboratory('l', n, 'fail'),
})

test.each(['rapid', 'laboratory'] as const)(
  'a seller who makes his bill void lets nothing go that is stopped by a %s test and that its buyer still says he has under it, and the case tells so',
  async (how) => {
    await send(...CHAIN(), failedAt(1)[how])
    const all = [code(1), code(2), code(3)]
    expect(await held()).toEqual([all])
    expect(await afterVoid()).toBeNull()
    const before = await orders()
    await send(bill(1, 1, VOID))
    expect(await held()).toEqual([all])
    expect(await orders()).toEqual(before)
    const said = await afterVoid()
    expect(said).toMatchObject({ code: 'void_since', lots: [code(2)] })
    expect(said?.records.map((id) => id.split(':').at(-1))).toEqual([`${market()}-s1`])
    expect([said?.detail, said?.fix].join()).toMatch(/作废.*核实/s)
    expect((await afterVoid('en'))?.detail).toContain('void')
  },
)

test('goods whose buyer is found to have failed ones stop those of the seller, whatever becomes of the bill', async () => {
  await send(...CHAIN(), failedAt(2).rapid, bill(1, 1, VOID))
  expect(await held()).toEqual([[code(1), code(2), code(3)]])
  // What is told later to have come under the bill is stopped as well.
  await send(bought(4, 1, 'B-4'))
  expect(await held()).toEqual([[code(1), code(2), code(3), code(4)]])
})

test('a farm that makes its dispatch void lets nothing go that came to a market under its paper', async () => {
  const made = { ...entry(1, 'W-1', SPINACH), kind: 'production', key: [`${market()}-made`], sites: FARM }
  await send(made, sentOff(1, 1), bought(2, 1, 'B-1'), failedAt(1).laboratory)
  expect(await held()).toEqual([[code(1), code(2), expect.stringMatching(/^rec:.*dispatch/)]])
  await send({ ...sentOff(1, 1), ...VOID })
  expect(await held()).toEqual([[code(1), code(2)]])
  await send(rapid('again', 'W-1', SPINACH, { lots: [lotOf(1)] }))
  expect(await held()).toEqual([[code(1), code(2)]])
  expect((await afterVoid())?.lots).toEqual([code(2)])
})

test('goods are let go by the void of the entry that says they are there, before the bill or after it', async () => {
  await send(...CHAIN(), failedAt(1).laboratory, bill(1, 1, VOID), bought(2, 1, 'B-1', VOID))
  expect(await held()).toEqual([[code(1), code(3)]])
  expect(await afterVoid()).toBeNull()
  await send(bought(3, 2, 'B-2', VOID), bill(1, 2, VOID))
  expect(await held()).toEqual([[code(1)]])
})

test('a bill that is corrected to another lot or another paper takes its goods along: no more is held than it says now', async () => {
  await send(...CHAIN(), entry(5, 'W-1', SPINACH), failedAt(1).rapid)
  await send(bill(5, 1))
  expect(await held()).toEqual([[code(1), code(3)]])
  await send({ ...bill(1, 2), documents: [{ ...paper(7), role: 'voucher' }] })
  expect(await held()).toEqual([[code(1)]])
  expect(await afterVoid()).toBeNull()
})

test('goods of a bill that stands again are held by it, and of one that was void before they were stopped never', async () => {
  await send(...CHAIN(), bill(1, 2, VOID), failedAt(1).rapid)
  expect(await held()).toEqual([[code(1), code(2)]])
  await send(bill(1, 1, VOID), bill(1, 1, { quantity: { value: '9', unit: 'KGM' } }))
  expect(await held()).toEqual([[code(1), code(2)]])
  expect(await afterVoid()).toBeNull()
})

test('an official releases goods whose bill was made void with all of their case', async () => {
  await send(...CHAIN(), failedAt(1).rapid, bill(1, 1, VOID))
  await sayOf('held', { event: 'clear', method: 'GC-MS', note: '来源已查明' })
  expect(await held()).toEqual([[]])
  expect(await afterVoid()).toBeNull()
  expect(new Set((await orders()).map((one) => one.split(' ')[0]))).toEqual(new Set(['release']))
})
