import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { newKey } from '#flow/keys.ts'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { canLimit, READER, readerStatements } from '#store/reader-role.ts'
import { withSight } from '#store/sighted.ts'
import { onceOn } from '#test/template.ts'

// A PostgreSQL that somebody else runs, on which the hub has an account of its own. The built-in one lets nobody in who could make accounts.
const SERVER =
  process.env['HUB_TEST_OLDER_DATABASE_URL'] ?? `postgresql://${userInfo().username}@127.0.0.1:5432/postgres`
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'

async function isThere(): Promise<boolean> {
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 3000 })
  try {
    await client.connect()
    const { rows } = await client.query(
      `select rolsuper and current_setting('server_version_num')::int >= 150000 as may from pg_roles where rolname = current_user`,
    )
    return rows[0].may
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

const SIGHT = { systems: ['a'], regions: ['33'] }
const ASKS = 'select record_id from record_versions'

describe.runIf((await isThere()) || required)(
  'a PostgreSQL on which the hub has an account of its own',
  () => {
    const left: string[] = []
    afterEach(async () => {
      for (const name of left.splice(0))
        await onceOn(SERVER, `drop database if exists ${name} with (force)`, `drop role if exists ${name}`)
    })
    const account = async (rights: string): Promise<{ name: string; pool: pg.Pool }> => {
      const name = `hub_account_${randomBytes(5).toString('hex')}`
      const password = randomBytes(12).toString('hex')
      await onceOn(
        SERVER,
        `create role ${name} login ${rights} password '${password}'`,
        `create database ${name} owner ${name}`,
      )
      left.push(name)
      const url = new URL(SERVER)
      Object.assign(url, { username: name, password, pathname: name })
      return { name, pool: createPool({ url: url.href, max: 2 }) }
    }

    it('an account that may make roles makes the role and reads as it', async () => {
      const { pool } = await account('createrole')
      try {
        await migrate(pool)
        expect(await canLimit(pool)).toBe(true)
        expect((await withSight(pool, SIGHT, (reader) => reader.query(ASKS))).rows).toEqual([])
      } finally {
        await pool.end()
      }
    })

    it('an account that may not gets the hub all the same; limited callers are refused with what an administrator runs, and served when he has', async () => {
      // The role may be there for another database of the server.
      await onceOn(
        SERVER,
        `do $$ begin create role ${READER} nologin; exception when duplicate_object or unique_violation then null; end $$`,
      )
      const { name, pool } = await account('')
      try {
        expect((await migrate(pool)).applied.length).toBeGreaterThan(30)
        expect(await canLimit(pool)).toBe(false)
        expect((await withSight(pool, null, (reader) => reader.query(ASKS))).rows).toEqual([])
        await expect(withSight(pool, SIGHT, (reader) => reader.query(ASKS))).rejects.toMatchObject({
          code: 'forbidden',
          parts: { detail: expect.stringContaining(readerStatements('account of the hub')) },
        })
        const wanted = { name: 'x', scopes: ['read:jiaxing-wholesale'] }
        await expect(newKey(pool, wanted)).rejects.toMatchObject({ code: 'invalid_request' })
        await onceOn(SERVER, readerStatements(name).replace(/^[^;]*;/, ''))
        await migrate(pool)
        expect(await canLimit(pool)).toBe(true)
        expect((await withSight(pool, SIGHT, (reader) => reader.query(ASKS))).rows).toEqual([])
        await expect(
          withSight(pool, SIGHT, (reader) => reader.query('select from keys')),
        ).rejects.toMatchObject({
          code: 'forbidden',
          parts: { detail: expect.stringContaining('needs the scope read') },
        })
      } finally {
        await pool.end()
      }
    })
  },
)
