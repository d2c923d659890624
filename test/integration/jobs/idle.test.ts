import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import pino from 'pino'
import { test } from 'vitest'
import { startHub } from '#cli/hub.ts'
import { readSettings } from '#cli/settings.ts'
import { createTestDatabase } from '#test/database.ts'
import { hasRedis, startRedis } from './redis.ts'

const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const SETTLED_MS = 3000
/** What looks every half a minute looks all at once: shorter times would catch all of it, or nothing. */
const SECONDS = 30

type AtEnd = (work: () => Promise<void>) => void

/** A whole hub with nothing to do, and what it asks of the database in a second. */
async function idleHub(atEnd: AtEnd, redisUrl?: string): Promise<() => Promise<number>> {
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
  atEnd(async () => {
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

async function onRedis(atEnd: AtEnd): Promise<[commands: number, queries: number]> {
  const redis = await startRedis()
  const admin = new Redis(redis.url)
  atEnd(async () => {
    admin.disconnect()
    await redis.kill()
  })
  const queries = await idleHub(atEnd, redis.url)
  const commands = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1] ?? Number.NaN)
  return await Promise.all([perSecond(commands), perSecond(queries)])
}

// Side by side: each counts what its own hub asks of a database and a Redis of its own, and both do nothing but wait.
const besides = { concurrent: true, timeout: 90_000 }
test.runIf(hasRedis || required)(
  'a hub with nothing to do asks Redis less than 10 times a second, and PostgreSQL less than 12 times',
  besides,
  async ({ expect, onTestFinished }) => {
    const [commands, queries] = await onRedis(onTestFinished)
    expect(commands).toBeLessThan(10)
    expect(queries).toBeLessThan(12)
  },
)

test(
  'with its jobs in PostgreSQL it asks that less than 25 times a second',
  besides,
  async ({ expect, onTestFinished }) => {
    expect(await perSecond(await idleHub(onTestFinished))).toBeLessThan(25)
  },
)
