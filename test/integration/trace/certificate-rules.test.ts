import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HubError } from '#core/errors.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { at, entry, paper } from '#test/trace/certificates.ts'
import { storeRecords } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('papers', 200, [papersReader])
async function follow(): Promise<void> {
  while ((await follower.step(pool)) === 'more');
}
const read = (number: string, type = 'any') =>
  readDocument(pool, { type, number, on: '2024-04-15', nowMs, full: true })
const codes = ({ reasons }: { reasons: { code: string }[] }) => reasons.map(({ code }) => code)

/** Asks before the follower knows of the change, and after. */
async function bothWays<T>(ask: () => Promise<T>): Promise<T> {
  const before = await ask()
  await follow()
  const after = await ask()
  expect(after).toEqual(before)
  return after
}

test('a certificate of 2026 that its source goes on naming as before is found by the new name and by the old, one of 2024 by the old alone', async () => {
  const when = { occurredAt: at('2026-03-02T05:00:00') }
  await storeRecords(pool, [
    paper('90', 'product_A', { body: when }),
    entry('k', '90', '30', { body: when }),
    paper('91', 'animal_B', { body: when }),
    paper('92'),
  ])
  const asked = (number: string, type: string) =>
    bothWays(() => readDocument(pool, { type, number, on: '2026-03-02', nowMs }))
  for (const type of ['any', 'product_2026', 'product_A'])
    expect(await asked('90', type)).toMatchObject({ type: 'product_2026', verdict: 'valid', usedKg: '30' })
  expect(await asked('91', 'animal_2026')).toMatchObject({ type: 'animal_2026', verdict: 'valid' })
  const gate = await checkPapers(
    pool,
    [
      { number: '90', type: 'product_2026', on: '2026-03-02' },
      { number: '92', type: 'product_2026', on: '2024-04-15' },
    ],
    nowMs,
  )
  expect(gate.papers.map(({ type, verdict, reasons }) => [type, verdict, ...codes({ reasons })])).toEqual([
    ['product_2026', 'ok'],
    ['product_2026', 'unknown', 'other_type'],
  ])
  await expect(read('92', 'product_2026')).rejects.toThrow(HubError)
})

test('a certificate of 2026 that is known by its uses alone is found by the new name and by that which they give it, one that was used in 2024 by the old alone', async () => {
  const used = (key: string, number: string, on: string, type: 'product_A' | 'animal_B', more = {}) =>
    entry(key, number, '30', {
      body: { occurredAt: at(`${on}T05:00:00`), documents: [{ role: 'upstream', type, number }] },
      ...more,
    })
  await storeRecords(pool, [
    used('u1', 'U1', '2026-03-02', 'product_A'),
    used('u2', 'U1', '2026-03-02', 'product_A'),
    used('u3', 'U2', '2026-01-01', 'animal_B'),
    used('u4', 'U3', '2025-12-31', 'product_A'),
    used('u5', 'U4', '2026-03-02', 'product_A', { status: 'void' as const }),
  ])
  const asked = async (number: string, type: string) => {
    const answer = await bothWays(() =>
      readDocument(pool, { type, number, on: '2026-03-02', nowMs }).catch((error: unknown) => {
        if (error instanceof HubError) return error.code
        throw error
      }),
    )
    return typeof answer === 'string' ? answer : [answer.type, answer.usedKg, answer.uses.length]
  }
  expect(await asked('U1', 'product_2026')).toEqual(['product_2026', '60', 2])
  expect(await asked('U1', 'product_A')).toEqual(['product_A', '60', 2])
  expect(await asked('U1', 'animal_2026')).toBe('not_found')
  expect(await asked('U2', 'animal_2026')).toEqual(['animal_2026', '30', 1])
  expect(await asked('U3', 'product_2026')).toBe('not_found')
  expect(await asked('U3', 'product_A')).toEqual(['product_A', '30', 1])
  expect(await asked('U4', 'product_2026')).toEqual(['product_2026', null, 1])
  const gate = await checkPapers(
    pool,
    [
      { number: 'U1', type: 'product_2026', on: '2026-03-02' },
      { number: 'U1', type: 'animal_2026', on: '2026-03-02' },
      { number: 'U3', type: 'product_2026', on: '2026-03-02' },
      { number: 'U4', type: 'product_2026', on: '2026-03-02' },
    ],
    nowMs,
  )
  expect(gate.papers.map(({ used, reasons }) => [used[0]?.value, ...codes({ reasons })])).toEqual([
    ['60', 'not_issued'],
    [undefined, 'other_type'],
    [undefined, 'other_type'],
    [undefined, 'not_issued'],
  ])
})

test('a certificate for one province is valid where it was issued: where the slaughter was, wherever the pigs came from', async () => {
  const ANHUI = { origin: { code: '341302', year: 2024 } }
  const shanghai = {
    region: { code: '310115', year: 2024 },
    sites: [{ role: 'market' as const, name: '沪市场', ids: [] }],
  }
  const today = { occurredAt: at('2024-04-15T01:00:00') }
  const shaoxing = { ...today, ...ANHUI, region: { code: '330603', year: 2024 } }
  const used = { role: 'upstream' as const, type: 'product_B' }
  await storeRecords(pool, [
    paper('95', 'product_B', { body: shaoxing }),
    entry('q', '95', '10', { body: { ...ANHUI, documents: [{ ...used, number: '95' }] } }),
    paper('96', 'product_B', { body: shaoxing }),
    entry('r', '96', '10', {
      body: { ...shanghai, origin: { code: '310118', year: 2024 }, documents: [{ ...used, number: '96' }] },
    }),
  ])
  const [here, there] = [await bothWays(() => read('95')), await bothWays(() => read('96'))]
  expect([codes(here), here.uses.map(({ flags }) => flags)]).toEqual([[], [[]]])
  expect([codes(there), there.uses.map(({ flags }) => flags)]).toEqual([
    ['uses_outside'],
    [['W_DOC_TERRITORY']],
  ])
  const ask = (site: string) => ({ number: '95', on: '2024-04-15', site, quantity: '10' })
  const gate = await checkPapers(pool, [ask('330109004'), ask('341302001')], nowMs)
  expect(gate.papers.map(codes)).toEqual([[], ['outside_territory', 'used_elsewhere']])
})
