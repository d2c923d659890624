import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** What a process that runs the embedded database said first. */
export interface HolderFacts {
  readonly url: string
  readonly port: number
  readonly data: string
  /** Of its PostgreSQL. */
  readonly pid: number
  /** Why it did not start, in place of all else. */
  readonly refused?: string
}

export interface Holder {
  readonly process: ChildProcess
  readonly facts: HolderFacts
}

/** A folder for this test that PostgreSQL's own user may pass through. */
export async function scratchFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-start-'))
  await chmod(folder, mode)
  // The PostgreSQL of a hub that was killed writes until its watchdog has ended it.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }))
  return folder
}

const script = fileURLToPath(new URL('./embedded-holder.ts', import.meta.url))

export interface HolderOptions {
  readonly stateRoot?: string
  readonly uid?: number
}

/** Starts the embedded database in a process of its own, which is stopped at the end of the test. */
export async function hold(dataDir: string, options: HolderOptions = {}): Promise<Holder> {
  const child = spawnHolder(dataDir, options)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { process: child, facts: JSON.parse(line) as HolderFacts }
}

/** The same without waiting until it has started. */
export function spawnHolder(dataDir: string, { stateRoot, ...user }: HolderOptions = {}) {
  const child = spawn(process.execPath, [script, dataDir, ...(stateRoot ? [stateRoot] : [])], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  })
  onTestFinished(async () => void (await letGo(child)))
  return child
}

/** False too for a process that has ended and that nobody has asked for its exit code. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** SIGTERM, and the milliseconds until the process has ended. */
export async function letGo(child: ChildProcess): Promise<number> {
  const start = performance.now()
  if (child.exitCode !== null || child.signalCode !== null) return 0
  child.kill('SIGTERM')
  await once(child, 'exit')
  return performance.now() - start
}

/** SIGKILL, as the kernel does when memory runs out. */
export async function killAtOnce(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Runs one statement on a connection of its own. */
export async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
