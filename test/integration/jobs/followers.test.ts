import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createFollow } from '#flow/follow/create-follow.ts'
import type { Follower } from '#flow/follow/follower.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import type { Succession } from '#flow/follow/successions.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, type Queues } from '#jobs/queues.ts'
import { startWorkers, type Workers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { readFollowerLags, readFollowers } from '#store/followers.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { someRows, store } from '../delivery/setting.ts'
import { countingFollower } from './counting-follower.ts'
import { hasRedis, startRedis, type TestRedis } from './redis.ts'

const NEVER = 3_600_000
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const database = withDatabase()
let pool: Pool
let backend: JobBackend
let queues: Queues
let workers: Workers[] = []
let children: ChildProcess[] = []
let redis: TestRedis | undefined

beforeAll(async () => {
  pool = createPool({ url: database.url, max: 8 })
  await pool.query('create table followed (position bigint not null)')
})
afterAll(async () => await pool.end())

async function open(redisUrl?: string): Promise<void> {
  await pool.query('truncate followed, followers')
  await pool.query(
    `insert into followers (name, position) select 'counting', coalesce(max(position), 0) from record_versions`,
  )
  backend = await openJobBackend({ databaseUrl: database.url, redisUrl, onError: () => {} })
  queues = createQueues(backend)
}

async function close(): Promise<void> {
  for (const child of children) child.kill('SIGKILL')
  for (const one of workers) await one.close()
  children = []
  workers = []
  await queues.close()
  await backend.close()
}

/** Workers of one process; without a sweep only the queue brings work. */
function work(follower: Follower, sweepEveryMs = NEVER): void {
  const delivery = createDelivery({ pool, send: createHttpDelivery().send })
  const follow = createFollow({ pool, followers: [follower] })
  workers.push(startWorkers({ backend, queues, pool, delivery, follow, sweepEveryMs }))
}

const followed = async (): Promise<string[]> =>
  (await pool.query('select position from followed order by position')).rows.map(({ position }) => position)
const stored = async (): Promise<string[]> =>
  (
    await pool.query(
      `select position from record_versions where record_id like '%:r%' and position > $1 order by position`,
      [begin],
    )
  ).rows.map(({ position }) => position)
let begin = '0'
beforeEach(async () => {
  begin = (await pool.query('select coalesce(max(position), 0) as head from record_versions')).rows[0].head
})

function laws(): void {
  test('a wake brings every change to the follower once, in two workers, with its position', async () => {
    const follower = countingFollower(async () => {})
    work(follower)
    work(follower)
    for (let i = 0; i < 12; i++) {
      await store(pool, someRows(9))
      queues.wakeLinks()
    }
    await expect.poll(followed, { timeout: 30_000 }).toHaveLength(108)
    expect(await followed()).toEqual(await stored())
    const [state] = await readFollowers(pool, ['counting'])
    expect(String(state?.position)).toBe((await stored()).at(-1))
    expect((await readFollowerLags(pool)).find((lag) => lag.follower === 'counting')).toMatchObject({
      changes: 0,
      seconds: 0,
    })
  })

  test('nobody wakes it: the sweep finds it', async () => {
    work(
      countingFollower(async () => {}),
      200,
    )
    await store(pool, someRows(25))
    await expect.poll(followed, { timeout: 30_000 }).toHaveLength(25)
  })

  test('two processes killed in the middle of their steps again and again: each change once', async () => {
    const script = fileURLToPath(new URL('follower-process.ts', import.meta.url))
    const addresses = [database.url, ...(redis ? [redis.url] : [])]
    const begun = (): ChildProcess => {
      const child = fork(script, addresses, { stdio: 'ignore' })
      children.push(child)
      return child
    }
    let [one, other] = [begun(), begun()]
    await store(pool, someRows(200))
    for (let kills = 0; kills < 2; kills++) {
      const before = (await followed()).length
      await expect.poll(async () => (await followed()).length, { timeout: 60_000 }).toBeGreaterThan(before)
      one.kill('SIGKILL')
      ;[one, other] = [other, begun()]
    }
    await expect.poll(async () => (await followed()).length, { timeout: 60_000 }).toBe(200)
    expect(await followed()).toEqual(await stored())
  })

  test('a step that fails moves nothing, and is done again', async () => {
    let failures = 2
    const counting = countingFollower(async () => {
      if (failures-- > 0) throw new Error('the disk is full')
    })
    work(counting, 100)
    await store(pool, someRows(30))
    await expect.poll(followed, { timeout: 30_000 }).toHaveLength(30)
    expect(await followed()).toEqual(await stored())
    expect(failures).toBeLessThan(0)
  })
}

describe('followers on PostgreSQL', () => {
  beforeEach(() => open())
  afterEach(close)
  laws()
})

describe.skipIf(!hasRedis && !required)('followers on Redis', () => {
  beforeAll(async () => {
    redis = await startRedis('--maxmemory-policy', 'noeviction')
  })
  afterAll(async () => {
    await redis?.kill()
    redis = undefined
  })
  beforeEach(() => open(redis?.url))
  afterEach(close)
  laws()
})

test('a follower that never ran begins at the first change', async () => {
  const seen: bigint[] = []
  const begin = () => ({
    note: ({ change }: Succession) => void seen.push(change.position),
    write: async () => {},
  })
  const follower = logFollower('new', 7, [{ name: 'new', begin }])
  while ((await follower.step(pool)) === 'more');
  const { rows } = await pool.query('select position from record_versions order by position')
  expect(seen.map(String)).toEqual(rows.map(({ position }) => position))
  expect(await createFollow({ pool, followers: [follower] }).find()).toEqual([])
})

test('how many changes make a page is asked before each step, so that pages are smaller from the next one on', async () => {
  await store(pool, someRows(40))
  const pages: number[] = []
  const begin = () => {
    let noted = 0
    return { note: () => void noted++, write: async () => void pages.push(noted) }
  }
  let isBusy = false
  const follower = logFollower('paged', () => (isBusy ? 3 : 11), [{ name: 'paged', begin }])
  await follower.step(pool)
  isBusy = true
  await follower.step(pool)
  isBusy = false
  await follower.step(pool)
  expect(pages).toEqual([11, 3, 11])
})

test('a follower rests after a step the longer the faster the log grows, and goes on at once while nobody adds to it', async () => {
  const rests: number[] = []
  const EMPTIED = -1
  const NEWEST =
    'delete from record_versions where position > (select max(position) - 5 from record_versions)'
  // Records that others write during each step, which takes a second.
  const written = [0, 10, 250, 0, 2000, 0, EMPTIED]
  let steps = 0
  let elapsedMs = 0
  const follower: Follower = {
    name: 'resting',
    rows: ['resting'],
    everyMs: null,
    async step() {
      const count = written[steps++]
      if (count === undefined) return 'done'
      if (count === EMPTIED) await rewrite(pool, NEWEST)
      else if (count > 0) await store(pool, someRows(count))
      elapsedMs += 1000
      return 'more'
    },
  }
  const rest = async (_: number, { rest: times }: { readonly rest: number }): Promise<void> =>
    void rests.push(times)
  const follow = createFollow({ pool, followers: [follower], rest, elapsed: () => elapsedMs })
  expect(await follow.run('resting', new AbortController().signal)).toBe(true)
  expect(rests).toEqual([0, 0.02, 0.5, 0, 2, 0, 0])
})

test('readers that follow together see every change once; one that fails is left behind alone, and catches up', async () => {
  await pool.query('truncate followed')
  await store(pool, someRows(40))
  const ill: bigint[] = []
  const seenByWell = async () =>
    (await pool.query('select position from followed where position > 0 order by position')).rows.map(
      ({ position }) => position,
    )
  let isIll = true
  let now = 0
  let wasGiven = 0
  const follower = logFollower(
    'two',
    9,
    [
      {
        name: 'well',
        begin: () => {
          const positions: bigint[] = []
          return {
            note: ({ change }) => void positions.push(change.position),
            async write(client) {
              await client.query('insert into followed (position) select unnest($1::bigint[])', [positions])
            },
          }
        },
      },
      {
        name: 'ill',
        begin: () => {
          const positions: bigint[] = []
          return {
            note: ({ change }) => void positions.push(change.position),
            async write(client) {
              wasGiven++
              await client.query('insert into followed (position) values (-1)')
              if (isIll) throw new Error('cannot be done')
              ill.push(...positions)
            },
          }
        },
      },
    ],
    () => now,
  )
  await expect(follower.step(pool)).rejects.toThrow('cannot be done')
  while ((await follower.step(pool)) === 'more');
  // With the others, and then apart from them, which tells who failed.
  expect(wasGiven).toBe(2)
  const { rows } = await pool.query('select position from record_versions order by position')
  const all = rows.map(({ position }) => position)
  expect(await seenByWell()).toEqual(all)
  expect((await pool.query('select from followed where position = -1')).rowCount).toBe(0)
  isIll = false
  now += 60_000
  while ((await follower.step(pool)) === 'more');
  expect(ill.map(String)).toEqual(all)
  expect(await seenByWell()).toEqual(all)
})
