import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery, type Delivery } from '#flow/delivery/create-delivery.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, LINKS_QUEUE, type Queues, WORK_QUEUE } from '#jobs/queues.ts'
import { startWorkers, type Workers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { isConflict } from '#store/database-errors.ts'
import { noteFailure, readFailures } from '#store/failures.ts'
import { deleteLink, listLinks } from '#store/links.ts'
import { withDatabase } from '#test/database.ts'
import { allOk, type Receiver, startReceiver } from '../delivery/receiver.ts'
import { linkNow, linkTo, someRows, store } from '../delivery/setting.ts'
import { hasRedis, startRedis, type TestRedis } from './redis.ts'

const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const LOCK = { lockDuration: 1000, stalledInterval: 500 }
const database = withDatabase()
let pool: Pool
let receiver: Receiver
let redis: TestRedis | undefined
let backend: JobBackend
let queues: Queues
let workers: Workers[] = []
let children: ChildProcess[] = []
let failed: string[] = []

beforeAll(() => {
  pool = createPool({ url: database.url, max: 8 })
})
afterAll(async () => await pool.end())

async function open(): Promise<void> {
  failed = []
  backend = await openJobBackend({
    databaseUrl: database.url,
    redisUrl: redis?.url,
    onError: () => {},
    onFailed: (queue, { message }) => {
      failed.push(queue)
      void noteFailure(pool, { topic: 'jobs_failed', subject: queue, reason: message })
    },
  })
  queues = createQueues(backend)
  receiver = await startReceiver()
}

async function close(): Promise<void> {
  for (const child of children) child.kill('SIGKILL')
  for (const one of workers) await one.close()
  workers = []
  children = []
  await queues.close()
  await backend.close()
  await receiver.close()
  for (const { id } of await listLinks(pool, { limit: 100 })) await deleteLink(pool, id)
}

function work(
  delivery: Delivery = createDelivery({ pool, send: createHttpDelivery().send, leaseMs: 1000 }),
): void {
  workers.push(startWorkers({ backend, queues, pool, delivery, sweepEveryMs: 200, lock: LOCK }))
}

function workerProcess(blockMs = 0): ChildProcess {
  const script = fileURLToPath(new URL('worker-process.ts', import.meta.url))
  const child = fork(script, [database.url, redis?.url ?? '', String(blockMs)], { stdio: 'ignore' })
  children.push(child)
  return child
}

/** What each record came to at a receiver that knows every event once. */
const effects = (): Map<string, number[]> => {
  const seen = new Set<string>()
  const versions = new Map<string, number[]>()
  for (const { event, id, version } of receiver.changes) {
    if (seen.has(event)) continue
    seen.add(event)
    versions.set(id, [...(versions.get(id) ?? []), version])
  }
  return versions
}

/** Takes every job away. */
let lose: () => Promise<void>
/** How many jobs of both queues are kept as failed. */
let failedJobs: () => Promise<number>

function laws(): void {
  test('every job is lost again and again while changes come: each is delivered, no version goes back', async () => {
    const link = await linkTo(pool, receiver)
    work()
    const rows = someRows(40)
    for (let version = 1; version <= 6; version++) {
      await store(
        pool,
        rows.map((row) => ({ ...row, version })),
      )
      queues.wakeLinks()
      await lose()
      await pause(20)
    }
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 45_000 }).toBe(240)
    for (const { id } of rows) expect(effects().get(id)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('the process of the same job is killed three times: the job is in nobody’s way, and all is delivered', async () => {
    const link = await linkTo(pool, receiver)
    receiver.answer = () => 'hang'
    await store(pool, someRows(5))
    for (let kills = 1; kills <= 3; kills++) {
      const child = workerProcess()
      await queues.wakeLink(link.id)
      await expect.poll(() => receiver.batches.length, { timeout: 45_000 }).toBeGreaterThanOrEqual(kills)
      child.kill('SIGKILL')
    }
    const events = new Set(receiver.changes.map(({ event }) => event))
    receiver.answer = allOk
    work()
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 45_000 }).toBe(5)
    expect(new Set(receiver.changes.map(({ event }) => event))).toEqual(events)
    expect([await failedJobs(), failed]).toEqual([0, []])
    await store(pool, someRows(1))
    queues.wakeLinks()
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 45_000 }).toBe(6)
  })

  test('a process that blocks for longer than its lock and its lease: another goes on, and what the first does late moves nothing', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(6)
    await store(pool, rows)
    const child = workerProcess(3500)
    await expect.poll(() => receiver.batches.length, { timeout: 45_000 }).toBe(1)
    await store(
      pool,
      rows.map((row) => ({ ...row, version: 2 })),
    )
    work()
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 45_000 }).toBe(12)
    const { cursor } = await linkNow(pool, link.id)
    // The first process comes to itself and says what it was answered.
    await pause(3500)
    expect(child.exitCode).toBeNull()
    expect(await linkNow(pool, link.id)).toMatchObject({ cursor, delivered: 12, refused: 0 })
    for (const { id } of rows) expect(effects().get(id)).toEqual([1, 2])
  })

  test('a job that fails is told and counted, and its work is done all the same', async () => {
    const link = await linkTo(pool, receiver)
    const delivery = createDelivery({ pool, send: createHttpDelivery().send })
    let failures = 2
    work({
      deliverLink: async (...call) => {
        if (failures-- > 0) throw new Error('out of memory')
        return await delivery.deliverLink(...call)
      },
    })
    await store(pool, someRows(3))
    await queues.wakeLink(link.id)
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 45_000 }).toBe(3)
    expect(failed).toContain(LINKS_QUEUE)
    const told = async () => await readFailures(pool, Date.now() - 60_000)
    await expect
      .poll(told, { timeout: 15_000 })
      .toMatchObject([
        { topic: 'jobs_failed', subject: LINKS_QUEUE, count: failed.length, reason: 'out of memory' },
      ])
    await pool.query('delete from failures')
  })
}

