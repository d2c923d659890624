import { chmod, chown, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'

/** `sun_path` has 104 bytes on macOS and 108 on Linux, one of them the end. */
const longestPath = 103

/**
 * A folder for PostgreSQL's Unix socket that only its user enters: the data directory itself, or where that path is too
 * long for a socket, one below /tmp. Undefined where that name is taken by someone else: TCP serves then.
 */
export async function socketFolder(
  data: string,
  clusterName: string,
  account: Account | undefined,
): Promise<string | undefined> {
  if (fits(data)) {
    await removeOld(data)
    return data
  }
  const folder = join('/tmp', clusterName)
  await mkdir(folder, { mode: 0o700 }).catch(() => {})
  const uid = account?.uid ?? process.getuid?.()
  const found = await lstat(folder).catch(() => undefined)
  const isOurs = found?.isDirectory() === true && (found.uid === uid || found.uid === process.getuid?.())
  if (!isOurs) return undefined
  await chmod(folder, 0o700)
  if (account) await chown(folder, account.uid, account.gid)
  await removeOld(folder)
  return folder
}

/** Removes the folder below /tmp when the server has ended; the data directory stays. */
export async function removeSocketFolder(folder: string | undefined, data: string): Promise<void> {
  if (folder && folder !== data) await rm(folder, { recursive: true, force: true })
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, '.s.PGSQL.65535')) <= longestPath
}

/** A killed server leaves its socket; since the port differs at each start they would add up. */
async function removeOld(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) if (name.startsWith('.s.PGSQL.')) await rm(join(folder, name), { force: true })
}
