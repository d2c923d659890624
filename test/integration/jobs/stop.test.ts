import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createSchedules, type Schedule } from '#flow/schedule/create-schedules.ts'
import { openJobBackend } from '#jobs/backend.ts'
import { createQueues } from '#jobs/queues.ts'
import { startWorkers, type Workers, type WorkersParts } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'

const NEVER = 3_600_000
const database = withDatabase()
let pool: Pool
let said: string[] = []
const log = {
  warn: (_: object, sentence: string) => void said.push(sentence),
  error: ({ reason }: { reason?: string }, sentence: string) => void said.push(`${sentence}: ${reason}`),
}

beforeEach(async () => {
  said = []
  pool = createPool({ url: database.url, max: 4 })
  await pool.query('truncate schedules')
})

async function work(more: Partial<WorkersParts>): Promise<Workers> {
  const backend = await openJobBackend({ databaseUrl: database.url, redisUrl: undefined, onError: () => {} })
  const queues = createQueues(backend)
  onTestFinished(async () => {
    await queues.close()
    await backend.close()
  })
  const delivery = createDelivery({ pool, send: createHttpDelivery().send })
  return startWorkers({ backend, queues, pool, delivery, sweepEveryMs: NEVER, log, ...more })
}

test('work that does not heed the stop is told of once, and not again when it finds its database closed', async () => {
  let isBegun = false
  let isOver = false
  const stubborn: Schedule = {
    name: 'stubborn',
    everyMs: NEVER,
    async run() {
      isBegun = true
      await pool.query('select pg_sleep(3)')
      isOver = true
      await pool.query('select 1')
      return null
    },
  }
  const workers = await work({ schedules: createSchedules({ pool, schedules: [stubborn] }) })
  await expect.poll(() => isBegun, { timeout: 30_000 }).toBe(true)
  await workers.close()
  await pool.end()
  await expect.poll(() => isOver, { timeout: 30_000 }).toBe(true)
  await pause(100)
  expect(said).toEqual(['a worker did not end in time; what it did is done again from PostgreSQL'])
})

test('a look for work that is under way at the stop goes no further, and the stop waits for it', async () => {
  let goOn: () => void = () => {}
  let isLooking = false
  let looks = 0
  const workers = await work({
    follow: {
      find: async () => {
        isLooking = true
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        return []
      },
      run: async () => true,
    },
    schedules: {
      find: async () => {
        looks++
        return []
      },
      run: async () => {},
    },
  })
  await expect.poll(() => isLooking, { timeout: 30_000 }).toBe(true)
  const closing = workers.close()
  goOn()
  await closing
  await pool.end()
  expect(looks).toBe(0)
  expect(said).toEqual([])
})
