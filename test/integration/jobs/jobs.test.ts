import { fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { runLarge } from '#flow/large/run.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, LINKS_QUEUE, type Queues } from '#jobs/queues.ts'
import { type LargeWork, startWorkers, type Workers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { isConflict } from '#store/database-errors.ts'
import { deleteLink, listLinks } from '#store/links.ts'
import { withDatabase } from '#test/database.ts'
import { plainRegistry } from '#test/plain-mapping.ts'
import { allOk, type Receiver, startReceiver } from '../delivery/receiver.ts'
import { linkNow, linkTo, someRows, store } from '../delivery/setting.ts'
import { hasRedis, startRedis, type TestRedis } from './redis.ts'

const NEVER = 3_600_000
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const database = withDatabase()
let pool: Pool
let receiver: Receiver
let backend: JobBackend
let queues: Queues
let workers: Workers[] = []
let errors: Error[] = []

beforeAll(() => {
  pool = createPool({ url: database.url, max: 8 })
})
afterAll(async () => await pool.end())

async function open(redisUrl: string | undefined): Promise<void> {
  errors = []
  const onError = (error: Error): void => void errors.push(error)
  backend = await openJobBackend({ databaseUrl: database.url, redisUrl, onError })
  queues = createQueues(backend)
  receiver = await startReceiver()
}

async function close(): Promise<void> {
  for (const one of workers) await one.close()
  workers = []
  await queues.close()
  await backend.close()
  await receiver.close()
  for (const { id } of await listLinks(pool, { limit: 100 })) await deleteLink(pool, id)
}

/** Workers of one process; without a sweep only the queue brings work. */
/** Waits longer for receivers that hang than tests wait for those that do not. */
const PATIENT = createHttpDelivery({ timeoutMs: 600_000 }).send

function work(sweepEveryMs = NEVER, send = createHttpDelivery().send): Workers {
  const delivery = createDelivery({ pool, send, random: () => 0.5 })
  const stopped = new AbortController()
  const large: LargeWork = {
    run: (id) =>
      runLarge(
        { pool, registry: plainRegistry, onCommitted: () => {}, signal: stopped.signal, leaseMs: 1000 },
        id,
      ),
    close: async () => stopped.abort(),
  }
  const started = startWorkers({ backend, queues, pool, delivery, large, sweepEveryMs })
  workers.push(started)
  return started
}

const stop = async (started: Workers): Promise<void> => {
  workers = workers.filter((one) => one !== started)
  await started.close()
}

function laws(): void {
  test('a wake brings the changes to the receiver at once', async () => {
    const link = await linkTo(pool, receiver)
    work()
    await pause(300)
    const rows = someRows(700)
    await store(pool, rows)
    const asked = performance.now()
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.length, { timeout: 15_000, interval: 5 }).toBe(700)
    expect(performance.now() - asked).toBeLessThan(2000)
    expect(receiver.taken.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered).toBe(700)
  })

  test('no change is left lying when pushes and deliveries overlap, without any sweep', async () => {
    await linkTo(pool, receiver)
    work()
    await pause(300)
    for (let push = 0; push < 40; push++) {
      await store(pool, someRows(3))
      queues.wakeLinks()
      await pause(Math.random() * 25)
    }
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(120)
    expect(new Set(receiver.changes.map(({ event }) => event)).size).toBe(120)
    expect(receiver.changes).toHaveLength(120)
  })

  test('a recall is delivered while every place for deliveries hangs', async () => {
    const link = await linkTo(pool, receiver)
    for (let i = 0; i < 70; i++) await linkTo(pool, receiver, { filter: { kinds: ['sale'] } })
    receiver.answer = (batch) => (batch.changes[0]?.kind === 'hold' ? allOk(batch) : 'hang')
    work(NEVER, PATIENT)
    await pause(300)
    await store(pool, someRows(1))
    queues.wakeLinks()
    await expect.poll(() => receiver.batches.length, { timeout: 24_000 }).toBe(64)
    const [hold] = someRows(1, { kind: 'hold' })
    await store(pool, [hold as never])
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.map(({ id }) => id), { timeout: 24_000 }).toEqual([hold?.id])
    expect(receiver.batches.at(-1)?.link).toBe(link.id)
  })

  test('more receivers that hang than there are places hold up none that answers', async () => {
    const well = await startReceiver()
    try {
      for (let i = 0; i < 40; i++) await linkTo(pool, receiver)
      const good = []
      for (let i = 0; i < 10; i++) good.push(await linkTo(pool, well))
      receiver.answer = () => 'hang'
      let ended = 0
      work(NEVER, async (request) => {
        try {
          return await PATIENT(request)
        } finally {
          if (request.url === receiver.url) ended++
        }
      })
      await pause(300)
      for (let round = 1; round <= 3; round++) {
        await store(pool, someRows(5))
        queues.wakeLinks()
        await expect.poll(() => well.taken.length, { timeout: 60_000 }).toBe(round * 50)
      }
      await expect.poll(() => receiver.batches.length, { timeout: 24_000 }).toBe(40)
      // All that was asked of the others is still without an answer.
      expect(ended).toBe(0)
      expect(new Set(well.batches.map(({ link }) => link))).toEqual(new Set(good.map(({ id }) => id)))
    } finally {
      await well.close()
    }
  })

  test('with every job lost the sweep still delivers', async () => {
    await linkTo(pool, receiver)
    await store(pool, someRows(5))
    queues.wakeLinks()
    await lose()
    work(200)
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(5)
    await lose()
    await store(pool, someRows(5))
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(10)
  })

  test('a job that hangs on a dead worker does not hold its link up', async () => {
    const link = await linkTo(pool, receiver)
    let taken = 0
    const dead = backend.worker(
      LINKS_QUEUE,
      async () => {
        taken++
        await new Promise(() => {})
      },
      { concurrency: 1 },
    )
    await queues.wakeLink(link.id)
    await expect.poll(() => taken, { timeout: 15_000 }).toBe(1)
    await store(pool, someRows(4))
    work(200)
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(4)
    await dead.close(true)
  })

  test('workers stop in the middle of a batch within 3 s; the next ones send it again with the same events, and no version goes back', async () => {
    const link = await linkTo(pool, receiver)
    const first = work()
    await pause(300)
    const rows = someRows(6)
    await store(pool, rows)
    receiver.answer = () => 'hang'
    queues.wakeLinks()
    await expect.poll(() => receiver.batches.length, { timeout: 15_000 }).toBe(1)
    const asked = performance.now()
    await stop(first)
    expect(performance.now() - asked).toBeLessThan(3000)
    expect((await linkNow(pool, link.id)).cursor).toBe(link.cursor)

    await store(
      pool,
      rows.map((row) => ({ ...row, version: 2 })),
    )
    receiver.answer = allOk
    work(200)
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(12)
    expect(receiver.batches[1]?.changes.map(({ event }) => event)).toEqual(
      receiver.batches[0]?.changes.map(({ event }) => event),
    )
    for (const { id } of rows) {
      const versions = receiver.changes.filter((change) => change.id === id).map(({ version }) => version)
      expect(versions).toEqual([...versions].sort())
    }
  })

  test('a worker process killed in the middle of a batch: another takes over, same events, no version goes back', async () => {
    const link = await linkTo(pool, receiver)
    const rows = someRows(4)
    await store(pool, rows)
    receiver.answer = () => 'hang'
    const script = fileURLToPath(new URL('worker-process.ts', import.meta.url))
    const addresses = [database.url, ...(redisUrl() ? [redisUrl() as string] : [])]
    const worker = fork(script, addresses, { stdio: 'ignore' })
    await expect.poll(() => receiver.batches.length, { timeout: 30_000 }).toBe(1)
    worker.kill('SIGKILL')
    await store(
      pool,
      rows.map((row) => ({ ...row, version: 2 })),
    )
    receiver.answer = allOk
    work(200)
    await expect.poll(() => receiver.taken.length, { timeout: 24_000 }).toBe(8)
    expect(receiver.batches[1]?.changes.map(({ event }) => event)).toEqual(
      receiver.batches[0]?.changes.map(({ event }) => event),
    )
    expect(receiver.taken.map(({ version }) => version)).toEqual([1, 1, 1, 1, 2, 2, 2, 2])
    await expect.poll(async () => (await linkNow(pool, link.id)).delivered).toBe(8)
  })

  test('a receiver that asks for a second gets it, and is asked again by itself', async () => {
    await linkTo(pool, receiver)
    work()
    await pause(300)
    const times: number[] = []
    receiver.answer = (batch) => {
      times.push(performance.now())
      return times.length === 1 ? { status: 503, headers: { 'retry-after': '1' } } : allOk(batch)
    }
    await store(pool, someRows(2))
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990)
  })

  test('a receiver that hangs does not slow the others', async () => {
    const hanging = await startReceiver()
    hanging.answer = () => 'hang'
    for (let i = 0; i < 5; i++) await linkTo(pool, hanging)
    await linkTo(pool, receiver)
    work(NEVER, PATIENT)
    await pause(300)
    await store(pool, someRows(3))
    queues.wakeLinks()
    await expect.poll(() => hanging.batches.length, { timeout: 15_000 }).toBe(5)
    await store(pool, someRows(3))
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.length, { timeout: 9000 }).toBe(6)
    for (const one of [...workers]) await stop(one)
    await hanging.close()
  })

  test('a large message is worked on as soon as it is there, and the ones behind it after it', async () => {
    work()
    await pause(300)
    const ids = [await takeLarge('one', 1200), await takeLarge('two', 10), await takeLarge('three', 10)]
    for (const id of ids) await expect.poll(() => stateOf(id), { timeout: 24_000 }).toBe('done')
    expect(await countsOf(ids[0] as string)).toEqual({ received: 1200, accepted: 1200, unchanged: 0 })
  })

  test('with every job lost the sweep still works on large messages', async () => {
    const first = await takeLarge('lost', 700)
    await lose()
    work(200)
    await expect.poll(() => stateOf(first), { timeout: 24_000 }).toBe('done')
    await lose()
    const second = await takeLarge('again', 10)
    await lose()
    await expect.poll(() => stateOf(second), { timeout: 24_000 }).toBe('done')
  })

  test('two processes share large messages: each is done once', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, (_, i) => takeLarge(`shared${i}x`, 600)))
    work(150)
    work(150)
    for (const id of ids) await expect.poll(() => stateOf(id), { timeout: 45_000 }).toBe('done')
    for (const id of ids) expect(await countsOf(id)).toEqual({ received: 600, accepted: 600, unchanged: 0 })
  })

  test('a worker process killed in the middle of a large message: another goes on where its last COMMIT was', async () => {
    const id = await takeLarge('killed', 6000)
    const script = fileURLToPath(new URL('worker-process.ts', import.meta.url))
    const addresses = [database.url, ...(redisUrl() ? [redisUrl() as string] : [])]
    const worker = fork(script, addresses, { stdio: 'ignore' })
    await expect.poll(() => doneOf(id), { timeout: 45_000, interval: 5 }).toBeGreaterThan(0)
    worker.kill('SIGKILL')
    const done = await doneOf(id)
    expect(done).toBeLessThan(6000)
    work(200)
    await expect.poll(() => stateOf(id), { timeout: 45_000 }).toBe('done')
    expect(await countsOf(id)).toEqual({ received: 6000, accepted: 6000, unchanged: 0 })
    const { rows } = await pool.query(
      'select count(*)::int as count, max(version) as version from record_versions where message_id = $1',
      [id],
    )
    expect(rows).toEqual([{ count: 6000, version: 1 }])
  })

  test('two processes share the work and send nothing twice', async () => {
    await linkTo(pool, receiver)
    work(150)
    work(150)
    for (let push = 0; push < 20; push++) {
      await store(pool, someRows(11))
      queues.wakeLinks()
      await pause(20)
    }
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(220)
    await pause(300)
    expect(receiver.changes).toHaveLength(220)
  })
}

