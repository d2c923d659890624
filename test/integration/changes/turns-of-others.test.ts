import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logFollower } from '#flow/follow/log-follower.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { someRows, store } from '../delivery/setting.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 1 })
})
afterAll(async () => await pool.end())

test('others have their turn while a page of the log is noted', async () => {
  await pool.query(`insert into followers (name, position) values ('a', 0)`)
  await store(pool, someRows(500))
  let turns = 0
  let noted = 0
  const turnsBefore: number[] = []
  const other = (): void => {
    turns += 1
    if (noted < 500) setImmediate(other)
  }
  const { step } = logFollower('page', 500, [
    {
      name: 'a',
      begin: () => ({
        note() {
          if (noted === 0) setImmediate(other)
          noted += 1
          turnsBefore.push(turns)
        },
        write: async () => {},
      }),
    },
  ])
  expect(await step(pool)).toBe('done')
  expect(noted).toBe(500)
  for (let i = 100; i < 500; i++) expect(turnsBefore[i]).toBeGreaterThan(turnsBefore[i - 100] as number)
})
