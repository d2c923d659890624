import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyRows } from '#store/copy-binary.ts'
import { createPool } from '#store/database.ts'
import { isUnavailable } from '#store/database-errors.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { withDatabase } from '#test/database.ts'

const rowsOf = (table: string, texts: readonly string[]): WriteStep => {
  const rows = copyRows(64)
  for (const text of texts) {
    rows.row(1)
    rows.text(text)
  }
  return { copy: `copy ${table} (t) from stdin (format binary)`, rows }
}

describe('statements and rows written together', () => {
  const database = withDatabase()
  let pool: Pool
  const texts = async (table: string): Promise<string[]> =>
    (await pool.query(`select t from ${table} order by t`)).rows.map(({ t }) => t)

  beforeAll(async () => {
    pool = createPool({ url: database.url, max: 2 })
    await pool.query('create table a (t text); create table b (t text check (t <> $$bad$$))')
  })
  afterAll(() => pool.end())

  it('are all there after one call, Chinese and long texts included', async () => {
    const long = '龙游'.repeat(100_000)
    const client = await pool.connect()
    await writeTogether(client, [
      'begin',
      rowsOf('a', ['㛃塘', long]),
      'select 1',
      rowsOf('b', []),
      rowsOf('b', ['x']),
      'commit',
    ])
    client.release()
    expect(await texts('a')).toEqual([long, '㛃塘'].sort())
    expect(await texts('b')).toEqual(['x'])
  })

  it('are all absent after an error in the middle, and the connection goes on', async () => {
    const client = await pool.connect()
    const write = writeTogether(client, [
      'begin',
      rowsOf('a', ['lost']),
      rowsOf('b', ['bad']),
      rowsOf('a', ['lost too']),
      'commit',
    ])
    await expect(write).rejects.toMatchObject({ code: '23514' })
    await client.query('rollback')
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    client.release()
    expect(await texts('a')).not.toContain('lost')
  })

  it('reject when the connection is cut, as a database that cannot be reached', async () => {
    const client = await pool.connect()
    const { rows } = await client.query('select pg_backend_pid() as pid')
    const write = writeTogether(client, [
      'begin',
      'select pg_sleep(5)',
      rowsOf('a', ['cut']),
      'commit',
    ]).catch((e: unknown) => e)
    await pool.query('select pg_terminate_backend($1)', [rows[0].pid])
    expect(isUnavailable(await write)).toBe(true)
    client.release(true)
    expect(await texts('a')).not.toContain('cut')
  })
})
