import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPool } from '#store/database.ts'
import { taggedColumns } from '#store/personal/columns.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: ReturnType<typeof createPool>
beforeAll(() => {
  pool = createPool({ url: database.url, max: 1 })
})
afterAll(() => pool.end())

const PARENTS = `select 1 from pg_inherits where inhrelid = format('%I.%I', c.table_schema, c.table_name)::regclass`

/** Columns of the tables of the hub; partitions have those of their table. */
async function columnsThere(): Promise<string[]> {
  const { rows } = await pool.query(
    `select c.table_name || '.' || c.column_name as name
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and not exists (${PARENTS})`,
  )
  return rows.map(({ name }) => name)
}

it('the inventory says of every column of every table what it holds, and names none that is gone', async () => {
  const there = await columnsThere()
  const tagged = taggedColumns().map(({ table, column }) => `${table}.${column}`)
  expect(there.length).toBeGreaterThan(500)
  expect(new Set(tagged).size, 'a column with two tags').toBe(tagged.length)
  expect(there.filter((name) => !tagged.includes(name))).toEqual([])
  expect(tagged.filter((name) => !there.includes(name))).toEqual([])
})

it('a column that nobody tagged is found', async () => {
  await pool.query('create table visitors (id uuid, telephone text)')
  try {
    const tagged = new Set(taggedColumns().map(({ table, column }) => `${table}.${column}`))
    expect((await columnsThere()).filter((name) => !tagged.has(name))).toEqual([
      'visitors.id',
      'visitors.telephone',
    ])
  } finally {
    await pool.query('drop table visitors')
  }
})

it('keys that open what is sealed, and the bytes of senders, are never taken for harmless', () => {
  const tagOf = (table: string, column: string) =>
    taggedColumns().find((one) => one.table === table && one.column === column)?.tag
  expect(tagOf('secrets', 'value')).toBe('sealed')
  expect(tagOf('messages', 'bytes')).toBe('personal')
  expect(tagOf('record_versions', 'body')).toBe('personal')
  expect(tagOf('rejections', 'source')).toBe('personal')
})
