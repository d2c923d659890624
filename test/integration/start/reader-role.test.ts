import { spawnSync } from 'node:child_process'
import { readFile, readlink, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Embedded, startEmbedded } from '#cli/embedded.ts'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { canLimit, READER } from '#store/reader-role.ts'
import { scratchFolder } from '#test/holder.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }

async function limits({ url, stop }: Embedded): Promise<boolean> {
  const pool = createPool({ url, max: 1 })
  try {
    await migrate(pool)
    return await canLimit(pool)
  } finally {
    await pool.end()
    await stop()
  }
}

it('the database of a hub that had no role for limited callers has it after the next start', async () => {
  const dataDir = join(await scratchFolder(), 'hub')
  const first = await startEmbedded({ dataDir, log: silent })
  const [pid = ''] = (await readFile(join(first.data, 'postmaster.pid'), 'utf8')).split('\n')
  const program = await readlink(`/proc/${pid}/exe`)
  await first.stop()

  // As it was made by a hub of before: without the role.
  const { uid, gid } = await stat(first.data)
  const dropped = spawnSync(program, ['--single', '-D', first.data, 'postgres'], {
    input: `DROP ROLE ${READER}\n`,
    cwd: '/',
    uid,
    gid,
  })
  expect([dropped.status, String(dropped.stderr)]).toEqual([0, expect.not.stringMatching(/ERROR|FATAL/)])
  expect(await limits(await startEmbedded({ dataDir, log: silent }))).toBe(false)

  await rm(join(dataDir, 'postgres.roles'))
  expect(await limits(await startEmbedded({ dataDir, log: silent }))).toBe(true)
  expect(await limits(await startEmbedded({ dataDir, log: silent }))).toBe(true)
})
