import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, laboratory, push, send, told, cards } = withMarket()

/** A ticket of a stall that names a lot: one that came there, or the label that a scale printed. */
function ticket(n: number, stall: string, kilograms: string, lotOf = n) {
  const { kind: _, key, lots: __, quantity: ___, ...at } = entry(lotOf, stall, SPINACH)
  const [lot] = entry(lotOf, stall, SPINACH).lots
  return {
    ...{ ...at, kind: 'sale', saleKind: 'retail', key: [`${key[0]}-t${n}`], lots: [lot] },
    quantity: { value: kilograms, unit: 'KGM' },
  }
}

test('a ticket that names the lot that came to its stall is of that lot alone, so that what failed there holds no other one', async () => {
  await push(entry(4, 'A-1', SPINACH))
  await push(entry(3, 'A-1', SPINACH))
  await push(ticket(1, 'A-1', '35', 4))
  await push(ticket(2, 'A-1', '10', 3))
  await send(laboratory('fails', 4, 'fail'))
  const [first] = await told()
  expect(first).toMatchObject({ mass: '40', held: [code(4)] })
  for (const [n, came, gone] of [
    [4, '40', '35'],
    [3, '30', '10'],
  ] as const) {
    const { lots } = (await api.call('GET', `/v1/lots/${code(n)}/balance`)).json()
    expect(lots).toMatchObject([{ code: code(n), in: came, out: gone, verdict: 'stock' }])
  }
  const { edges } = (await api.call('GET', `/v1/trace/${code(4)}`)).json()
  expect(edges).toEqual([])
})

test('the code of a label, of which no entry tells, is likely of each lot that came to its stall', async () => {
  await push(entry(4, 'A-1', SPINACH))
  await push(entry(3, 'A-1', SPINACH))
  await push(ticket(1, 'A-1', '35', 9))
  await send(laboratory('fails', 4, 'fail'))
  expect((await cards())[0]?.lots).toMatchObject([
    { code: code(4), held: true },
    { code: code(9), role: 'sold', via: { code: code(4), rule: 'stall' } },
  ])
})
