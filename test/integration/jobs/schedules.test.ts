import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createSchedules, dailyAt, type Schedule, type Schedules } from '#flow/schedule/create-schedules.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, type Queues } from '#jobs/queues.ts'
import { startWorkers, type Workers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { hastenSchedule, leaseSchedule } from '#store/schedules.ts'
import { withDatabase } from '#test/database.ts'
import { hasRedis, startRedis } from './redis.ts'

const NEVER = 3_600_000
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const database = withDatabase()
let pool: Pool
let backend: JobBackend
let queues: Queues
let workers: Workers[] = []
let ran: string[] = []

beforeAll(() => {
  pool = createPool({ url: database.url, max: 8 })
})
afterAll(async () => await pool.end())

async function open(redisUrl?: string): Promise<void> {
  await pool.query('truncate schedules')
  ran = []
  backend = await openJobBackend({
    databaseUrl: database.url,
    redisUrl,
    onError: () => {},
    onFailed: () => {},
  })
  queues = createQueues(backend)
}
afterEach(async () => {
  for (const one of workers) await one.close()
  workers = []
  await queues.close()
  await backend.close()
})

const schedule = (name: string, more: Partial<Schedule> = {}): Schedule => ({
  name,
  everyMs: NEVER,
  run: async () => {
    ran.push(name)
    return null
  },
  ...more,
})

function work(schedules: Schedules, sweepEveryMs: number): void {
  const delivery = createDelivery({ pool, send: createHttpDelivery().send })
  workers.push(startWorkers({ backend, queues, pool, delivery, schedules, sweepEveryMs }))
}
const row = async (name: string) =>
  (
    await pool.query('select done_at, failed_at, next_at, leased_until from schedules where name = $1', [
      name,
    ])
  ).rows[0]

function laws(start: () => Promise<void>): void {
  test('what is due is done once by two processes, and again only when it is due again', async () => {
    await start()
    const schedules = createSchedules({
      pool,
      schedules: [schedule('rare'), schedule('often', { everyMs: 300 })],
    })
    work(schedules, 100)
    work(schedules, 100)
    const often = () => ran.filter((name) => name === 'often').length
    await expect.poll(often, { timeout: 30_000 }).toBeGreaterThan(3)
    expect(ran.filter((name) => name === 'rare')).toEqual(['rare'])
  })
}

describe('schedules with jobs on PostgreSQL', () => {
  laws(() => open())

  test('what is asked for sooner while it is done is due then, and not when it usually is', async () => {
    await open()
    const run = async () => {
      ran.push('asked')
      if (ran.length === 1) await hastenSchedule(pool, 'asked', Date.now())
      return null
    }
    const schedules = createSchedules({ pool, schedules: [schedule('asked', { run })] })
    const { signal } = new AbortController()
    await schedules.run('asked', signal)
    expect(await schedules.find()).toEqual(['asked'])
    await schedules.run('asked', signal)
    expect(await schedules.find()).toEqual([])
    expect(ran).toEqual(['asked', 'asked'])
  })

  test('what fails is noted and tried again, and what a process took along with it is done by the next', async () => {
    await open()
    let failures = 1
    const failing = schedule('failing', {
      everyMs: 200,
      run: async () => {
        if (failures-- > 0) throw new Error('no')
        ran.push('failing')
        return null
      },
    })
    const schedules = createSchedules({ pool, schedules: [failing] })
    await expect(schedules.run('failing', new AbortController().signal)).rejects.toThrow('no')
    expect(await row('failing')).toMatchObject({
      done_at: null,
      failed_at: expect.any(String),
      leased_until: null,
    })
    await leaseSchedule(pool, 'failing', { nowMs: Date.now() + 1000, leaseMs: 300 })
    await schedules.run('failing', new AbortController().signal)
    expect(ran).toEqual([])
    work(schedules, 100)
    await expect.poll(() => ran.length, { timeout: 30_000 }).toBeGreaterThan(0)
    await expect.poll(async () => (await row('failing'))?.failed_at, { timeout: 15_000 }).toBeNull()
  })

  test('the work itself says when it is due again, and a daily one is by the clock of China', async () => {
    await open()
    const nowMs = Date.parse('2026-03-02T01:00:00+08:00')
    const at = nowMs + 5000
    const schedules = createSchedules({
      pool,
      now: () => nowMs,
      schedules: [
        schedule('own', { run: async () => at }),
        schedule('daily', { nextAfter: dailyAt(2 * 60 + 30) }),
      ],
    })
    for (const name of ['own', 'daily']) await schedules.run(name, new AbortController().signal)
    expect(Date.parse((await row('own'))?.next_at)).toBe(at)
    expect(Date.parse((await row('daily'))?.next_at)).toBe(Date.parse('2026-03-02T02:30:00+08:00'))
    expect(dailyAt(60)(nowMs)).toBe(Date.parse('2026-03-03T01:00:00+08:00'))
    expect(await schedules.find()).toEqual([])
  })
})

describe.runIf(hasRedis || required)('schedules with jobs on Redis', () => {
  laws(async () => {
    const redis = await startRedis('--maxmemory-policy', 'noeviction')
    onTestFinished(() => redis.kill())
    await open(redis.url)
  })
})
