import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { createTestDatabase } from '#test/database.ts'

/** An empty schema of its own in a database of its own, and a folder of migrations. */
async function scene(files: Readonly<Record<string, string>>) {
  const database = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'hub-migrations-'))
  const pool = createPool({ url: database.url })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
    await rm(folder, { recursive: true })
  })
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const write = (name: string, sql: string) => writeFile(join(folder, name), sql)
  for (const [name, sql] of Object.entries(files)) await write(name, sql)
  const columns = async () => {
    const answer = await pool.query<{ column_name: string }>(
      `SELECT column_name FROM information_schema.columns WHERE table_name = 'crate' ORDER BY column_name`,
    )
    return answer.rows.map(({ column_name: name }) => name)
  }
  return { pool, folder, write, columns }
}

const first = { '0001-crate.sql': 'CREATE TABLE crate (a integer);' }

it('applies what is missing, in order, and nothing twice', async () => {
  const { pool, folder, write, columns } = await scene(first)
  expect(await migrate(pool, { folder })).toEqual({ applied: ['0001-crate.sql'] })
  await write('0002-more.sql', 'ALTER TABLE crate ADD b integer; ALTER TABLE crate ADD c integer;')
  expect(await migrate(pool, { folder })).toEqual({ applied: ['0002-more.sql'] })
  expect(await migrate(pool, { folder })).toEqual({ applied: [] })
  expect(await columns()).toEqual(['a', 'b', 'c'])
})

it('applies each once where several processes start together', async () => {
  const { pool, folder } = await scene(first)
  const results = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, { folder })))
  expect(results.flatMap(({ applied }) => applied)).toEqual(['0001-crate.sql'])
})

it('waits for another process as long as that works, and refuses to wait for one that stands still', async () => {
  const { pool, folder } = await scene(first)
  const other = await pool.connect()
  const holding = async (work: string) => {
    const { rows } = await other.query('SELECT pg_advisory_lock($1), pg_backend_pid() AS pid', [0x687562])
    const working = other.query(work)
    return { pid: rows[0].pid as number, working }
  }
  const busy = await holding(`SELECT pg_sleep(1.5), pg_advisory_unlock_all()`)
  const asked = performance.now()
  expect(await migrate(pool, { folder, holderIdleMs: 500 })).toEqual({ applied: ['0001-crate.sql'] })
  expect(performance.now() - asked).toBeGreaterThan(1000)
  await busy.working
  const still = await holding('SELECT 1')
  await expect(migrate(pool, { folder, holderIdleMs: 500 })).rejects.toMatchObject({
    code: 'migration-held',
    reason: { en: expect.stringContaining(`session ${still.pid}`) },
    fix: { en: expect.stringContaining(`pg_terminate_backend(${still.pid})`) },
  })
  other.release(true)
  expect(await migrate(pool, { folder })).toEqual({ applied: [] })
})

it('leaves the database as it was where a migration fails half way, and goes on once it is mended', async () => {
  const { pool, folder, write, columns } = await scene(first)
  await write('0002-more.sql', 'ALTER TABLE crate ADD b integer; SELECT 1/0;')
  await expect(migrate(pool, { folder })).rejects.toThrow('0002-more.sql failed')
  expect(await columns()).toEqual(['a'])
  await write('0002-more.sql', 'ALTER TABLE crate ADD b integer;')
  expect(await migrate(pool, { folder })).toEqual({ applied: ['0002-more.sql'] })
})

it('refuses an applied migration that was changed, but not other line ends', async () => {
  const { pool, folder, write } = await scene({ '0001-crate.sql': 'CREATE TABLE crate (\n  a integer\n);\n' })
  await migrate(pool, { folder })
  await write('0001-crate.sql', 'CREATE TABLE crate (\r\n  a integer\r\n);\r\n')
  expect(await migrate(pool, { folder })).toEqual({ applied: [] })
  await write('0001-crate.sql', 'CREATE TABLE crate (\n  a bigint\n);\n')
  await expect(migrate(pool, { folder })).rejects.toMatchObject({ code: 'migration-changed' })
})

it('refuses a database that a newer hub has migrated', async () => {
  const { pool, folder, write } = await scene(first)
  await write('0002-more.sql', 'ALTER TABLE crate ADD b integer;')
  await migrate(pool, { folder })
  await rm(join(folder, '0002-more.sql'))
  await expect(migrate(pool, { folder })).rejects.toMatchObject({
    code: 'database-newer',
    reason: { en: expect.stringContaining('0002-more.sql') },
  })
})

it.each([
  ['a gap', '0003-c.sql'],
  ['a double', '0001-other.sql'],
  ['no number', 'crate.sql'],
])('refuses numbers with %s', async (_what, name) => {
  const { pool, folder, write } = await scene(first)
  await write(name, 'SELECT 1')
  await expect(migrate(pool, { folder })).rejects.toMatchObject({ code: 'migration-misnumbered' })
})
