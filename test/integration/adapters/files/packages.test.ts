import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdapterError, type Page } from '#adapters/adapter.ts'
import { files } from '#adapters/files/adapter.ts'
import { makePackage, packageName } from '#adapters/files/package/make.ts'
import type { FilesSettings } from '#adapters/files/source/settings.ts'
import type { FilesState } from '#adapters/files/source/state.ts'
import { newPair } from '#store/link-secrets.ts'
import { adapterParts } from '#test/adapters/parts.ts'

const pair = newPair()
const SECRET = `whsec_${randomBytes(32).toString('base64')}`
let disk: string
let folder: string
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-packages-'))
  folder = join(disk, 'in')
  await mkdir(folder)
})
afterEach(() => rm(disk, { recursive: true, force: true }))

/** Puts a package with files of these texts into the folder. */
async function bring(
  sequence: number,
  texts: Record<string, string>,
  more: { key?: string; as?: string; system?: string } = {},
): Promise<string> {
  const { key = pair.secret, system = 'county' } = more
  const paths = await mkdtemp(join(disk, 'made-'))
  const named = Object.entries(texts).map(async ([name, text]) => {
    const path = join(paths, name)
    await writeFile(path, text)
    return { name, path, record: name.split('-')[0] as string, contentType: 'text/csv' }
  })
  const wish = { system, sequence, created: '2024-04-15T08:00:00Z', key, files: await Promise.all(named) }
  const path = join(folder, more.as ?? packageName(wish))
  await makePackage(path, wish)
  return path
}

interface Ran {
  readonly read: readonly string[]
  readonly state: FilesState | null
  readonly error: AdapterError | null
  readonly lines: readonly string[]
}

/** Reads the channel as the hub does. @param killedAfter pages that are committed before the worker dies */
async function run(
  wish: object = {},
  more: {
    state?: FilesState | null
    killedAfter?: number
    secrets?: Record<string, string>
    settings?: object
    maxBytes?: number
  } = {},
): Promise<Ran> {
  const made = adapterParts<FilesSettings>(files, {
    settings: {
      protocol: 'local',
      folder,
      files: [{ name: '*' }],
      finished: 'rename',
      order: 'name',
      package: { system: 'county', publicKeys: [pair.publicKey], ...wish },
      ...more.settings,
    },
    folders: [disk],
    ...(more.secrets ? { secrets: more.secrets } : {}),
    ...(more.maxBytes ? { limits: { maxBytes: more.maxBytes } } : {}),
  })
  const read: string[] = []
  let state = more.state ?? null
  let error: AdapterError | null = null
  const reading = files.read!(made.parts, state)
  try {
    for await (const page of reading) {
      const text = await textOf(page.bytes)
      state = JSON.parse(JSON.stringify(page.state)) as FilesState
      if (page.bytes !== null) read.push(`${page.name} ${page.record} ${page.contentType}: ${text}`)
      if (read.length === more.killedAfter) break
      await files.acknowledge!(made.parts, page, { receipt: 'R', state: 'done', received: 1, rejected: 0 })
    }
  } catch (caught) {
    if (!(caught instanceof AdapterError)) throw caught
    error = caught
  }
  made.close()
  return { read, state, error, lines: made.lines }
}

async function textOf(bytes: Page['bytes']): Promise<string> {
  if (bytes === null || bytes instanceof Uint8Array) return Buffer.from(bytes ?? '').toString()
  return Buffer.concat(await Array.fromAsync(bytes)).toString()
}

describe('a package in the folder', () => {
  it('becomes a page for each of its files, of the record and content type that its manifest says', async () => {
    await bring(1, { 'trade-1.csv': 'a\n1\n', 'certificate-1.csv': 'b\n2\n', 'trade-empty.csv': '' })
    const { read, state, error } = await run()
    expect(error).toBeNull()
    expect(read).toEqual([
      'county-000001.zip/trade-1.csv trade text/csv: a\n1\n',
      'county-000001.zip/certificate-1.csv certificate text/csv: b\n2\n',
    ])
    expect(state?.packages).toMatchObject({ sequence: 1, done: 3, files: 3 })
    expect((await run({}, { state })).read).toEqual([])
  })

  it('goes on behind the last file that was stored, wherever the worker died, and is put away once', async () => {
    const texts = { 'trade-1.csv': '1', 'trade-2.csv': '2', 'trade-3.csv': '3' }
    for (let killedAfter = 1; killedAfter <= 3; killedAfter++) {
      await bring(1, texts)
      await bring(2, { 'trade-4.csv': '4' })
      const settings = { after: 'archive' }
      const first = await run({}, { killedAfter, settings })
      const rest = await run({}, { state: first.state, settings })
      const names = [...first.read, ...rest.read].map((one) => one.slice(-1))
      expect(names).toEqual(['1', '2', '3', '4'])
      expect((await readdir(folder)).filter((name) => name.endsWith('.zip'))).toEqual([])
      await rm(join(folder, 'archive'), { recursive: true })
    }
  })

  it('that comes again, under whatever name, is known and not read', async () => {
    const path = await bring(4, { 'trade-1.csv': '1' })
    const { state } = await run()
    await copyFile(path, join(folder, 'copy.zip'))
    const again = await run({}, { state })
    expect([again.read, again.error]).toEqual([[], null])
  })

  it('signed by a secret of both sides is read with that secret, or the one before it', async () => {
    await bring(1, { 'trade-1.csv': '1' }, { key: SECRET })
    const other = `whsec_${randomBytes(32).toString('base64')}`
    const wish = { verify: 'hmac', publicKeys: undefined }
    expect((await run(wish, { secrets: { packageKey: other } })).error).toMatchObject({
      class: 'source',
      setting: '/secrets/packageKey',
    })
    expect((await run(wish, { secrets: { packageKey: other, packageKeyBefore: SECRET } })).read).toHaveLength(
      1,
    )
  })
})