let largeTaken = 0

/** Stores a large message of plain sales, whose numbers no other one has, and wakes the workers for it. */
async function takeLarge(prefix: string, sales: number): Promise<string> {
  const intake = createIntake({
    pool,
    registry: plainRegistry,
    clock: Date.now,
    onCommitted: () => {},
    onWaiting: (id) => void queues.wakeLarge(id),
  })
  const round = largeTaken++
  const body = JSON.stringify(Array.from({ length: sales }, (_, i) => ({ no: `${prefix}-${round}-${i}` })))
  const chunks = (async function* () {
    yield Buffer.from(body)
  })()
  const { receipt } = await intake.pushLarge({
    system: 'plain',
    record: 'sale',
    contentType: 'application/json',
    keyId: null,
    chunks,
  })
  return receipt
}

const stateOf = async (id: string): Promise<string> =>
  (await pool.query('select state from messages where id = $1', [id])).rows[0].state
const doneOf = async (id: string): Promise<number> =>
  (await pool.query('select done from large_messages where message_id = $1', [id])).rows[0]?.done ?? 0
const countsOf = async (id: string): Promise<object> =>
  (await pool.query('select received, accepted, unchanged from messages where id = $1', [id])).rows[0]

/** Takes every job away, as a Redis without persistence does when it dies. */
let lose: () => Promise<void>
let redisUrl: () => string | undefined

