import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLean, type Lean } from '#cli/lean.ts'
import { headPosition } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { someRows, store } from '../delivery/setting.ts'

const ROWS = ['cards', 'matching']
const STARTED_WITH = ['--expose-gc', '--heap-growing-percent=50']
const BEGUN = ['--optimize-for-size', '--heap-growing-percent=15']
const ENDED = ['--no-optimize-for-size', '--heap-growing-percent=50']
const database = withDatabase()
let pool: Pool
let lean: Lean
let flags: string[] = []
let isBusy = true

const create = (startedWith: readonly string[] = STARTED_WITH): Lean =>
  createLean({
    ...{ pool, rows: ROWS, startedWith, lookMs: 5 },
    isBusy: () => isBusy,
    setFlag: (flag) => flags.push(flag),
  })
const place = async (name: string, position: bigint): Promise<void> =>
  void (await pool.query(
    'insert into followers (name, position) values ($1, $2) on conflict (name) do update set position = $2',
    [name, position],
  ))
/** Long enough for some looks. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

beforeAll(async () => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  flags = []
  isBusy = true
  await pool.query('truncate followers')
  await store(pool, someRows(3))
  lean = create()
})
afterEach(() => lean.close())

test('a process is lean while it works on a large message and until what that brought was followed', async () => {
  expect(lean.isLean()).toBe(false)
  lean.begin()
  lean.begin()
  expect(lean.isLean()).toBe(true)
  await place('matching', await headPosition(pool))
  await aWhile()
  expect(flags).toEqual(BEGUN)
  await store(pool, someRows(3))
  isBusy = false
  await aWhile()
  expect(lean.isLean()).toBe(true)
  await place('matching', await headPosition(pool))
  await expect.poll(() => lean.isLean()).toBe(false)
  expect(flags).toEqual([...BEGUN, ...ENDED])
})

test('what others push after the end of the last large message does not keep a process lean', async () => {
  lean.begin()
  isBusy = false
  const end = await headPosition(pool)
  await aWhile()
  await store(pool, someRows(3))
  await place('matching', end)
  await expect.poll(() => lean.isLean()).toBe(false)
})

test('a follower that stays behind does not keep a process lean where the others have followed', async () => {
  await place('cards', 0n)
  lean.begin()
  isBusy = false
  await place('matching', await headPosition(pool))
  await expect.poll(() => lean.isLean()).toBe(false)
})

test('a large message that begins while the last one is followed is followed too', async () => {
  lean.begin()
  isBusy = false
  await aWhile()
  isBusy = true
  await place('matching', await headPosition(pool))
  await aWhile()
  expect(lean.isLean()).toBe(true)
  await store(pool, someRows(3))
  isBusy = false
  await aWhile()
  expect(lean.isLean()).toBe(true)
})

test('a process that stops while it is lean ends with the flags that it began with', () => {
  lean.begin()
  lean.close()
  expect(flags).toEqual([...BEGUN, ...ENDED])
  lean.begin()
  expect(lean.isLean()).toBe(false)
})

test('the flags of a process that was started without a growth of its heaps are left alone', () => {
  const plain = create(['--expose-gc'])
  plain.begin()
  expect(plain.isLean()).toBe(true)
  plain.close()
  expect(flags).toEqual([])
})