describe('is refused as a whole, with nothing read of it, and stands where it is', () => {
  const untouched = async (ran: Ran, detail: RegExp): Promise<void> => {
    expect(ran.read).toEqual([])
    expect(ran.error).toMatchObject({ class: 'source', message: expect.stringMatching(detail) })
    expect(ran.state?.packages).toBeUndefined()
    expect(await readdir(folder)).toHaveLength(1)
  }

  it('a package signed by another', async () => {
    await bring(1, { 'trade-1.csv': '1' }, { key: newPair().secret })
    const ran = await run({}, { settings: { after: 'delete' } })
    await untouched(ran, /signature does not fit.*compare the keys.*签名不符.*请核对双方密钥/)
    expect(ran.error?.setting).toBe('/settings/package/publicKeys')
  })

  it('a package of which one file was changed, be it the last', async () => {
    const path = await bring(1, { 'trade-1.csv': '1', 'trade-2.csv': 'the last one' })
    const bytes = await readFile(path)
    bytes.write('x', bytes.indexOf('the last one'))
    await writeFile(path, bytes)
    await untouched(await run(), /archive cannot be read|not what the manifest says/)
  })

  it('a package of another system, with another record, or a file that is none', async () => {
    await bring(1, { 'trade-1.csv': '1' }, { system: 'other', as: 'a.zip' })
    await untouched(await run(), /another system/)
    await rm(join(folder, 'a.zip'))
    await bring(1, { 'trade-1.csv': '1', 'wages-1.csv': '2' })
    await untouched(await run({ records: ['trade'] }), /not taken here.*wages/)
    await rm(join(folder, 'county-000001.zip'))
    await writeFile(join(folder, 'trade.csv'), 'a\n1\n')
    await untouched(await run(), /no package.*不是离线包/)
  })

  it('a package that is larger than may be read', async () => {
    await bring(1, { 'trade-1.csv': 'x'.repeat(2000) })
    const { error } = await run({}, { maxBytes: 1500 })
    expect(error).toMatchObject({ class: 'source', setting: '/limits/maxBytes' })
  })
})

describe('the order of packages', () => {
  const upTo = async (sequence: number): Promise<FilesState | null> => {
    const path = await bring(sequence, { 'trade-1.csv': String(sequence) })
    const { state } = await run()
    await rm(path)
    return state
  }

  it('a gap holds the channel up, and what was missing sets it going again', async () => {
    const state = await upTo(1)
    await bring(3, { 'trade-3.csv': '3' })
    const held = await run({}, { state })
    expect([held.read, held.error?.message]).toEqual([[], expect.stringContaining('missing (at 3, after 1)')])
    await bring(2, { 'trade-2.csv': '2' })
    const { read } = await run({}, { state: held.state })
    expect(read.map((one) => one.slice(-1))).toEqual(['2', '3'])
  })

  it('a gap is told and read over where the settings say so', async () => {
    const state = await upTo(1)
    await bring(3, { 'trade-3.csv': '3' })
    const { read, lines } = await run({ gap: 'warn' }, { state })
    expect(read).toHaveLength(1)
    expect(lines.join()).toContain('packages before this one are missing')
  })

  it('an older package is never read: it holds the channel up, or is passed over with a warning', async () => {
    const state = await upTo(5)
    await bring(4, { 'trade-4.csv': '4' })
    expect((await run({}, { state })).error?.message).toContain('older than the last')
    const { read, lines, error } = await run({ older: 'skip' }, { state })
    expect([read, error]).toEqual([[], null])
    expect(lines.join()).toContain('older')
  })

  it('another package of a number that was read is refused whatever the settings say', async () => {
    const state = await upTo(5)
    await bring(5, { 'trade-4.csv': 'other' })
    expect((await run({ older: 'skip', gap: 'warn' }, { state })).error?.message).toContain('had this number')
  })
})

it('a channel without a key, or with one that is none, fails at its field and reads nothing', async () => {
  await bring(1, { 'trade-1.csv': '1' })
  for (const [wish, secrets, setting] of [
    [{ publicKeys: undefined }, {}, '/settings/package/publicKeys'],
    [{ publicKeys: ['whpk_short'] }, {}, '/settings/package/publicKeys'],
    [{ publicKeys: [SECRET] }, {}, '/settings/package/publicKeys'],
    [{ verify: 'hmac' }, {}, '/secrets/packageKey'],
    [{ verify: 'hmac' }, { packageKey: 'short' }, '/secrets/packageKey'],
  ] as const) {
    const { read, error } = await run(wish, { secrets })
    expect([read, error?.class, error?.setting]).toEqual([[], 'config', setting])
    expect(error?.message).not.toContain('short')
    const made = adapterParts<FilesSettings>(files, {
      settings: { protocol: 'local', folder, files: [{ name: '*' }], package: { system: 'county', ...wish } },
      folders: [disk],
      secrets,
    })
    const checks = await files.check(made.parts)
    expect(checks.filter(({ ok }) => !ok).map((one) => one.setting)).toEqual([setting])
    made.close()
  }
})
