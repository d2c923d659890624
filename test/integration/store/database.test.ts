import { describe, expect, it, onTestFinished } from 'vitest'
import { checkServer, createPool, inTransaction, isUnavailable } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()

function openPool(max = 2) {
  const pool = createPool({ url: database.url, max, applicationName: 'database-test' })
  onTestFinished(() => pool.end())
  return pool
}

describe('createPool', () => {
  it('reads instants as UTC text whatever the time zone of the process or the role', async () => {
    const answer = await openPool().query(
      "SELECT '2024-04-15 11:42:10.123+08'::timestamptz AS at, 5::bigint AS big",
    )
    expect(answer.rows).toEqual([{ at: '2024-04-15T03:42:10.123Z', big: '5' }])
  })

  it('stays in UTC where the address of the database has options of its own', async () => {
    const url = new URL(database.url)
    url.searchParams.set('options', '-c TimeZone=Asia/Shanghai -c work_mem=5MB')
    const pool = createPool({ url: url.href })
    onTestFinished(() => pool.end())
    const answer = await pool.query(
      "SELECT current_setting('TimeZone') AS zone, current_setting('work_mem') AS memory",
    )
    expect(answer.rows).toEqual([{ zone: 'UTC', memory: '5MB' }])
  })

  it('ends statements and idle transactions that take too long', async () => {
    const answer = await openPool().query(`SELECT current_setting('statement_timeout') AS statement,
      current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('application_name') AS name`)
    expect(answer.rows).toEqual([{ statement: '30s', idle: '30s', name: 'database-test' }])
  })

  it('reports a server that is not there as unavailable', async () => {
    const pool = createPool({ url: 'postgresql://hub:x@127.0.0.1:1/hub' })
    onTestFinished(() => pool.end())
    const error: unknown = await pool.query('SELECT 1').catch((caught: unknown) => caught)
    expect(isUnavailable(error)).toBe(true)
  })
})

describe('inTransaction', () => {
  it('stores all of it after it returns, and nothing where it throws', async () => {
    const pool = openPool()
    await pool.query('CREATE TABLE kept (number integer PRIMARY KEY)')
    const result = await inTransaction(pool, async (client) => {
      await client.query('INSERT INTO kept VALUES (1)')
      return 'done'
    })
    expect(result).toBe('done')
    const failing = inTransaction(pool, async (client) => {
      await client.query('INSERT INTO kept VALUES (2)')
      throw new Error('of my own')
    })
    await expect(failing).rejects.toThrow('of my own')
    expect((await pool.query('SELECT number FROM kept')).rows).toEqual([{ number: 1 }])
  })

  it('does not pass for stored where a failed statement was caught inside', async () => {
    const swallowed = inTransaction(openPool(), async (client) => {
      await client.query('SELECT 1/0').catch(() => {})
    })
    await expect(swallowed).rejects.toThrow('rolled back at COMMIT')
  })

  it('survives a connection that breaks in the middle and gives out a new one', async () => {
    const pool = openPool(1)
    const broken = inTransaction(pool, async (client) => {
      await client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {})
      await client.query('SELECT 1')
    })
    const error: unknown = await broken.catch((caught: unknown) => caught)
    expect(isUnavailable(error)).toBe(true)
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('checkServer', () => {
  it('accepts the PostgreSQL that the hub brings', async () => {
    const { version } = await checkServer(openPool())
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(15)
  })

  it('refuses a server whose COMMIT does not wait for the disk', async () => {
    const pool = createPool({
      url: `${database.url}${database.url.includes('?') ? '&' : '?'}options=-c%20synchronous_commit%3Doff`,
    })
    onTestFinished(() => pool.end())
    const error: unknown = await checkServer(pool).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'database-not-durable',
      sentence: {
        en: expect.stringContaining('synchronous_commit'),
        zh: expect.stringContaining('synchronous_commit'),
      },
    })
  })
})
