import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { startHub } from '#cli/hub.ts'
import { readSettings } from '#cli/settings.ts'
import { createTestDatabase } from '#test/database.ts'
import { hasRedis, startRedis } from './redis.ts'

const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const SETTLED_MS = 3000
/** What looks every half a minute looks all at once: shorter times would catch all of it, or nothing. */
const SECONDS = 30

/** A whole hub with nothing to do, and what it asks of the database in a second. */
async function idleHub(redisUrl?: string): Promise<() => Promise<number>> {
  const database = await createTestDatabase()
  const reading = readSettings({
    DATABASE_URL: database.url,
    HUB_PORT: '0',
    HUB_LOG: 'silent',
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
  })
  if (!reading.ok) throw new Error('the settings are wrong')
  const hub = await startHub(reading.settings, pino({ level: 'silent' }))
  const watcher = new pg.Client({ connectionString: database.url })
  await watcher.connect()
  onTestFinished(async () => {
    await watcher.end()
    await hub.stop()
    await database.drop()
  })
  return async () => {
    const { rows } = await watcher.query(
      'select xact_commit + xact_rollback as n from pg_stat_database where datname = current_database()',
    )
    return Number(rows[0].n)
  }
}

/** What is added in a second, on the average. */
async function perSecond(count: () => Promise<number>): Promise<number> {
  await pause(SETTLED_MS)
  const before = await count()
  await pause(SECONDS * 1000)
  return ((await count()) - before) / SECONDS
}

async function onRedis(): Promise<[commands: number, queries: number]> {
  const redis = await startRedis()
  const admin = new Redis(redis.url)
  onTestFinished(async () => {
    admin.disconnect()
    await redis.kill()
  })
  const queries = await idleHub(redis.url)
  const commands = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1] ?? Number.NaN)
  return await Promise.all([perSecond(commands), perSecond(queries)])
}

test.runIf(hasRedis || required)(
  'a hub with nothing to do asks Redis less than 10 times a second, and PostgreSQL less than 12 times',
  async () => {
    const [commands, queries] = await onRedis()
    expect(commands).toBeLessThan(10)
    expect(queries).toBeLessThan(12)
  },
  90_000,
)

test('with its jobs in PostgreSQL it asks that less than 25 times a second', async () => {
  expect(await perSecond(await idleHub())).toBeLessThan(25)
}, 90_000)
