import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, send, cards, sayOf } = withMarket()

const confirmed = { event: 'confirm', method: 'GC-MS' }
const dispose = (quantity: string, note: string) => ({
  event: 'dispose',
  quantity,
  method: 'destroyed',
  note,
})
/** The one case of the market, as it is told in a language. */
const card = async (language = 'en') => {
  const [own] = await cards()
  return (await api.call('GET', `/v1/cases/${own?.id}`, { headers: { 'accept-language': language } })).json()
}
const disposals = async () =>
  (await card()).events
    .filter(({ event }: { event: string }) => event === 'dispose')
    .map(({ quantity, heldMass }: { quantity: string; heldMass: string | null }) => [quantity, heldMass])
/** An entry whose goods nobody weighed. */
const heads = (n: number) => ({ ...entry(n, 'A-1', SPINACH), quantity: { value: '7', unit: 'HEA' } })

test('kilograms beyond those that are known to be held are taken, and the case says so with both numbers in both languages', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('r', 'A-1', SPINACH))
  await sayOf('held', confirmed, dispose('9.5', 'first'))
  await sayOf('disposal', dispose('0.50', 'second'))
  expect(await card()).toMatchObject({ heldMass: '10', weighed: true, disposedBeyond: null })
  await sayOf('disposal', dispose('0.001', 'third'))
  expect(await card()).toMatchObject({
    ...{ state: 'disposal', heldMass: '10', disposedMass: '10.001' },
    disposedBeyond: {
      ...{ code: 'more_than_held', held: '10', disposed: '10.001' },
      detail: '10.001 kg were disposed of, and 10 kg were known to be held',
      fix: expect.stringMatching(/^Compare /),
    },
  })
  expect((await card('zh')).disposedBeyond).toMatchObject({
    detail: '已处置 10.001 公斤，多于已知停售的 10 公斤',
    fix: expect.stringMatching(/^请核对/),
  })
  expect(await disposals()).toEqual([
    ['9.5', '10'],
    ['0.50', '10'],
    ['0.001', '10'],
  ])
})

test('a disposal keeps what was known to be held then, and the case says what it is by what is known now', async () => {
  await send(entry(1, 'A-1', SPINACH), rapid('r', 'A-1', SPINACH))
  await sayOf('held', confirmed, dispose('50', 'all'))
  await send({ ...entry(1, 'A-1', SPINACH), quantity: { value: '60', unit: 'KGM' } })
  expect(await card()).toMatchObject({ heldMass: '60', disposedBeyond: null })
  expect(await disposals()).toEqual([['50', '10']])
})

test.each([
  ['of all', () => [heads(1)], null],
  ['of a part', () => [heads(1), entry(2, 'A-1', SPINACH)], '20'],
  ['of goods that nobody knows', () => [], null],
])('where the kilograms %s are not told, nobody says that more was disposed of', async (_, goods, mass) => {
  await send(...goods(), rapid('r', 'A-1', SPINACH))
  await sayOf('held', confirmed, dispose('50', 'all'))
  expect(await card()).toMatchObject({ heldMass: mass, weighed: false, disposedBeyond: null })
  expect(await disposals()).toEqual([['50', null]])
})
