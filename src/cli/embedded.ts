import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StartRefusal } from '#store/refusal.ts'
import { type Account, findAccount, isRoot } from './embedded/account.ts'
import { findBinaries } from './embedded/binaries.ts'
import { createCluster, databaseName, owner, settlePassword, settleReader } from './embedded/cluster.ts'
import { stopLeftovers } from './embedded/leftovers.ts'
import { lockFolder } from './embedded/lock.ts'
import type { EmbeddedLog } from './embedded/log.ts'
import { giveTo, reachableBinaries, reachableData, stateRoot } from './embedded/reachable.ts'
import { EndedEarly, type ServerSettings, startServer } from './embedded/server.ts'
import { removeSocketFolder, socketFolder } from './embedded/socket-folder.ts'
import { supervise } from './embedded/supervise.ts'

export interface EmbeddedSettings {
  /** The hub's data folder (`HUB_DATA`); made where it is missing. */
  readonly dataDir: string
  readonly log: EmbeddedLog
  /** Where root keeps what PostgreSQL's own user must reach; for tests. */
  readonly stateRoot?: string
  /** Most connections at once; enough for one hub where not given. */
  readonly maxConnections?: number
}

/** A hub takes up to 32, and leaves room for a person who looks and for tools. */
const MAX_CONNECTIONS = 50

export interface Embedded {
  /** For the role `hub`, over a Unix socket where there is one (`?host=`), else over TCP. */
  readonly url: string
  /** On 127.0.0.1; another one at each start. */
  readonly port: number
  /** The data directory of PostgreSQL, with links resolved. */
  readonly data: string
  /** Ends PostgreSQL in at most 5 s and gives back the folder. */
  stop(): Promise<void>
}

/**
 * Runs a PostgreSQL of the hub's own under `<dataDir>/postgres` and keeps it running until `stop`: one that dies is
 * started again under the same address. Takes over from a hub that was killed. Throws a `StartRefusal` where another hub
 * has the folder or the database cannot be started.
 */
export async function startEmbedded(settings: EmbeddedSettings): Promise<Embedded> {
  const folder = await openFolder(settings.dataDir)
  const lock = lockFolder(folder)
  try {
    const { server, password } = await prepare(folder, settings)
    const running = await startOnFreePort(server, settings.log)
    const supervised = supervise(running.server, running.settings, settings.log)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= supervised
        .stop()
        .then(() => removeSocketFolder(server.socketFolder, server.data))
        .finally(() => lock.release())
      return stopped
    }
    const { port } = running.settings
    return { url: address(running.settings, password), port, data: server.data, stop }
  } catch (error) {
    lock.release()
    throw error
  }
}

const slowStartMs = 3000

async function openFolder(dataDir: string): Promise<string> {
  const folder = resolve(dataDir)
  const made = await mkdir(folder, { recursive: true }).catch(() => undefined) // the lock says why not
  // Whatever the umask, PostgreSQL's own user may pass through; each file inside has its own mode.
  if (made && isRoot()) await chmod(folder, 0o711)
  return realpath(folder).catch(() => folder)
}

type Prepared = { readonly server: Omit<ServerSettings, 'port'>; readonly password: string }

async function prepare(
  folder: string,
  { log, stateRoot: root = stateRoot, maxConnections = MAX_CONNECTIONS }: EmbeddedSettings,
): Promise<Prepared> {
  const newcomer = isRoot() ? findAccount() : undefined
  const data = await reachableData(folder, newcomer, log, root)
  const account = await settleOwner(data, newcomer)
  const binaries = await reachableBinaries(await findBinaries(), account, log, root)
  const cluster = { binaries, data, account }
  const clusterName = `trace-hub-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`
  const exists = await checkVersion(data, binaries.version)
  if (exists) await stopLeftovers(data, clusterName, log)
  const password = await settlePassword(cluster, join(folder, 'postgres.password'), exists)
  if (!exists) await createCluster(cluster, password)
  await settleReader(cluster, join(folder, 'postgres.roles'), exists)
  const socket = await socketFolder(data, clusterName, account)
  const logFile = join(folder, 'postgres.log')
  return { server: { ...cluster, clusterName, socketFolder: socket, logFile, maxConnections }, password }
}

