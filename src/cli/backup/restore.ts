import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pool } from 'pg'
import { copyRowsIn, hasTables, restoreSnapshot } from '#store/snapshot.ts'
import { type BackupManifest, fileOf, readManifest } from './manifest.ts'
import { BackupBroken, changed, fileDigest, readSealed } from './sealed-file.ts'

/**
 * Reads every file of a backup and compares it with the manifest.
 * @throws BackupBroken naming the first that is missing, was changed or was cut off
 */
export async function checkBackup(folder: string, key: Buffer | null): Promise<BackupManifest> {
  const manifest = await readManifest(folder, key)
  for (const { name, size, sha256 } of manifest.tables) {
    const file = await fileDigest(join(folder, fileOf(name)))
    if (file.size !== size || file.sha256 !== sha256) throw changed(fileOf(name))
  }
  return manifest
}

/**
 * Fills an empty database from a backup, all of it or nothing, after the backup was checked. Links and channels stand still afterwards
 * unless `goesOn`.
 * @throws BackupBroken where the backup is not whole; StartRefusal where this program is older than the backup
 */
export async function restoreBackup(
  pool: Pool,
  folder: string,
  { key, goesOn }: { key: Buffer | null; goesOn: boolean },
): Promise<BackupManifest> {
  const manifest = await checkBackup(folder, key)
  if (await hasTables(pool))
    throw new BackupBroken(
      ['The database is not empty.', '数据库不是空的。'],
      [
        'Restore into an empty one: another DATABASE_URL, or another HUB_DATA.',
        '请恢复到空库：更换 DATABASE_URL 或 HUB_DATA。',
      ],
    )
  const salt = Buffer.from(manifest.salt, 'base64')
  await restoreSnapshot(pool, manifest, {
    goesOn,
    madeAt: manifest.createdAt,
    told: { hub: manifest.hub, createdAt: manifest.createdAt },
    fill: async (client) => {
      for (const table of manifest.tables) {
        const copy = copyRowsIn(client, table)
        const rows = new PassThrough()
        await Promise.all([
          readSealed(join(folder, fileOf(table.name)), { key, name: table.name, salt }, rows),
          pipeline(rows, copy),
        ])
        if (copy.rowCount !== table.rows) throw changed(fileOf(table.name))
      }
    },
  })
  return manifest
}
