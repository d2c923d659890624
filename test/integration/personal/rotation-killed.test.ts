import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createPool } from '#store/database.ts'
import { countDataKeys, holdDataKeys, rotateDataKeys } from '#store/personal/data-keys.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()

it('a change of keys that is killed in the middle leaves what was there, which the old key opens, and is done again', async () => {
  const pool = createPool({ url: database.url, max: 4 })
  const [before, key] = [randomBytes(32), randomBytes(32)]
  const [old, next] = [
    { key: before, suite: 'aes-256-gcm' },
    { key, before, suite: 'aes-256-gcm' },
  ] as const
  await holdDataKeys(pool, old)
  await rotateDataKeys(pool, old)
  expect(await countDataKeys(pool, old)).toBe(2)
  const rows = () => pool.query('select id, wrapped, wrapped_by from data_keys order by id')
  const there = (await rows()).rows

  // The last of them is held by somebody, so that the first is wrapped anew and the change waits.
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('select from data_keys where id = (select max(id) from data_keys) for update')
  const rotating = createPool({ url: database.url, max: 1, applicationName: 'rotating' })
  rotating.on('error', () => {})
  const change = rotateDataKeys(rotating, next).catch((error: unknown) => error)
  const isWaiting = async (): Promise<boolean> =>
    (
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rotating' and wait_event_type = 'Lock'`,
      )
    ).rowCount === 1
  while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await change).toBeInstanceOf(Error)
  await holder.query('rollback')
  holder.release()

  expect((await rows()).rows).toEqual(there)
  expect(await countDataKeys(pool, old)).toBe(2)
  expect(await rotateDataKeys(pool, next)).toBe(2)
  expect(await countDataKeys(pool, { key, suite: 'aes-256-gcm' })).toBe(3)
  await expect(countDataKeys(pool, old)).rejects.toThrow()
  await rotating.end()
  await pool.end()
})
