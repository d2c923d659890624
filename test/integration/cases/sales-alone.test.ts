import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, follow, sendAhead, cards, told, here } = withMarket()

/** A sale of spinach at a stall of the market, as it tells what it was of. */
const sale = (key: string, stall: string | null, more: object) => {
  const {
    lots: _,
    quantity,
    sites,
    ...rest
  } = entry(1, stall ?? '-', SPINACH) as Record<string, unknown> & {
    sites: { role: string }[]
  }
  return {
    ...{ ...rest, quantity, kind: 'sale', saleKind: 'retail', key: [`${here()}-${key}`] },
    sites: stall === null ? sites.filter(({ role }) => role !== 'stall') : sites,
    ...more,
  }
}
const source = (n: number) => ({ ...(entry(n, 'A-1', SPINACH).lots[0] as object), role: 'source' })
const voucher = (name: string) => ({
  role: 'voucher',
  type: 'sales_voucher',
  number: `XS${here().split(':')[1]}${name}`,
})
const operator = (role: string) => ({
  parties: [{ role, ids: [{ scheme: 'cn.mofcom.operator13', value: `${here().split(':')[1]}0023` }] }],
})
const stopped = (lots: readonly string[]) => [[lots, [`stop_sale ${here()}`]]]
const held = async () => (await told()).map((one) => [one.held, one.orders])

test('a rapid test at a stall that tells of its sales alone holds the lots that these name', async () => {
  await send(sale('t1', 'A-1', { lots: [source(1)] }), sale('t2', 'B-2', { lots: [source(2)] }))
  await send(rapid('r', 'a 01', SPINACH))
  expect(await held()).toEqual(stopped([code(1)]))
})

test('the lot that a ticket is of is what its stall had, unless the ticket names the lot that it was sold of', async () => {
  const own = (n: number) => entry(n, 'A-1', SPINACH).lots[0] as object
  await send(sale('t0', 'A-1', { lots: [own(1)] }), sale('t1', 'A-1', { lots: [own(1)] }))
  await send(sale('t2', 'A-1', { lots: [own(2), source(3)] }))
  await send(sale('t3', 'A-1', { lots: [own(4)], refund: true }), rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([code(1), code(3)]))
})

test('tickets that were stored before their lot counted are found by a case that is open', async () => {
  const { lots } = entry(1, 'A-1', SPINACH)
  await send(sale('t1', 'A-1', { lots }), sale('t2', 'A-1', { lots }))
  await api.pool.query(`delete from match_points where code = $1 and side = 7`, [code(1)])
  await send(rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([]))
  await api.pool.query(await readFile('src/store/migrations/0079-lots-of-tickets.sql', 'utf8'))
  await follow()
  expect(await held()).toEqual(stopped([code(1)]))
})

test('where only the paper of its goods is in the sales of a stall, the paper is held there', async () => {
  const paper = { ...voucher('1'), role: 'upstream' }
  await send(sale('s', 'A-1', { saleKind: 'summary', documents: [paper] }), rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([`doc:${paper.number}`, expect.stringMatching(/^rec:.*-s$/)]))
})

test('of a wholesaler who tells of his sales alone, what he sold on that day and what it came from is held', async () => {
  const trade = (key: string, n: number, more: object) =>
    sale(key, null, {
      ...{ saleKind: 'wholesale', documents: [voucher(key)], lots: [source(n)], ...operator('seller') },
      ...more,
    })
  const other = { parties: [{ role: 'seller', ids: [{ scheme: 'cn.mofcom.operator13', value: '9' }] }] }
  await send(trade('1', 1, {}), trade('2', 2, other), rapid('r', 'A-1', SPINACH, operator('owner')))
  expect(await held()).toEqual(stopped([`doc:${voucher('1').number}`, code(1)]))
})