describe('on PostgreSQL', () => {
  beforeEach(async () => {
    redisUrl = () => undefined
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
    await open(undefined)
  })
  afterEach(close)
  laws()

  test('with every connection to the database cut it goes on by itself', async () => {
    await linkTo(pool, receiver)
    work(200)
    await pause(300)
    await pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await store(pool, someRows(3))
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(3)
    await pause(500)
    await store(pool, someRows(3))
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(6)
  })

  test('the sweep makes the partitions of the months to come', async () => {
    work(200)
    const count = async () =>
      (
        await pool.query(
          "select count(*)::int as n from pg_inherits where inhparent = 'deliveries'::regclass",
        )
      ).rows[0].n
    await expect.poll(count, { timeout: 9000 }).toBeGreaterThanOrEqual(4)
  })

  test('nothing is left of the jobs that are done', async () => {
    await lose()
    await linkTo(pool, receiver)
    work()
    await pause(300)
    await store(pool, someRows(3))
    queues.wakeLinks()
    await expect.poll(() => receiver.taken.length).toBe(3)
    const count = async () => Number((await pool.query('select count(*) from bullmq.job')).rows[0].count)
    await expect.poll(count, { timeout: 9000 }).toBe(0)
    expect(errors).toEqual([])
  })
})

describe.runIf(hasRedis || required)('on Redis', () => {
  let redis: TestRedis
  let admin: Redis
  beforeAll(async () => {
    redis = await startRedis()
    admin = new Redis(redis.url)
    admin.on('error', () => {})
  })
  afterAll(async () => {
    admin.disconnect()
    await redis.kill()
  })
  beforeEach(async () => {
    redisUrl = () => redis.url
    lose = async () => void (await admin.flushall())
    await open(redis.url)
  })
  afterEach(close)
  laws()
})

describe.runIf(hasRedis || required)('a Redis that dies', () => {
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startRedis()
    await open(redis.url)
  })
  afterEach(close)

  test('holds up neither a push nor, thanks to the sweep, a delivery', async () => {
    await linkTo(pool, receiver)
    work(200)
    await pause(300)
    await redis.kill()
    await store(pool, someRows(5))
    queues.wakeLinks()
    expect(await queues.wakeLink('00000000-0000-4000-8000-000000000000')).toBe(false)
    await expect.poll(() => receiver.taken.length, { timeout: 24_000 }).toBe(5)
    const asked = performance.now()
    for (const one of [...workers]) await stop(one)
    expect(performance.now() - asked).toBeLessThan(3000)
  })
})

if (!(hasRedis || required)) test.skip('not run: install redis-server to test the jobs on Redis', () => {})
