import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { logFollower } from '#flow/follow/log-follower.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { headPosition } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { readFollowers } from '#store/followers.ts'
import { withDatabase } from '#test/database.ts'
import { someRows, store } from '../delivery/setting.ts'

const PAGE = 10
const database = withDatabase()
let pool: Pool
let noted: bigint[]
let begins: bigint
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 2 })
  await pool.query('create table written (name text not null, position bigint not null)')
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  noted = []
  await pool.query('truncate written, followers')
  begins = await headPosition(pool)
  await pool.query(`insert into followers (name, position) values ('a', $1), ('b', $1)`, [begins])
})

/** Writes down each change that it was given, once `before` lets it. */
const writing = (
  name: string,
  before: (positions: readonly bigint[]) => Promise<void> = async () => {},
): LogReader => ({
  name,
  begin() {
    const positions: bigint[] = []
    return {
      note({ change: { position } }) {
        positions.push(position)
        noted.push(position)
      },
      async write(client) {
        await before(positions)
        await client.query('insert into written select $1, unnest($2::bigint[])', [
          name,
          positions.map(String),
        ])
      },
    }
  },
})
const writtenBy = async (name: string): Promise<bigint[]> =>
  (await pool.query('select position from written where name = $1 order by position', [name])).rows.map(
    (row) => BigInt(row.position) - begins,
  )
const upTo = (count: number): bigint[] => Array.from({ length: count }, (_, i) => BigInt(i + 1))
async function until(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 1000 && !holds(); tries++) await pause(10)
  return holds()
}

test('the next page is noted while one is written, and each change is written once', async () => {
  await store(pool, someRows(3 * PAGE))
  const seen: boolean[] = []
  const { step } = logFollower('pages', PAGE, [
    writing('a', async (positions) => {
      const last = positions.at(-1) as bigint
      if (last < begins + BigInt(3 * PAGE)) seen.push(await until(() => (noted.at(-1) as bigint) > last))
    }),
  ])
  expect([await step(pool), await step(pool), await step(pool)]).toEqual(['more', 'more', 'done'])
  expect(seen).toEqual([true, true])
  expect(await writtenBy('a')).toEqual(upTo(3 * PAGE))
})

test('what was noted of the next page is left where the page before it was taken back', async () => {
  await store(pool, someRows(2 * PAGE))
  let fails = true
  const { step } = logFollower('pages', PAGE, [
    writing('a', async () => {
      await until(() => noted.length > PAGE)
      if (!fails) return
      fails = false
      throw new Error('the database is gone for a moment')
    }),
  ])
  for (let end = 'more'; end === 'more'; ) end = await step(pool)
  expect(await writtenBy('a')).toEqual(upTo(2 * PAGE))
})

test('what was noted for readers who stood together is not given to those who part', async () => {
  await store(pool, someRows(3 * PAGE))
  let now = 0
  const { step } = logFollower(
    'pages',
    PAGE,
    [
      writing('a'),
      writing('b', async (positions) => {
        if (positions[0] === begins + BigInt(PAGE + 1) && now === 0) throw new Error('cannot write')
      }),
    ],
    () => now,
  )
  const ends: string[] = []
  for (let tries = 0; tries < 9 && ends.at(-1) !== 'done'; tries++)
    ends.push(await step(pool).catch(() => 'failed'))
  expect(ends).toContain('failed')
  expect(await writtenBy('a')).toEqual(upTo(3 * PAGE))
  expect(await writtenBy('b')).toEqual(upTo(PAGE))
  now = 3_600_000
  for (let end = 'more'; end === 'more'; ) end = await step(pool)
  expect(await writtenBy('b')).toEqual(upTo(3 * PAGE))
  const places = (await readFollowers(pool, ['a', 'b'])).map(({ position }) => position - begins)
  expect(places).toEqual([BigInt(3 * PAGE), BigInt(3 * PAGE)])
})

test('two processes that follow the same log with pages noted ahead write each change once', async () => {
  await store(pool, someRows(8 * PAGE))
  const follow = async () => {
    const { step } = logFollower('pages', PAGE, [writing('a', () => pause(5))])
    for (let end = 'more'; end !== 'done'; ) {
      end = await step(pool)
      await pause(1)
    }
  }
  await Promise.all([follow(), follow()])
  expect(await writtenBy('a')).toEqual(upTo(8 * PAGE))
})
