import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makePackage, packageName } from '#adapters/files/package/make.ts'
import { type ChannelsParts, runChannel } from '#flow/channels/run.ts'
import { readChannel, setChannel } from '#store/channels.ts'
import { newPair } from '#store/link-secrets.ts'
import { registerSystems } from '#store/systems.ts'
import { withPlainIntake } from '#test/intake.ts'
import { withChannel } from '#test/numbered-source.ts'

const hub = withPlainIntake()
const NAME = { system: 'plain', name: 'numbers' }
const pair = newPair()
const disk = await mkdtemp(join(tmpdir(), 'hub-package-channel-'))
const folder = join(disk, 'in')
await mkdir(folder)
afterAll(() => rm(disk, { recursive: true, force: true }))

/** Packages of the system in a folder, as its system.yaml and an operator would say. */
const registry = withChannel({
  adapter: 'files',
  settings: {
    protocol: 'local',
    folder,
    files: [{ name: '*.zip' }],
    finished: 'rename',
    order: 'name',
    package: { system: 'plain', publicKeys: [pair.publicKey] },
  },
})
const parts = (): ChannelsParts => ({
  pool: hub.pool,
  registry,
  intake: hub.intake,
  now: Date.now,
  folders: [disk],
  log: { info: () => {}, warn: () => {} },
})
const run = async (): Promise<void> => {
  await setChannel(hub.pool, NAME, { isOn: true })
  await runChannel(parts(), NAME, new AbortController().signal)
}
const row = async () =>
  (await readChannel(hub.pool, NAME)) as NonNullable<Awaited<ReturnType<typeof readChannel>>>

beforeAll(async () => {
  await registerSystems(hub.pool, [{ id: 'plain', title: { zh: '测试系统', en: 'Plain' } }])
})

async function bring(
  sequence: number,
  files: readonly (readonly string[])[],
  key = pair.secret,
): Promise<void> {
  const made = files.map(async (numbers, i) => {
    const path = join(disk, `sales-${sequence}-${i}.json`)
    await writeFile(path, JSON.stringify(numbers.map((no) => ({ no }))))
    return { name: `sales-${i}.json`, path, record: 'sale', contentType: 'application/json' }
  })
  const wish = {
    system: 'plain',
    sequence,
    created: '2024-04-15T08:00:00Z',
    key,
    files: await Promise.all(made),
  }
  await makePackage(join(folder, packageName(wish)), wish)
}

it('files of a package are messages like any: what was pushed before is unchanged, and each is stored once', async () => {
  await hub.push([{ no: 'p1' }])
  await bring(1, [['p1', 'p2'], ['p3']])
  await run()
  const { messages, received, state, lastError } = await row()
  expect({ messages, received, lastError }).toEqual({ messages: 2, received: 3, lastError: null })
  expect(state).toMatchObject({ packages: { sequence: 1, done: 2, files: 2 } })
  for (const no of ['p1', 'p2', 'p3']) expect(await hub.versions(no)).toHaveLength(1)
  await run()
  expect((await row()).messages).toBe(2)
})

it('a package that is not from its system leaves the channel with its reason and the hub without a record of it', async () => {
  await bring(2, [['p4'], ['p5']], newPair().secret)
  await run()
  const { lastError, messages } = await row()
  expect(lastError).toMatchObject({ class: 'source', setting: '/settings/package/publicKeys' })
  expect(lastError?.detail).toContain('plain-000002.zip')
  expect(messages).toBe(2)
  for (const no of ['p4', 'p5']) expect(await hub.versions(no)).toEqual([])
})
