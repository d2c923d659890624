import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createPool } from '#store/database.ts'
import { openDatabaseClock } from '#store/database-clock.ts'
import { withDatabase } from '#test/database.ts'
import { allOk, type Receiver, startReceiver } from '../delivery/receiver.ts'
import { linkTo, someRows, store } from '../delivery/setting.ts'

const HOUR_MS = 3_600_000
const database = withDatabase()
let pool: Pool
let receiver: Receiver
let child: ChildProcess | undefined
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterEach(async () => {
  child?.kill('SIGTERM')
  if (child) await once(child, 'exit')
  child = undefined
  await receiver?.close()
})
afterAll(() => pool.end())

/** A worker of the hub as it is started, on a machine whose clock is wrong. */
function startWorker(shiftMs: number): ChildProcess {
  const preload = new URL('./shifted-clock.mjs', import.meta.url).href
  const env = {
    ...process.env,
    SHIFT_MS: String(shiftMs),
    NODE_OPTIONS: `--import=${preload}`,
    DATABASE_URL: database.url,
    HUB_ROLE: 'worker',
    HUB_LOG: 'fatal',
  }
  const hub = fileURLToPath(new URL('../../../bin/hub', import.meta.url))
  return spawn(process.execPath, [hub, 'start'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Seconds from now, by the database, until something is due. */
const dueIn = async (what: string, values: unknown[] = []): Promise<number> => {
  const { rows } = await pool.query(
    `select extract(epoch from next_at - clock_timestamp())::float8 as seconds from ${what}`,
    values,
  )
  return rows[0]?.seconds ?? Number.NaN
}

describe.for([
  { name: 'hours ahead', shiftMs: 5 * HOUR_MS },
  { name: 'hours behind', shiftMs: -5 * HOUR_MS },
])('a worker whose clock is $name', ({ shiftMs }) => {
  it('puts off what others take up at the right time, and takes up what is due', {
    timeout: 90_000,
  }, async () => {
    receiver = await startReceiver()
    receiver.answer = () => ({ status: 503 })
    const link = await linkTo(pool, receiver)
    child = startWorker(shiftMs)
    await store(pool, someRows(3))
    const tries = async (): Promise<number> =>
      (
        await pool.query('select attempts from link_lanes where link_id = $1 and lane = $2', [
          link.id,
          'live',
        ])
      ).rows[0].attempts
    await expect.poll(tries, { timeout: 40_000, interval: 50 }).toBeGreaterThan(0)
    // The waits are 5 and 30 s, and a fifth more at most.
    const wait = await dueIn('link_lanes where link_id = $1 and lane = $2', [link.id, 'live'])
    expect(wait).toBeLessThan(40)
    expect(wait).toBeGreaterThan(-20)
    expect(await tries()).toBeLessThanOrEqual(2)
    const watch = `schedules where name = 'alerts' and next_at < 'infinity'`
    await expect.poll(() => dueIn(watch), { timeout: 60_000, interval: 50 }).toBeLessThan(700)
    receiver.answer = allOk
    await expect.poll(() => receiver.taken.length, { timeout: 50_000 }).toBe(3)
  })
})

describe('the database’s clock', () => {
  it('follows it whatever this machine’s clock does, and slow answers move it not', async () => {
    let counted = 0
    const clock = await openDatabaseClock(pool, { everyMs: 20, count: () => performance.now() + counted })
    const off = async (): Promise<number> => {
      const { rows } = await pool.query('select extract(epoch from clock_timestamp())::float8 * 1000 as ms')
      return Math.abs(clock.now() - rows[0].ms)
    }
    expect(await off()).toBeLessThan(1000)
    counted = 5 * HOUR_MS
    await expect.poll(off, { timeout: 15_000 }).toBeLessThan(1000)
    clock.stop()
  })
})