describe('jobs on PostgreSQL', () => {
  beforeEach(async () => {
    lose = async () => {
      // The tables are in use: who is chosen to give way in a deadlock asks again.
      for (let tries = 1; ; tries++) {
        try {
          await pool.query('truncate bullmq.job, bullmq.dedup, bullmq.dedup_next, bullmq.event cascade')
          return
        } catch (error) {
          if (!isConflict(error) || tries === 20) throw error
        }
      }
    }
    failedJobs = async () =>
      (await pool.query(`select count(*)::int as n from bullmq.job where state = 'failed'`)).rows[0].n
    await open()
  })
  afterEach(close)
  laws()
})

describe.runIf(hasRedis || required)('jobs on Redis', () => {
  let admin: Redis
  beforeEach(async () => {
    redis = await startRedis('--maxmemory-policy', 'noeviction')
    admin = new Redis(redis.url)
    admin.on('error', () => {})
    lose = async () => void (await admin.flushall())
    failedJobs = async () => {
      const counts = [LINKS_QUEUE, WORK_QUEUE].map(async (name) => {
        const queue = new Queue(name, { connection: { url: redis?.url ?? '' }, prefix: '{hub}' })
        const { failed: count = 0 } = await queue.getJobCounts('failed')
        await queue.close()
        return count
      })
      return (await Promise.all(counts)).reduce((a, b) => a + b, 0)
    }
    await open()
  })
  afterEach(async () => {
    admin.disconnect()
    await close()
    await redis?.kill()
    redis = undefined
  })
  laws()

  test('a Redis that is killed and comes back with nothing takes wakes again, and nothing is lost between', async () => {
    const link = await linkTo(pool, receiver)
    work()
    const rows = someRows(30)
    for (let version = 1; version <= 3; version++) {
      await store(
        pool,
        rows.map((row) => ({ ...row, version })),
      )
      queues.wakeLinks()
      if (version === 2) await redis?.kill().then(() => redis?.again())
      await pause(30)
    }
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 60_000 }).toBe(90)
    for (const { id } of rows) expect(effects().get(id)).toEqual([1, 2, 3])
    await expect.poll(() => queues.wakeLink(link.id), { timeout: 60_000 }).toBe(true)
  })

  test('a Redis that is full refuses wakes and drops no job; the sweep delivers, and wakes count again when there is room', async () => {
    const link = await linkTo(pool, receiver)
    work()
    await expect.poll(() => queues.wakeLink(link.id), { timeout: 15_000 }).toBe(true)
    await admin.config('SET', 'maxmemory', '1')
    expect(await queues.wakeLink(link.id)).toBe(false)
    await store(pool, someRows(7))
    queues.wakeLinks()
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered, { timeout: 45_000 }).toBe(7)
    await admin.config('SET', 'maxmemory', '0')
    await expect.poll(() => queues.wakeLink(link.id), { timeout: 45_000 }).toBe(true)
  })
})

if (!(hasRedis || required))
  test.skip('not run: install redis-server to test what Redis can do to jobs', () => {})
