import { expect, test } from 'vitest'
import { SPINACH, withMarket } from '../cases/market.ts'

const { api, entry, laboratory, send, code, cards, here } = withMarket()

const kilograms = (value: string) => ({ value, unit: 'KGM' })
/** A paper about the first lot of the market. */
const paper = (n: number, type: string, mass: string, more: object = {}) => {
  const { key: _, ...rest } = entry(1, 'A-1', SPINACH)
  const number = `P${here().split(':')[1]}${n}`
  const self = { role: 'self', type, number }
  return { ...rest, kind: 'document', key: [number], documents: [self], quantity: kilograms(mass), ...more }
}
/** What the lot card, the trace, the sheet and, of goods that came in, the balance say. */
const told = async () => {
  const lot = encodeURIComponent(code(1))
  const card = (await api.call('GET', `/v1/lots/${lot}`)).json()
  const { nodes } = (await api.call('GET', `/v1/trace/${lot}`)).json()
  const node = nodes.find((one: { code: string }) => one.code === code(1))
  const balance = (await api.call('GET', `/v1/lots/${lot}/balance`)).json()
  return [card.lot.quantity ?? null, node.quantity ?? null, balance.lots[0]?.in ?? null]
}
const all = (value: string, came: string | null = null) => [kilograms(value), kilograms(value), came]

test('two papers about one lot tell of the same goods: the greatest of what they say counts, and a case weighs it once', async () => {
  await send(paper(1, 'product_2026', '1000'), paper(2, 'meat_quality', '980'))
  expect(await told()).toEqual(all('1000'))
  await send(laboratory('l1', 1, 'fail'))
  const [found] = await cards()
  const { lots } = (await api.call('GET', `/v1/cases/${found?.id}`)).json()
  expect(lots.find((one: { code: string }) => one.code === code(1)).mass).toBe('1000')
  expect(found?.heldMass).toBe('1000')
})

test('two papers of one type may be of the same goods, split or issued anew, and are not added up', async () => {
  await send(paper(1, 'origin_cert', '600'), paper(2, 'origin_cert', '400'))
  expect(await told()).toEqual(all('600'))
})

test('what came in by its own records counts before what papers say, as in the balance', async () => {
  const second = { ...entry(1, 'B-2', SPINACH), key: [`${here()}-b`], quantity: kilograms('395') }
  const first = { ...entry(1, 'A-1', SPINACH), quantity: kilograms('600') }
  await send(paper(1, 'origin_cert', '600'), paper(2, 'origin_cert', '400'), first, second)
  expect(await told()).toEqual(all('995', '995'))
})

test('a paper counts in kilograms where the goods themselves were only counted', async () => {
  const counted = { ...entry(1, 'A-1', SPINACH), quantity: { value: '10', unit: 'HEA' } }
  await send(paper(1, 'product_2026', '1000'), counted)
  expect((await told()).slice(0, 2)).toEqual(all('1000').slice(0, 2))
})

test('papers about one lot that name other goods than each other tell no quantity of it', async () => {
  await send(
    paper(1, 'product_2026', '1000'),
    paper(2, 'product_2026', '900', { product: { name: '小白菜' } }),
  )
  expect((await told()).slice(0, 2)).toEqual([null, null])
})

test('lines that one system writes of one paper are of several goods, and are added up', async () => {
  const line = { ...paper(1, 'origin_cert', '400'), key: [`${here()}-line`] }
  await send(paper(1, 'origin_cert', '600'), line)
  expect(await told()).toEqual(all('1000'))
})
