import { expect, test } from 'vitest'
import { withMarket } from './market.ts'

const { api, entry, rapid, laboratory, send, cards } = withMarket()
const WRITTEN = { name: '豇豆', class: 'vegetable' }
const STANDARD = { name: '长豇豆', class: 'vegetable' }
const TOMATO = { name: '番茄', class: 'vegetable' }
const lot = (n: number) => ({ lots: laboratory('x', n, 'fail').lots })

test('goods are called in a case and in its holds as the record that told of them calls them', async () => {
  await send(entry(1, 'A-1', WRITTEN), rapid('t', 'A-1', WRITTEN, lot(1)))
  const [card] = await cards()
  expect(card?.product.name).toBe('豇豆')
  const { records } = (await api.call('GET', '/v1/records?kind=hold')).json()
  expect(records.map(({ product }: { product: object }) => product)).toEqual([WRITTEN])
})

test.each([
  [WRITTEN, STANDARD, '豇豆'],
  [STANDARD, WRITTEN, '长豇豆'],
])(
  '%j and %j are one case, by the name that came first, and other goods of the lot are another',
  async (first, second, name) => {
    await send(rapid('a', 'B-1', first, lot(2)), rapid('b', 'B-1', second, lot(2)))
    const names = async () => (await cards()).map(({ product }) => product.name)
    expect(await names()).toEqual([name])
    await send(rapid('c', 'B-1', TOMATO, lot(2)))
    expect(await names()).toEqual(['番茄', name])
  },
)

test('cases are listed by each name of their goods', async () => {
  await send(rapid('t', 'C-1', WRITTEN, lot(3)))
  for (const name of ['豇豆', '长豇豆', '豆角']) {
    const { cases } = (await api.call('GET', `/v1/cases?product=${encodeURIComponent(name)}&limit=1`)).json()
    expect(cases[0]?.product.name, name).toBe('豇豆')
  }
})
