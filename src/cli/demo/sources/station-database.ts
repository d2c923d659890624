import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TextDecoder } from 'node:util'
import { parse } from 'csv-parse/sync'
import type { Pool } from 'pg'
import { createPool } from '#store/database.ts'
import type { DemoSource } from './source.ts'

const DATABASE = 'demo_station'
const TABLE = '"动物检疫证明B"'
const CHANGED = '2024-04-14 09:00:00'

/** The database of a livestock station, beside that of the hub on the same PostgreSQL: a table with Chinese names in which every date is a text. */
export async function stationDatabase(hub: Pool, hubUrl: string, mappings: string): Promise<DemoSource> {
  const system = 'quzhou-animal-quarantine'
  // The first is of the pigs whose pork is traced later.
  const files = ['one.csv', 'day.csv'].map((file) =>
    sampleRows(join(mappings, system, 'samples/valid', file)),
  )
  const rows = (await Promise.all(files)).flat()
  await hub.query(`drop database if exists ${DATABASE} with (force)`)
  await hub.query(`create database ${DATABASE}`)
  const url = new URL(hubUrl)
  url.pathname = `/${DATABASE}`
  const pool = createPool({ url: url.href, max: 1 })
  try {
    await fill(pool, rows)
  } finally {
    await pool.end()
  }
  return {
    system,
    channel: 'station-db',
    adapter: 'database',
    about: {
      zh: '兽医站数据库的一张表，中文列名，按更新时间增量读取',
      en: 'a table of a station’s database with Chinese columns, by the time of change',
    },
    given: {
      settings: {
        kind: 'postgres',
        host: url.hostname,
        port: Number(url.port),
        database: DATABASE,
        user: decodeURIComponent(url.username),
        tls: { mode: 'off' },
        // The built-in PostgreSQL has no account that may only read.
        allowWriteAccount: true,
      },
      secrets: { password: decodeURIComponent(url.password) },
      allowAddress: [`${url.hostname}/32:${url.port}`],
    },
    rows: rows.length,
    stop: async () => {},
  }
}

async function sampleRows(file: string): Promise<Record<string, string>[]> {
  const text = new TextDecoder('gb18030').decode(await readFile(file))
  return parse(text, { columns: true, relax_column_count: true }) as Record<string, string>[]
}

async function fill(pool: Pool, rows: readonly Record<string, string>[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const named = columns.map((name) => `"${name}"`)
  await pool.query(
    `create table ${TABLE} (${named.map((name) => `${name} text`).join(', ')}, "更新时间" timestamp not null);
     create index by_time on ${TABLE} ("更新时间", "编号")`,
  )
  for (const row of rows) {
    const places = columns.map((_, i) => `$${i + 1}`)
    await pool.query(
      `insert into ${TABLE} (${named.join(', ')}, "更新时间") values (${places.join(', ')}, '${CHANGED}')`,
      columns.map((name) => row[name] ?? null),
    )
  }
  await pool.query(`alter table ${TABLE} add primary key ("编号")`)
}
