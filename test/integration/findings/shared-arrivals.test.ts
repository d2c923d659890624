import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { loadYields } from '#flow/balance/load-yields.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { idOf, storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(() => pool.end())

let run = 0
const kilograms = (value: string) => ({ value, unit: 'KGM' as const })
const pigs = { name: '生猪', class: 'pork' } satisfies Body['product']
const told = (
  kind: Written['kind'],
  key: string,
  body: Partial<Body>,
  more: Partial<Written> = {},
): Written => ({
  ...{ kind, system: 'plant', key: `${run}-${key}` },
  body: { occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'minute' }, product: pigs, ...body },
  ...more,
})
const lots = () => [{ role: 'subject' as const, scheme: 'cn.mofcom.batch16', value: `P${run}` }]
const arrival = (mass: string, heads?: string) =>
  told('entry', 'arrival', {
    lots: lots(),
    ...(heads
      ? { quantity: { value: heads, unit: 'HEA' }, mass: kilograms(mass) }
      : { quantity: kilograms(mass) }),
  })
const slaughter = (key: string, out: string, into: Body['input'] = {}, more: Partial<Written> = {}) =>
  told(
    'transformation',
    key,
    { process: 'slaughter', input: { lots: lots(), ...into }, output: { quantity: kilograms(out) } },
    more,
  )
const judged = async (...written: readonly Written[]) => {
  await storeRecords(pool, written)
  const slaughters = [...new Set(written.filter(({ kind }) => kind === 'transformation').map(idOf))]
  return (await loadYields(pool, slaughters, '2026-03-02')).map(({ verdict, into, outOf }) => ({
    verdict,
    into,
    outOf,
  }))
}

test('two slaughters of one arrival, which do not say how many heads, are judged together', async () => {
  run = 1
  const both = { verdict: 'within', into: '2000', outOf: '1450' }
  expect(await judged(arrival('2000'), slaughter('a', '700'), slaughter('b', '750'))).toEqual([both, both])
  run = 2
  const more = { verdict: 'above', into: '2000', outOf: '1700' }
  expect(await judged(arrival('2000'), slaughter('a', '800'), slaughter('b', '900'))).toEqual([more, more])
  run = 3
  const less = { verdict: 'below', into: '2000', outOf: '900' }
  expect(await judged(arrival('2000'), slaughter('a', '400'), slaughter('b', '500'))).toEqual([less, less])
})

test('what the others killed by heads or by mass is left out of what one without them is held against', async () => {
  run = 4
  expect(
    await judged(
      arrival('2000', '20'),
      slaughter('a', '700', { quantity: { value: '10', unit: 'HEA' } }),
      slaughter('b', '350', { quantity: kilograms('500') }),
      slaughter('c', '375'),
    ),
  ).toEqual([
    { verdict: 'within', into: '1000', outOf: '700' },
    { verdict: 'within', into: '500', outOf: '350' },
    { verdict: 'within', into: '500', outOf: '375' },
  ])
})

test('one that is void, or that another system tells, is no second slaughter', async () => {
  run = 5
  const alone = { verdict: 'within', into: '2000', outOf: '1450' }
  expect(
    (
      await judged(
        arrival('2000'),
        slaughter('a', '1450'),
        slaughter('b', '1450', {}, { system: 'city' }),
        slaughter('c', '700'),
        slaughter('c', '700', {}, { version: 2, status: 'void' }),
      )
    ).slice(0, 2),
  ).toEqual([alone, alone])
})
