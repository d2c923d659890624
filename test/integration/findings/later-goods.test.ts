import type { Pool, PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool, inTransaction } from '#store/database.ts'
import { readLaterGoods } from '#store/goods-moves.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url })
})
afterAll(() => pool.end())

const SALES_OF_DAY = 1500
const ENTERED = { site: '330402201', goods: 'class:vegetable', day: '2024-04-15' }

/** Rows of the table that this transaction has read so far. */
async function rowsRead(client: PoolClient): Promise<number> {
  const { rows } = await client.query(
    `select (seq_tup_read + idx_tup_fetch)::integer as read from pg_stat_xact_user_tables where relname = 'goods_moves'`,
  )
  return rows[0]?.read ?? 0
}

test('the later days that a change touches are told by one sale of each, however many there are', async () => {
  await pool.query(
    `insert into goods_moves (site, record_id, flow, version, system, site_name, day, goods, is_bare, is_suspect)
     select $1, d.day || ' ' || s.n, d.flow, 1, 'market-scales', '示例市场', d.day, $2, false, false
       from (values ('2024-04-16'::date, 'sold'), ('2024-04-18', 'sold'), ('2024-04-19', 'entered'), ('2024-04-25', 'sold')) d (day, flow)
      cross join generate_series(1, $3::integer) s (n)`,
    [ENTERED.site, ENTERED.goods, SALES_OF_DAY],
  )
  await pool.query('analyze goods_moves')
  await inTransaction(pool, async (client) => {
    const before = await rowsRead(client)
    const later = await readLaterGoods(client, [ENTERED], 3)
    expect(later.map(({ day }) => day).sort()).toEqual(['2024-04-16', '2024-04-18'])
    expect((await rowsRead(client)) - before).toBeLessThan(20)
  })
})
