import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { withApi } from '#test/api.ts'
import { PASSWORD, USER } from '#test/files/places.ts'
import { type SftpServer, startSftpServer } from '#test/files/sftp-server.ts'

/** Systems whose interface document says that the files which they push can be fetched as well. */
const api = withApi()
let disk: string
let server: SftpServer
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-files-'))
  await mkdir(join(disk, 'out'))
  server = await startSftpServer(disk, { user: USER, password: PASSWORD })
})
afterEach(async () => {
  await server.close()
  await rm(disk, { recursive: true, force: true })
})

it.each([
  ['shaoxing-slaughter', 'step-files', ['arrival-day.xml', 'quarantine-day.xml', 'trade-day.xml']],
  ['quzhou-animal-quarantine', 'dumps', ['day.csv', 'fifty.csv']],
])('files of %s are fetched and become the records that its samples say', async (system, name, files) => {
  const samples = `mappings/${system}/samples/valid`
  const wanted = new Map<string, number>()
  for (const file of files) {
    await copyFile(join(samples, file), join(disk, 'out', file))
    const expected = JSON.parse(
      await readFile(join(samples, file.replace(/\.\w+$/, '.expected.json')), 'utf8'),
    ) as ExpectedFile
    wanted.set(expected.record, (wanted.get(expected.record) ?? 0) + expected.received)
  }
  const channel = `/v1/systems/${system}/channels/${name}`
  const { port, hostKey } = server
  const settings = {
    protocol: 'sftp',
    host: '127.0.0.1',
    port,
    user: USER,
    hostKey,
    folder: '/out',
    stableSeconds: 1,
  }
  const body = { settings, secrets: { password: PASSWORD }, allowAddress: [`127.0.0.1/32:${port}`], on: true }
  expect((await api.call('PATCH', channel, { body })).json()).toMatchObject({ on: true })
  const intake = createIntake({
    pool: api.pool,
    registry: api.registry,
    clock: Date.now,
    onCommitted: () => {},
  })
  const log = { info: () => {}, warn: () => {} }
  const parts = { pool: api.pool, registry: api.registry, intake, now: Date.now, folders: [], log }
  const fetched = async () => {
    const { rows } = await api.pool.query<{ record: string; received: number }>(
      'select record, sum(received)::int as received from messages where system = $1 group by record',
      [system],
    )
    return new Map(rows.map(({ record, received }) => [record, received]))
  }
  await expect
    .poll(
      async () => {
        await api.call('POST', `${channel}/run`)
        await runChannel(parts, { system, name }, new AbortController().signal)
        return await fetched()
      },
      { timeout: 20_000 },
    )
    .toEqual(wanted)
  await intake.close()
  const { rows } = await api.pool.query(`select 1 from rejections where system = $1`, [system])
  expect(rows).toEqual([])
})
