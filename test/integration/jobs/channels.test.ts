import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runChannel } from '#flow/channels/run.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, type Queues } from '#jobs/queues.ts'
import { startWorkers, type Workers } from '#jobs/workers.ts'
import { readChannel, setChannel } from '#store/channels.ts'
import { registerSystems } from '#store/systems.ts'
import { withPlainIntake } from '#test/intake.ts'
import { type NumberedSource, numberedSource, withChannel } from '#test/numbered-source.ts'
import { rewrite } from '#test/rewrite.ts'

const NAME = { system: 'plain', name: 'numbers' }
const NEVER = 3_600_000
const hub = withPlainIntake()
let source: NumberedSource
let backend: JobBackend
let queues: Queues
let workers: Workers[] = []

beforeAll(async () => {
  await registerSystems(hub.pool, [{ id: 'plain', title: { zh: '测试系统', en: 'Plain' } }])
  const { connectionString: databaseUrl = '' } = hub.pool.options
  backend = await openJobBackend({ databaseUrl, redisUrl: undefined, onError: () => {} })
  queues = createQueues(backend)
})
beforeEach(async () => {
  source = numberedSource()
  await setChannel(hub.pool, NAME, { isOn: true })
})
afterEach(async () => {
  for (const one of workers) await one.close()
  workers = []
  await rewrite(hub.pool, 'truncate record_versions, messages, channels cascade')
})
afterAll(async () => {
  await queues.close()
  await backend.close()
})

function work({ sweepEveryMs = NEVER, listens = false } = {}): Workers {
  const started = startWorkers({
    backend,
    queues,
    pool: hub.pool,
    delivery: createDelivery({
      pool: hub.pool,
      send: async () => ({ kind: 'verdicts', verdicts: new Map() }),
    }),
    readChannel: (channel, signal) =>
      runChannel(
        {
          pool: hub.pool,
          registry: withChannel(listens ? {} : { every: '1s' }),
          intake: hub.intake,
          now: Date.now,
          folders: [],
          log: { info: () => {}, warn: () => {} },
          adapterOf: () => source.adapter as never,
        },
        channel,
        signal,
      ),
    sweepEveryMs,
  })
  workers.push(started)
  return started
}
const received = async () => (await readChannel(hub.pool, NAME))?.received ?? 0

test('a channel that is asked for is read at once, by one of two processes', async () => {
  source.count = 9
  work()
  work()
  await pause(300)
  await queues.wakeChannel('plain/numbers')
  await expect.poll(received, { timeout: 15_000 }).toBe(9)
  await pause(200)
  expect(source.acknowledged).toHaveLength(5)
})

test('a channel is read by its rhythm although nobody asks and no job is there', async () => {
  source.count = 3
  work({ sweepEveryMs: 200 })
  await expect.poll(received, { timeout: 15_000 }).toBe(3)
  source.count = 7
  await expect.poll(received, { timeout: 15_000 }).toBe(7)
})

test('a channel that listens takes no place of other work, and ends with its worker within 3 s; the next one goes on', async () => {
  source = numberedSource({ listens: true })
  source.count = 4
  const first = work({ listens: true })
  await pause(300)
  await queues.wakeChannel('plain/numbers')
  await expect.poll(() => source.acknowledged.length, { timeout: 15_000 }).toBe(2)
  await expect.poll(async () => (await queues.look())[1]?.counts?.['active'], { timeout: 15_000 }).toBe(0)
  const asked = performance.now()
  await first.close()
  expect(performance.now() - asked).toBeLessThan(3000)
  workers = []
  source.count = 5
  work({ listens: true, sweepEveryMs: 200 })
  await expect.poll(() => source.acknowledged.at(-1), { timeout: 24_000 }).toBe('5-5 done')
})
