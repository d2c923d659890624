import pg from 'pg'
import { tradeMaker } from '#cli/bench/trades.ts'
import type { OpenSource } from './source.ts'

const PAGE_ROWS = 2000

/** Trades in a table of PostgreSQL, read along its key. */
export const openDatabase: OpenSource = async (make, rows, { databaseUrl }) => {
  const admin = new pg.Client({ connectionString: databaseUrl })
  admin.on('error', () => {})
  await admin.connect()
  const columns = Object.keys(tradeMaker('X')())
  const schema = 'bench_source'
  await admin.query(`drop schema if exists ${schema} cascade; create schema ${schema}`)
  await admin.query(
    `create table ${schema}.trades (id bigint primary key, ${columns.map((name) => `"${name}" text`).join(', ')})`,
  )
  for (let from = 0; from < rows; from += PAGE_ROWS) {
    const some = Array.from({ length: Math.min(PAGE_ROWS, rows - from) }, (_, i) => ({
      id: from + i,
      ...make(),
    }))
    await admin.query(
      `insert into ${schema}.trades select * from jsonb_populate_recordset(null::${schema}.trades, $1::jsonb)`,
      [JSON.stringify(some)],
    )
  }
  await admin.query(`analyze ${schema}.trades`)
  const { hostname, port, pathname, username, password: encoded } = new URL(databaseUrl)
  const [user, password] = [username, encoded].map(decodeURIComponent) as [string, string]
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname
  return {
    adapter: 'database',
    title: 'PostgreSQL, by its key',
    bareTitle: 'pg, the same pages',
    record: 'trade-ndjson',
    rows,
    settings: {
      kind: 'postgres',
      host,
      port: Number(port),
      database: pathname.slice(1),
      user,
      // The account of the bench's own database.
      allowWriteAccount: true,
      tls: { mode: 'off' },
      schema,
      table: 'trades',
      columns,
      key: ['id'],
      cursor: { column: 'id' },
    },
    secrets: { password },
    allowAddress: [`127.0.0.1/32:${port}`],
    async bare() {
      const client = new pg.Client({
        host,
        port: Number(port),
        database: pathname.slice(1),
        user,
        password,
      })
      await client.connect()
      let count = 0
      try {
        for (let after = -1; ; ) {
          const { rows: page } = await client.query(
            `select * from ${schema}.trades where id > $1 order by id limit $2`,
            [after, PAGE_ROWS],
          )
          count += page.length
          if (page.length < PAGE_ROWS) return count
          after = Number(page.at(-1).id)
        }
      } finally {
        await client.end()
      }
    },
    async close() {
      await admin.query(`drop schema ${schema} cascade`)
      await admin.end()
    },
  }
}
