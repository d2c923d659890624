import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Account, asAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import { serverEnvironment } from './cluster.ts'
import { sharedBuffers } from './shared-buffers.ts'
import { type Watchdog, watch } from './watchdog.ts'

export interface ServerSettings {
  readonly binaries: Binaries
  readonly data: string
  readonly account: Account | undefined
  readonly clusterName: string
  readonly port: number
  /** Folder of the Unix socket; absent where every candidate's path is too long. */
  readonly socketFolder: string | undefined
  readonly logFile: string
  readonly maxConnections: number
}

export interface Server {
  readonly pid: number
  /** Settles when the process has ended, however it ended. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** PostgreSQL ended before it was ready; `said` is what it wrote into its log. */
export class EndedEarly extends Error {
  readonly said: string

  constructor(said: string) {
    super('PostgreSQL ended before it was ready')
    this.name = 'EndedEarly'
    this.said = said
  }
}

const logRotationBytes = 10 * 1024 * 1024
const fastStopMs = 4000

/**
 * Durable as PostgreSQL is by default, sized for a hub on a small machine, no replication. Its log never shows a
 * statement or a value: `log_min_messages=log` leaves out errors of statements, which the hub itself reports.
 */
function options(settings: ServerSettings): readonly string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: settings.socketFolder ? listed(settings.socketFolder) : '',
    unix_socket_permissions: '0700',
    cluster_name: settings.clusterName,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '2GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    // What is read lies in the system's cache as a rule: handing it to processes of their own costs more than reading it, on two cores.
    io_method: 'sync',
    shared_buffers: sharedBuffers(),
    maintenance_work_mem: '64MB',
    max_connections: String(settings.maxConnections),
    // Parallel plans need /dev/shm, of which a container has 64 MB, and gain nothing on two cores.
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    autovacuum: 'on',
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: '0',
    log_line_prefix: '%m [%p] ',
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** As the only member of a list in a setting: a comma in the path is no end of it. */
function listed(path: string): string {
  return `"${path.replaceAll('"', '""')}"`
}

/**
 * Starts PostgreSQL and waits until it takes connections, for as long as recovery after a crash needs. It gets no
 * input, a group of its own (Ctrl-C reaches the hub alone, which stops it last), and a watchdog that stops it where
 * the hub is killed. Throws `EndedEarly`.
 */
export async function startServer(settings: ServerSettings): Promise<Server> {
  rotate(settings.logFile)
  const log = openSync(settings.logFile, 'a', 0o600)
  const from = fstatSync(log).size
  const child = spawn(
    join(settings.binaries.root, 'bin', 'postgres'),
    ['-D', settings.data, '-p', String(settings.port), ...options(settings)],
    {
      cwd: '/',
      env: serverEnvironment,
      stdio: ['ignore', log, log],
      detached: true,
      ...asAccount(settings.account),
    },
  )
  closeSync(log)
  const watchdog = child.pid === undefined ? undefined : watch(child.pid, settings.account)
  const ended = endOf(child).finally(() => watchdog?.release())
  await ready(child, settings, from)
  child.unref()
  return { pid: child.pid ?? 0, ended, stop: () => stop(child, ended, watchdog) }
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve()) // it could not be started; whoever waits for it learns so by EndedEarly
  })
}

/** The eighth line of `postmaster.pid` becomes `ready`, which is also what pg_ctl waits for. */
async function ready(child: ChildProcess, settings: ServerSettings, from: number): Promise<void> {
  const file = join(settings.data, 'postmaster.pid')
  for (;;) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      throw new EndedEarly(readFrom(settings.logFile, from))
    }
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return
    await pause(10)
  }
}

async function stop(
  child: ChildProcess,
  ended: Promise<void>,
  watchdog: Watchdog | undefined,
): Promise<void> {
  child.ref()
  child.kill('SIGINT')
  const late = setTimeout(() => child.kill('SIGQUIT'), fastStopMs)
  await ended
  clearTimeout(late)
  watchdog?.release()
}

function rotate(file: string): void {
  if (existsSync(file) && statSync(file).size > logRotationBytes) renameSync(file, `${file}.1`)
}

function readFrom(file: string, from: number): string {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(Math.min(65_536, Math.max(0, fstatSync(handle).size - from)))
    readSync(handle, bytes, 0, bytes.length, from)
    return bytes.toString('utf8')
  } finally {
    closeSync(handle)
  }
}
