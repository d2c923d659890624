import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, expect, it } from 'vitest'
import { type BackupManifest, MANIFEST, manifestText, readManifest } from '#cli/backup/manifest.ts'
import { checkBackup, restoreBackup } from '#cli/backup/restore.ts'
import { BackupBroken } from '#cli/backup/sealed-file.ts'
import { writeBackup } from '#cli/backup/write.ts'

const folder = await mkdtemp(join(tmpdir(), 'backup-broken-'))
afterAll(() => rm(folder, { recursive: true }))
const key = randomBytes(32)
const frame = (sealed: boolean, tables: BackupManifest['tables'] = []) => ({
  format: 'trace-hub-backup-1' as const,
  createdAt: '2026-07-01T00:00:00.000Z',
  hub: 'hub',
  sealed,
  salt: randomBytes(32).toString('base64'),
  migrations: [],
  sequences: {},
  parts: [],
  tables,
})
const put = (text: string) => writeFile(join(folder, MANIFEST), text)
/** A database that has tables. */
const inUse = { query: async () => ({ rows: [{ there: true }] }) } as unknown as Pool

async function whyOf(call: Promise<unknown>): Promise<BackupBroken> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(BackupBroken)
  return error as BackupBroken
}

it.each<[string, () => Promise<unknown>, RegExp, RegExp]>([
  [
    'no manifest',
    async () => await read('{}'),
    /is not that of a backup.*hub backup make/s,
    /不是备份的清单.*hub backup make/s,
  ],
  ['no JSON', async () => await read('{'), /is not that of a backup/, /不是备份的清单/],
  [
    'a sealed one without its key',
    async () => await read(manifestText(frame(true), key)),
    /sealed.*--key FILE/s,
    /已加密.*--key 文件/s,
  ],
  [
    'an open one with a key',
    async () => await read(manifestText(frame(false), null), key),
    /not sealed.*--key out/s,
    /未加密.*去掉 --key/s,
  ],
  [
    'another key',
    async () => await read(manifestText(frame(true), randomBytes(32)), key),
    /another key.*another backup/s,
    /密钥不符.*其他备份/s,
  ],
  [
    'a file that was cut off',
    cutOff,
    /links\.copy\.zst is not as it was written.*another backup/s,
    /links\.copy\.zst 与写入时不一致.*另一份副本/s,
  ],
  [
    'a folder that is not empty',
    async () => await writeBackup(inUse, folder, null),
    /is not empty.*new folder/s,
    /不是空的.*新的文件夹/s,
  ],
  ['a database in use', intoUsed, /database is not empty.*HUB_DATA/s, /数据库不是空的.*HUB_DATA/s],
])('%s: why, and what to do, in both languages', async (_, call, en, zh) => {
  const { reason, fix } = await whyOf(call())
  expect(`${reason.en} ${fix.en}`).toMatch(en)
  expect(`${reason.zh} ${fix.zh}`).toMatch(zh)
})

async function read(text: string, by: Buffer | null = null) {
  await put(text)
  return await readManifest(folder, by)
}

async function cutOff() {
  const table = { name: 'links', columns: ['id'], rows: 1, size: 9, sha256: '0'.repeat(64) }
  await put(manifestText(frame(false, [table]), null))
  await writeFile(join(folder, 'links.copy.zst'), 'cut')
  return await checkBackup(folder, null)
}

async function intoUsed() {
  await put(manifestText(frame(false), null))
  return await restoreBackup(inUse, folder, { key: null, goesOn: false })
}
