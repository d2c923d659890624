import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, send, cards } = withMarket()

/** A ticket of spinach that a scale at stall A-1 printed, with a code. */
function ticket(n: number, key = `t${n}`, more: object = {}) {
  const {
    quantity: _,
    key: [own],
    ...rest
  } = entry(n, 'A-1', SPINACH)
  return {
    ...{ ...rest, kind: 'sale', saleKind: 'retail', key: [`${own}-${key}`] },
    ...{ quantity: { value: '1', unit: 'KGM' }, ...more },
  }
}
const card = async () => {
  const [{ id } = { id: '' }, ...others] = await cards()
  expect(others).toEqual([])
  const { lots, holds, heldMass, unknownGoods } = (await api.call('GET', `/v1/cases/${id}`)).json()
  const [{ record } = { record: '' }] = holds as { record: string }[]
  const { lots: ordered } = (await api.call('GET', `/v1/records/${encodeURIComponent(record)}`)).json()
  return {
    lots: (lots as { code: string; role: string; held: boolean }[]).map((lot) => [
      lot.code,
      lot.held ? 'held' : lot.role,
    ]),
    stopped: ((ordered ?? []) as { value: string }[]).map(({ value }) => `lot:${value}`),
    ...{ heldMass, unknown: unknownGoods?.code ?? null },
  }
}
const sold = (...numbers: number[]) => ({
  lots: numbers.map((n) => [code(n), 'sold']),
  ...{ stopped: [], heldMass: null, unknown: 'nothing_told' },
})
const held = (heldMass: string, n: number, ...others: number[]) => ({
  lots: [[code(n), 'held'], ...others.map((one) => [code(one), 'sold'])],
  ...{ stopped: [code(n)], heldMass, unknown: null },
})

test('of a stall of which only the tickets of its scale tell, nothing is held but the stall itself, and the case says that its goods are unknown', async () => {
  await send(ticket(1), rapid('r', 'A-1', SPINACH))
  expect(await card()).toEqual(sold(1))
  await send(ticket(2))
  expect(await card()).toEqual(sold(1, 2))
})

test('who typed the number of such a ticket finds the failed test of that stall', async () => {
  await send(ticket(1), rapid('r', 'A-1', SPINACH))
  const { nodes } = (await api.call('GET', `/v1/trace/${code(1)}`)).json()
  expect(nodes).toMatchObject([{ code: code(1), tests: [{ verdict: 'fail', confidence: 0.8 }] }])
})

const FARM = [{ role: 'farm', name: '乙示例农场', ids: [] }]
test.each([
  ['another ticket', () => ticket(1, 'u'), '2'],
  ['a summary', () => ticket(1, 's', { saleKind: 'summary' }), '2'],
  ['an entry', () => entry(1, 'A-1', SPINACH), '10'],
  ['a dispatch', () => ({ ...entry(1, 'A-1', SPINACH), kind: 'dispatch', sites: FARM }), '10'],
])('a code that %s names as well is a lot of the stall as long as that counts', async (_, other, mass) => {
  await send(ticket(1), ticket(2), rapid('r', 'A-1', SPINACH))
  expect(await card()).toEqual(sold(1, 2))
  await send(other())
  expect(await card()).toEqual(held(mass, 1, 2))
  await send({ ...other(), status: 'void' })
  expect(await card()).toEqual(sold(1, 2))
})
