import { expect, test } from 'vitest'
import { SPREAD_BOUNDS } from '#core/cases/spread.ts'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, laboratory, send, cards, here } = withMarket()

test('a case whose paper names more lots than it may hold says so, and holds as many as it may over several records', async () => {
  const paper = { documents: [{ role: 'upstream', type: 'promise_cert', number: 'P330105778' }] }
  const entries = Array.from({ length: SPREAD_BOUNDS.codes + 100 }, (_, i) => ({
    ...entry(i + 1, `A-${i + 1}`, SPINACH),
    ...paper,
  }))
  const stored = (await api.call('POST', '/v1/records', { body: entries })).json()
  expect(stored).toMatchObject({ accepted: entries.length, rejected: 0 })
  await send(rapid('t', 'A-1', SPINACH, { lots: laboratory('x', 1, 'fail').lots }))
  const [found] = await cards()
  // The paper is one of the codes, and is not held itself.
  expect(found).toMatchObject({ state: 'held', truncated: true })
  expect(found?.lots).toHaveLength(SPREAD_BOUNDS.codes)
  const held = found?.lots.filter((lot) => lot.held).map(({ code }) => code) ?? []
  expect(new Set(held).size).toBe(SPREAD_BOUNDS.codes - 1)
  // None came from another, and the n-th is of ten times n kilograms.
  const masses = held.map((code) => 10 * Number(code.slice(`lot:${here().split(':')[1]}2603020000`.length)))
  expect(found?.heldMass).toBe(String(masses.reduce((sum, mass) => sum + mass, 0)))
  expect(found?.holds.map(({ kind, place }) => `${kind} ${place}`)).toEqual(
    ['', '/2', '/3', '/4'].map((part) => `stop_sale ${here()}${part}`),
  )
  const { changes, next } = (await api.call('GET', '/v1/changes?kind=hold&limit=100')).json()
  expect([changes.length, typeof next]).toEqual([4, 'string'])
  const named = changes.flatMap(({ record }: { record: { lots: readonly { value: string }[] } }) =>
    record.lots.map(({ value }) => `lot:${value}`),
  )
  expect(named.sort()).toEqual(held.sort())
}, 180_000)
