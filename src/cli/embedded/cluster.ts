import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { READER } from '#store/reader-role.ts'
import { StartRefusal } from '#store/refusal.ts'
import { type Account, asAccount } from './account.ts'
import type { Binaries } from './binaries.ts'

/** Role and database of the hub. The superuser has no password and no way in; the hub needs none of its rights. */
export const owner = 'hub'
export const databaseName = 'hub'

/** The role as which limited callers read (src/store/reader-role.ts); the hub itself may not make roles. */
const readerStatements = [
  `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${READER}') THEN CREATE ROLE ${READER} NOLOGIN NOINHERIT; END IF; END $$`,
  `GRANT ${READER} TO ${owner} WITH INHERIT FALSE, SET TRUE`,
]

interface Cluster {
  readonly binaries: Binaries
  readonly data: string
  readonly account: Account | undefined
}

/** What PostgreSQL gets of the environment: none of the hub's settings, and the same locale everywhere. */
export const serverEnvironment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

const accessRules = `# Only the hub's own role, only from this machine, always with its password.
local all ${owner} scram-sha-256
host all ${owner} 127.0.0.1/32 scram-sha-256
`

/**
 * Makes a new PostgreSQL data directory with the hub's role and an empty database: UTF-8, the same order of text on
 * every platform (PostgreSQL's own C.UTF-8), checksums on. It appears under its name only when it is complete.
 */
export async function createCluster(cluster: Cluster, password: string): Promise<void> {
  await removeUnfinished(cluster.data)
  // A name of its own: an initdb whose hub was killed may still be writing under the old one.
  const unfinished = { ...cluster, data: `${cluster.data}.new-${randomBytes(4).toString('hex')}` }
  await mkdir(unfinished.data, { mode: 0o700 })
  if (cluster.account) await chown(unfinished.data, cluster.account.uid, cluster.account.gid)
  await run(unfinished, 'initdb', [
    ...['-D', unfinished.data, '-U', 'postgres', '--auth=reject', '--encoding=UTF8', '--data-checksums'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--text-search-config=simple'],
  ])
  // Written over the file that initdb made, which keeps its owner and its mode of 600.
  await writeFile(join(unfinished.data, 'pg_hba.conf'), accessRules)
  await single(unfinished, [
    `CREATE ROLE ${owner} LOGIN CREATEDB PASSWORD '${password}'`,
    `GRANT pg_checkpoint, pg_monitor, pg_signal_backend TO ${owner}`,
    ...readerStatements,
    `CREATE DATABASE ${databaseName} OWNER ${owner}`,
  ])
  await rename(unfinished.data, cluster.data)
  await syncFolder(dirname(cluster.data))
}

async function removeUnfinished(data: string): Promise<void> {
  const names = await readdir(dirname(data))
  for (const name of names.filter((name) => name.startsWith(`${basename(data)}.new-`))) {
    const options = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }
    await rm(join(dirname(data), name), options).catch(() => {}) // the next start tries again
  }
}

/** The password of the hub's role, from `file` (mode 600); where the file is lost, a new one is given to the role. */
export async function settlePassword(
  cluster: Cluster,
  file: string,
  clusterExists: boolean,
): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known && /^[0-9a-f]{48}\n$/.test(known)) return known.trim()
  const password = randomBytes(24).toString('hex')
  if (clusterExists) await single(cluster, [`ALTER ROLE ${owner} PASSWORD '${password}'`])
  await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600, flush: true })
  await chmod(`${file}.new`, 0o600)
  await rename(`${file}.new`, file)
  return password
}

/** Makes the role of limited callers in a cluster of a hub that had none; `file` notes that it is there. */
export async function settleReader(cluster: Cluster, file: string, clusterExists: boolean): Promise<void> {
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known === `${READER}\n`) return
  if (clusterExists) await single(cluster, readerStatements)
  await writeFile(`${file}.new`, `${READER}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

/** Statements in single-user mode: one a line, no server listening meanwhile. */
async function single(cluster: Cluster, statements: readonly string[]): Promise<void> {
  const args = [
    '--single',
    '-D',
    cluster.data,
    '-c',
    'log_min_messages=error',
    '-c',
    'log_min_error_statement=panic',
  ]
  const said = await run(cluster, 'postgres', [...args, 'postgres'], `${statements.join('\n')}\n`)
  if (/\b(ERROR|FATAL|PANIC):/.test(said)) throw notCreated(cluster, said)
}

async function run(cluster: Cluster, program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(join(cluster.binaries.root, 'bin', program), args, {
    cwd: '/',
    env: serverEnvironment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // In a group of its own, so that Ctrl-C reaches the hub alone and it can end things in their order.
    detached: true,
    ...asAccount(cluster.account),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  child.stdin.on('error', () => {}) // it ended before it had read all; its exit code tells
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw notCreated(cluster, said)
  return said
}

function notCreated(cluster: Cluster, said: string): StartRefusal {
  const lines = said
    .split('\n')
    .filter((line) => /error|fatal|panic|could not|not permitted|no space/i.test(line))
  const why = (lines.at(-1) ?? said.trim().split('\n').at(-1) ?? '').trim()
  return new StartRefusal(
    'database-not-created',
    {
      zh: `无法建立数据库 ${cluster.data}：${why}。`,
      en: `The database in ${cluster.data} could not be made: ${why}.`,
    },
    {
      zh: '请检查磁盘空间和文件夹权限，或用 HUB_DATA 指定另一个文件夹。',
      en: 'Check the disk space and the permissions of the folder, or name another folder by HUB_DATA.',
    },
  )
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
