import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  cp,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises'
import { join } from 'node:path'
import { StartRefusal } from '#store/refusal.ts'
import { type Account, asAccount, canEnter } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { EmbeddedLog } from './log.ts'

/**
 * Where root keeps what PostgreSQL's own user must reach while the project lies below a folder that others cannot
 * enter, such as /root. Not /var/tmp: what is long untouched there is deleted, and anyone may take a name there first.
 */
export const stateRoot = '/var/lib/trace-hub'

/** The binaries themselves, or a copy of them that the account can run; copied once for each version. */
export async function reachableBinaries(
  binaries: Binaries,
  account: Account | undefined,
  log: EmbeddedLog,
  root = stateRoot,
): Promise<Binaries> {
  if (runs(binaries, account)) return binaries
  if (!account) throw doesNotRun(binaries, account)
  const copy = { root: join(root, `postgresql-${binaries.version}`), version: binaries.version }
  if (!runs(copy, account)) {
    await makeState(root)
    await rm(copy.root, { recursive: true, force: true })
    const unfinished = await mkdtemp(join(root, 'copying-'))
    await cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true })
    await openToAll(unfinished)
    await rename(unfinished, copy.root)
    log.info({ from: binaries.root, to: copy.root }, 'PostgreSQL copied to where its own user can reach it')
  }
  if (!runs(copy, account)) throw doesNotRun(copy, account)
  return copy
}

/**
 * The data directory, which may not exist yet: `<folder>/postgres`, or where the account cannot enter `folder`, a
 * directory below `root` that `<folder>/postgres` then points to.
 */
export async function reachableData(
  folder: string,
  account: Account | undefined,
  log: EmbeddedLog,
  root = stateRoot,
): Promise<string> {
  const wanted = join(folder, 'postgres')
  const found = await lstat(wanted).catch(() => undefined)
  if (found?.isSymbolicLink()) return await readlink(wanted)
  if (!account || canEnter(folder, account)) return wanted
  await makeState(root)
  const home = join(root, `data-${randomBytes(6).toString('hex')}`)
  await mkdir(home, { mode: 0o711 })
  await chmod(home, 0o711)
  const data = join(home, 'postgres')
  if (found) await move(wanted, data)
  await symlink(data, wanted)
  log.info({ link: wanted, to: data }, 'PostgreSQL keeps its data where its own user can reach it')
  return data
}

/** Makes the account owner of data that was copied or restored by root. */
export async function giveTo(data: string, account: Account): Promise<void> {
  const names = await readdir(data, { recursive: true })
  // The directory itself last: while it is root's, a start that was cut off here is taken up again.
  for (const name of [...names, '.']) await lchown(join(data, name), account.uid, account.gid)
}

async function makeState(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 })
  await chmod(root, 0o755)
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch {
    // Another file system. The old directory goes only after all of it is there.
    const unfinished = `${to}.moving`
    await cp(from, unfinished, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    await rename(unfinished, to)
    await rm(from, { recursive: true })
  }
}

async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755)
  for (const found of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(found.parentPath, found.name)
    if (found.isDirectory()) await chmod(path, 0o755)
    else if (found.isFile()) await chmod(path, found.parentPath.endsWith('/bin') ? 0o755 : 0o644)
  }
}

function runs(binaries: Binaries, account: Account | undefined): boolean {
  return versionAnswer(binaries, account).status === 0
}

function versionAnswer(binaries: Binaries, account: Account | undefined) {
  return spawnSync(join(binaries.root, 'bin', 'postgres'), ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...asAccount(account),
  })
}

function doesNotRun(binaries: Binaries, account: Account | undefined): StartRefusal {
  const answer = versionAnswer(binaries, account)
  const why = answer.error?.message ?? answer.stderr?.trim().split('\n')[0] ?? ''
  return new StartRefusal(
    'postgres-does-not-run',
    {
      zh: `内置 PostgreSQL 在本机无法运行（${binaries.root}${why ? `：${why}` : ''}）。`,
      en: `The built-in PostgreSQL does not run on this machine (${binaries.root}${why ? `: ${why}` : ''}).`,
    },
    {
      zh: '内置版本需要 glibc 系统和允许执行程序的磁盘；也可用 DATABASE_URL 指定 PostgreSQL 15 以上的数据库。',
      en: 'It needs a glibc system and a disk that allows programs to run; or name a PostgreSQL 15 or newer by DATABASE_URL.',
    },
    answer.error,
  )
}
