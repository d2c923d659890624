import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { leaseLink, releaseLease } from '#store/link-lease.ts'
import { takeLeave } from '#store/link-rates.ts'
import { withDatabase } from '#test/database.ts'
import { allOk, type Receiver, startReceiver } from './receiver.ts'
import { deliveryAt, linkNow, linkTo, someRows, store } from './setting.ts'

const database = withDatabase()
let pool: Pool
let receiver: Receiver

beforeAll(() => {
  pool = createPool({ url: database.url, max: 12 })
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
  await pool.query('delete from links')
})

const wish = (lane: 'live' | 'recall' = 'live') => ({ lane, nowMs: Date.now(), leaseMs: 60_000 })

test('of many processes that ask at once, one may send; the others are told how long to wait', async () => {
  const { id } = await linkTo(pool, receiver)
  const limits = { requestsPerSecond: 0.1, changesPerSecond: 50 }
  const waits = await Promise.all(
    Array.from({ length: 12 }, () => takeLeave(pool, id, limits, { changes: 100 })),
  )
  expect(waits.filter((wait) => wait === 0)).toHaveLength(1)
  // Two seconds for the changes of the first request, ten for the request itself: the longer one counts.
  const wait = await takeLeave(pool, id, limits, { changes: 1 })
  expect(wait).toBeGreaterThan(2000)
  expect(wait).toBeLessThanOrEqual(10_000)
})

test('a limit of changes a second is kept: no more than that in a request, and a pause between requests', async () => {
  const link = await linkTo(pool, receiver, { limits: { changesPerSecond: 40 } })
  await store(pool, someRows(100))
  const started: number[] = []
  receiver.answer = (batch) => {
    started.push(performance.now())
    return allOk(batch)
  }
  expect(await deliveryAt(pool).delivery.deliverLink(link.id)).toEqual({ done: true })
  expect(receiver.batches.map(({ changes }) => changes.length)).toEqual([40, 40, 20])
  // The answer to a request may be late, its leave is not early.
  expect((started[2] as number) - (started[0] as number)).toBeGreaterThan(1000)
})

test('a pause that is longer than a delivery is worth ends it, and it comes again by itself', async () => {
  const link = await linkTo(pool, receiver, { limits: { requestsPerSecond: 0.01, batch: 1 } })
  await store(pool, someRows(3))
  const { delivery, clock } = deliveryAt(pool)
  const { done, nextAt } = await delivery.deliverLink(link.id)
  expect(receiver.changes).toHaveLength(1)
  expect(done).toBe(true)
  expect((nextAt as number) - clock.time).toBeGreaterThan(2000)
  expect((await linkNow(pool, link.id)).attempts).toBe(0)
})

test('a recall does not wait for the limits; what it takes, the others wait for', async () => {
  const link = await linkTo(pool, receiver, { limits: { requestsPerSecond: 0.01, batch: 1 } })
  await store(pool, [...someRows(1), ...someRows(2, { kind: 'hold' })])
  const { delivery, clock } = deliveryAt(pool)
  await delivery.deliverLink(link.id)
  await delivery.deliverLink(link.id, { lane: 'recall' })
  expect(receiver.taken.map(({ kind }) => kind)).toEqual(['sale', 'hold', 'hold'])
  await store(pool, someRows(1))
  const { nextAt } = await delivery.deliverLink(link.id)
  expect((nextAt as number) - clock.time).toBeGreaterThan(200_000)
})

test('a receiver gets so many links at once and no more; who waits longest is next, and a recall does not wait', async () => {
  const limits = { concurrency: 1 }
  const [first, second, third] = [
    await linkTo(pool, receiver, { limits }),
    await linkTo(pool, receiver, { limits }),
    await linkTo(pool, receiver, { limits }),
  ]
  const elsewhere = await linkTo(pool, receiver, { limits, system: 'another' })
  const leased = await leaseLink(pool, first.id, wish())
  expect(leased.state).toBe('leased')
  expect(await leaseLink(pool, second.id, wish())).toEqual({ state: 'crowded' })
  expect(await leaseLink(pool, third.id, wish())).toEqual({ state: 'crowded' })
  expect((await leaseLink(pool, elsewhere.id, wish())).state).toBe('leased')
  expect((await leaseLink(pool, second.id, wish('recall'))).state).toBe('leased')
  if (leased.state === 'leased') await releaseLease(pool, leased.lease, { cursor: 0n, replayed: 0n })
  // The one that just had its turn and the one that came last stand behind.
  expect(await leaseLink(pool, first.id, wish())).toEqual({ state: 'crowded' })
  expect(await leaseLink(pool, third.id, wish())).toEqual({ state: 'crowded' })
  expect((await leaseLink(pool, second.id, wish())).state).toBe('leased')
})

test('many processes that ask for the places of a receiver at once get as many as there are', async () => {
  const links = await Promise.all(
    Array.from({ length: 8 }, () => linkTo(pool, receiver, { limits: { concurrency: 3 } })),
  )
  const answers = await Promise.all(links.map(({ id }) => leaseLink(pool, id, wish())))
  expect(answers.filter(({ state }) => state === 'leased').length).toBeLessThanOrEqual(3)
  expect(answers.filter(({ state }) => state === 'leased').length).toBeGreaterThan(0)
})
