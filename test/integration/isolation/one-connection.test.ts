import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPool, inTransaction } from '#store/database.ts'
import { withSight } from '#store/sighted.ts'
import { withDatabase } from '#test/database.ts'

const SIGHT = { systems: ['jiaxing-wholesale'], regions: [] }
const WHO = 'select current_user as who'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 1 })
})
afterAll(() => pool.end())

it('of statements that a limited caller gave at once none runs once one of them has failed: whoever gets the connection next is himself', async () => {
  const { rows } = await pool.query(WHO)
  const behind: Promise<unknown>[] = []
  const failing = withSight(pool, SIGHT, (reader, hub) => {
    const first = reader.query('select 1 / 0')
    for (let n = 0; n < 5; n++) behind.push(hub.query(WHO), reader.query(WHO))
    behind.push(hub.query(`select set_config('hub.sight_systems', 'all', false)`))
    return Promise.all([first, ...behind])
  })
  await expect(failing).rejects.toMatchObject({ code: '22012' })
  const seen = await inTransaction(pool, async (client) => {
    const whos = []
    for (let n = 0; n < 40; n++) whos.push((await client.query(WHO)).rows[0].who)
    return whos
  })
  expect(new Set(seen)).toEqual(new Set([rows[0].who]))
  const ends = await Promise.allSettled(behind)
  expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'rejected'))
})

it('statements that a limited caller gave at once are answered each with its own eyes', async () => {
  const whos = await withSight(pool, SIGHT, async (reader, hub) => {
    const found = await Promise.all([reader, hub, hub, reader, hub, reader].map((one) => one.query(WHO)))
    return found.map(({ rows }) => rows[0].who === 'trace_hub_reader')
  })
  expect(whos).toEqual([true, false, false, true, false, true])
})