test('a test that names the lot which its goods came from, or that with its sales alone, holds it', async () => {
  await send(sale('t', 'A-1', { lots: [source(1)] }), rapid('r', 'A-1', SPINACH, { lots: [source(1)] }))
  expect(await held()).toEqual(stopped([code(1)]))
  await send(sale('u', 'A-1', { lots: [source(2)] }))
  await send(rapid('s', 'A-1', SPINACH, { lots: entry(2, 'A-1', SPINACH).lots }))
  expect(await held()).toEqual([...stopped([code(2)]), ...stopped([code(1)])])
})

test('a wholesaler at a stall who has no code is known by the stall', async () => {
  const trade = { saleKind: 'wholesale', documents: [voucher('1')], lots: [source(1)] }
  await send(sale('1', 'A-1', trade), rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([`doc:${voucher('1').number}`, code(1)]))
})

test('sales that come behind the test are held then, and those of another day, another product or that were refunded never', async () => {
  await send(rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([]))
  await send(
    sale('day', 'A-1', {
      ...{ lots: [source(2)], occurredAt: { at: '2026-03-01T06:00:00+08:00', precision: 'second' } },
    }),
    sale('other', 'A-1', { lots: [source(3)], product: { name: '小白菜', class: 'vegetable' } }),
    sale('back', 'A-1', { lots: [source(4)], refund: true }),
  )
  expect(await held()).toEqual(stopped([]))
  const late = sale('late', 'A-1', { lots: [source(1)] })
  await send(late)
  expect(await held()).toEqual(stopped([code(1)]))
  await send({ ...late, status: 'void' })
  expect(await held()).toEqual(stopped([]))
})

test('what came to the stall is held where that is told, and not what its sales name beside it', async () => {
  await send(sale('t', 'A-1', { lots: [source(2)] }), rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([code(2)]))
  await send(entry(1, 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([code(1)]))
})

test('a test that is taken before its turn holds what the day of its stall told', async () => {
  const paper = { ...voucher('1'), role: 'upstream' }
  await sendAhead(sale('s', 'A-1', { saleKind: 'summary', documents: [paper] }), rapid('r', 'A-1', SPINACH))
  expect(await held()).toEqual(stopped([`doc:${paper.number}`, expect.stringMatching(/^rec:.*-s$/)]))
})

test('a laboratory that passes the lot releases what a test at a stall held by its sales', async () => {
  await send(sale('t', 'A-1', { lots: [source(1)] }), rapid('r', 'A-1', SPINACH))
  await send(laboratory('l', 1, 'pass', { test: { ...laboratory('l', 1, 'pass').test, item: '有机磷' } }))
  expect((await cards()).map(({ state }) => state)).toEqual(['cleared'])
})

test.each([
  ['no_product', { product: { class: 'vegetable' } }, '请补充品名'],
  ['no_day', { occurredAt: { at: '2026-03-01T00:00:00+08:00', precision: 'month' } }, '请补充检测日期'],
  ['no_stall', { sites: [{ role: 'market', name: '甲示例市场', ids: [] }] }, '请补充市场与摊位'],
  ['nothing_told', {}, '请报送该摊位当日的进场记录'],
])(
  'a case without a lot says why none is held and what to send, in the language of the caller: %s',
  async (why, more, fix) => {
    const failed = rapid('r', 'A-1', SPINACH, more)
    await send(sale('t', 'A-1', {}), failed)
    const [own] = await cards()
    const card = async (language: string) =>
      (await api.call('GET', `/v1/cases/${own?.id}`, { headers: { 'accept-language': language } })).json()
    expect(await card('en')).toMatchObject({
      ...{ state: 'held', lots: [], holds: [{ kind: 'stop_sale' }] },
      unknownGoods: {
        code: why,
        detail: expect.stringMatching(/^no lot is held: the test names no lot/),
        fix: expect.stringMatching(/^Send /),
      },
    })
    expect((await card('zh')).unknownGoods).toEqual({
      code: why,
      detail: expect.stringMatching(/^未能停售任何批次：/),
      fix: expect.stringMatching(`^${fix}`),
    })
    // Once goods are held there is nothing to say of it.
    await send({ ...failed, lots: entry(1, 'A-1', SPINACH).lots })
    expect((await card('en')).unknownGoods).toBeNull()
  },
)
