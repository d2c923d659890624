import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createPool } from '#store/database.ts'
import { withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()
let pool: pg.Pool
let intake: Intake

beforeAll(() => {
  pool = createPool({ url: api.database.url, max: 4, statementTimeoutMs: 400 })
  intake = createIntake({ pool, registry: api.registry, clock: Date.now, onCommitted: () => {} })
})
afterAll(async () => {
  await intake.close()
  await pool.end()
})

const push = (no: string) =>
  intake.push({
    system: 'jiaxing-wholesale',
    record: 'trade',
    bytes: Buffer.from(JSON.stringify([trade(no)])),
    contentType: 'application/json',
    keyId: null,
  })

it('where the database stands still, each of 60 pushes is told to come again after one time limit and not one after the other', async () => {
  const holder = new pg.Client({ connectionString: api.database.url })
  await holder.connect()
  try {
    await holder.query('select pg_advisory_lock(7205001)')
    const started = performance.now()
    const answers = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => push(`STILL-${i}`)))
    expect(performance.now() - started).toBeLessThan(3000)
    for (const one of answers)
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'busy', retryable: true } })
  } finally {
    await holder.end()
  }
  const again = await Promise.all(Array.from({ length: 60 }, (_, i) => push(`STILL-${i}`)))
  expect(again.every(({ accepted }) => accepted === 1)).toBe(true)
})
