import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pool, PoolClient } from 'pg'
import { readHubId } from '#store/hub-identity.ts'
import { copyRowsOut, inSnapshot, readFrame, type SnapshotTable } from '#store/snapshot.ts'
import { type BackupManifest, fileOf, MANIFEST, manifestText } from './manifest.ts'
import { BackupBroken, syncFolder, writeSealed } from './sealed-file.ts'

/**
 * Writes one state of the whole database into a folder, which must be empty or missing, while the hub goes on. The manifest is written
 * last: a folder without one is no backup.
 * @param key 32 bytes under which everything is sealed; null where the folder itself is kept safe
 */
export async function writeBackup(
  pool: Pool,
  folder: string,
  key: Buffer | null,
  now: () => number = Date.now,
): Promise<BackupManifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0)
    throw new BackupBroken(
      [`The folder ${folder} is not empty.`, `文件夹 ${folder} 不是空的。`],
      ['Name a new folder for each backup.', '每次备份请使用新的文件夹。'],
    )
  const salt = randomBytes(32)
  const hub = await readHubId(pool)
  const manifest = await inSnapshot(pool, async (client) => {
    const createdAt = new Date(now()).toISOString()
    const { tables, ...frame } = await readFrame(client)
    const written: BackupManifest['tables'] = []
    for (const table of tables) written.push(await writeTable(client, table, { folder, key, salt }))
    return {
      format: 'trace-hub-backup-1' as const,
      createdAt,
      hub,
      sealed: key !== null,
      salt: salt.toString('base64'),
      migrations: [...frame.migrations],
      sequences: { ...frame.sequences },
      parts: [...frame.parts],
      tables: written,
    }
  })
  await writeLast(folder, manifestText(manifest, key))
  return manifest
}

async function writeTable(
  client: PoolClient,
  table: SnapshotTable,
  { folder, key, salt }: { folder: string; key: Buffer | null; salt: Buffer },
): Promise<BackupManifest['tables'][number]> {
  const copy = copyRowsOut(client, table)
  const rows = new PassThrough()
  const [file] = await Promise.all([
    writeSealed(join(folder, fileOf(table.name)), rows, { key, name: table.name, salt }),
    pipeline(copy, rows),
  ])
  return { name: table.name, columns: [...table.columns], rows: copy.rowCount ?? 0, ...file }
}

/** There whole or not at all, whenever the machine stops. */
async function writeLast(folder: string, text: string): Promise<void> {
  const unfinished = join(folder, `${MANIFEST}.part`)
  const file = await open(unfinished, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished, join(folder, MANIFEST))
  await syncFolder(folder)
}