/** Existing data stay with the user they belong to, whichever user root would choose today. */
async function settleOwner(data: string, newcomer: Account | undefined): Promise<Account | undefined> {
  const found = await stat(data).catch(() => undefined)
  if (!found) return newcomer
  if (!newcomer && found.uid !== process.getuid?.()) throw foreignData(data, found.uid)
  if (newcomer && found.uid === 0) await giveTo(data, newcomer)
  await chmod(data, 0o700)
  return newcomer && found.uid !== 0 ? { name: String(found.uid), uid: found.uid, gid: found.gid } : newcomer
}

/** Says whether there is a database already; refuses one that another major version of PostgreSQL made. */
async function checkVersion(data: string, version: string): Promise<boolean> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (found === '') return false
  const major = version.split('.')[0]
  if (found !== major) throw otherVersion(data, found, String(major))
  return true
}

async function startOnFreePort(prepared: Omit<ServerSettings, 'port'>, log: EmbeddedLog) {
  const slow = setTimeout(
    () => log.info({ logFile: prepared.logFile }, 'PostgreSQL is still starting: it recovers from a crash'),
    slowStartMs,
  )
  return tryPorts(prepared).finally(() => clearTimeout(slow))
}

async function tryPorts(prepared: Omit<ServerSettings, 'port'>) {
  const deadline = performance.now() + 15_000
  for (;;) {
    const settings: ServerSettings = { ...prepared, port: await freePort() }
    try {
      return { server: await startServer(settings), settings }
    } catch (error) {
      if (!(error instanceof EndedEarly)) throw error
      // Someone took the port meanwhile, or children of a killed server have not let go of their memory yet.
      const passing = /could not (create any TCP\/IP sockets|bind)|shared memory block .* still in use/
      if (!passing.test(error.said) || performance.now() > deadline) throw notStarted(settings, error)
      await pause(200)
    }
  }
}

function address(settings: ServerSettings, password: string): string {
  const base = `postgresql://${owner}:${password}@127.0.0.1:${settings.port}/${databaseName}`
  return settings.socketFolder ? `${base}?host=${encodeURIComponent(settings.socketFolder)}` : base
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function foreignData(data: string, uid: number): StartRefusal {
  return new StartRefusal(
    'data-of-another-user',
    { zh: `${data} 属于另一个用户（uid ${uid}）。`, en: `${data} belongs to another user (uid ${uid}).` },
    {
      zh: '请以该用户或 root 启动，或用 HUB_DATA 指定另一个文件夹。',
      en: 'Start as that user or as root, or name another folder by HUB_DATA.',
    },
  )
}

function otherVersion(data: string, found: string, wanted: string): StartRefusal {
  return new StartRefusal(
    'data-of-another-version',
    {
      zh: `${data} 由 PostgreSQL ${found} 建立，本程序带的是 ${wanted}。`,
      en: `${data} was made by PostgreSQL ${found}; this hub brings ${wanted}.`,
    },
    {
      zh: '请用原来的版本导出数据，或用 HUB_DATA 指定新的文件夹。',
      en: 'Export the data with the version that made them, or name a new folder by HUB_DATA.',
    },
  )
}

function notStarted(settings: ServerSettings, error: EndedEarly): StartRefusal {
  const lines = error.said.split('\n').filter((line) => /(FATAL|PANIC|ERROR|could not|cannot)/.test(line))
  const why = (lines.at(-1) ?? '').replace(/^.*?(FATAL|PANIC|ERROR|LOG|WARNING): +/, '')
  return new StartRefusal(
    'database-not-started',
    { zh: `PostgreSQL 未能启动：${why}。`, en: `PostgreSQL did not start: ${why}.` },
    { zh: `详情见 ${settings.logFile}。`, en: `See ${settings.logFile} for more.` },
    error,
  )
}
