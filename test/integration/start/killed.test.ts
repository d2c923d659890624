import { spawn } from 'node:child_process'
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startEmbedded } from '#cli/embedded.ts'
import { ask, hold, isRunning, killAtOnce, scratchFolder, spawnHolder } from '#test/holder.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }
let made = ''

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'hub-start-'))
  await chmod(made, 0o711)
  const embedded = await startEmbedded({ dataDir: made, log: silent })
  await ask(embedded.url, 'CREATE TABLE crate AS SELECT 7 AS number')
  await embedded.stop()
})

afterAll(() => rm(made, { recursive: true, maxRetries: 20, retryDelay: 250 }))

/** A hub on a data folder of its own that holds the table `crate`. */
async function stored() {
  const dataDir = await scratchFolder()
  await cp(made, dataDir, { recursive: true })
  return { dataDir, first: await hold(dataDir) }
}

const numbers = (url: string) => ask(url, 'SELECT number FROM crate')

/** Processes whose command line, as the kernel has it, passes the test. */
async function processes(test: (words: readonly string[]) => boolean): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => test((lines[index] ?? '').split('\0'))).map(Number)
}

const isWatchdogOf = (pid: number) => (words: readonly string[]) =>
  words[0] === '/bin/sh' && (words[2] ?? '').includes('kill -INT') && words.includes(String(pid))

it('starts again at once after the hub was killed, and leaves no PostgreSQL where nobody starts it again', async () => {
  const { dataDir, first } = await stored()
  await killAtOnce(first.process)
  const second = await hold(dataDir)
  expect(second.facts.refused).toBeUndefined()
  expect(await numbers(second.facts.url)).toEqual([{ number: 7 }])
  await killAtOnce(second.process)
  await vi.waitFor(() => expect(isRunning(second.facts.pid)).toBe(false), { timeout: 15_000 })
})

it.runIf(process.platform === 'linux')(
  'takes over from a hub that was killed with its watchdog',
  async () => {
    const { dataDir, first } = await stored()
    const watchdogs = await processes(isWatchdogOf(first.facts.pid))
    expect(watchdogs).toHaveLength(1)
    for (const pid of watchdogs) process.kill(pid, 'SIGKILL')
    await killAtOnce(first.process)
    await pause(100)
    expect(isRunning(first.facts.pid)).toBe(true)
    const second = await hold(dataDir)
    expect(isRunning(first.facts.pid)).toBe(false)
    expect(await numbers(second.facts.url)).toEqual([{ number: 7 }])
  },
)

it('starts again after hub and PostgreSQL were both killed while a query was running', async () => {
  const { dataDir, first } = await stored()
  const busy = ask(first.facts.url, 'SELECT sum(n) FROM generate_series(1, 400000000) n').catch(
    () => 'cut off',
  )
  await pause(200)
  first.process.kill('SIGKILL')
  process.kill(first.facts.pid, 'SIGKILL')
  const second = await hold(dataDir)
  expect(second.facts.refused).toBeUndefined()
  expect(await numbers(second.facts.url)).toEqual([{ number: 7 }])
  expect(await busy).toBe('cut off')
})

it('starts again where the number in a stale postmaster.pid has come to belong to another program', async () => {
  const { dataDir, first } = await stored()
  const pidFile = join(first.facts.data, 'postmaster.pid')
  const before = await readFile(pidFile, 'utf8')
  first.process.kill('SIGKILL')
  process.kill(first.facts.pid, 'SIGKILL')
  await vi.waitFor(() => expect(isRunning(first.facts.pid)).toBe(false))
  const { uid, gid } = await stat(first.facts.data)
  const other = spawn('sleep', ['60'], { stdio: 'ignore', ...(process.getuid?.() === 0 ? { uid, gid } : {}) })
  onTestFinished(() => void other.kill('SIGKILL'))
  await writeFile(pidFile, before.replace(/^\d+/, String(other.pid)))
  const second = await hold(dataDir)
  expect(second.facts.refused).toBeUndefined()
  expect(await numbers(second.facts.url)).toEqual([{ number: 7 }])
  expect(other.exitCode ?? other.signalCode).toBeNull()
})

it('brings PostgreSQL back under the same address while the hub runs on', async () => {
  const { first } = await stored()
  process.kill(first.facts.pid, 'SIGKILL')
  await vi.waitFor(() => expect(isRunning(first.facts.pid)).toBe(false))
  await vi.waitFor(async () => expect(await numbers(first.facts.url)).toEqual([{ number: 7 }]), {
    timeout: 8000,
    interval: 100,
  })
})

it('stops for good also where PostgreSQL is just being brought back', async () => {
  const dataDir = await scratchFolder()
  await cp(made, dataDir, { recursive: true })
  const embedded = await startEmbedded({ dataDir, log: silent })
  const pidFile = await readFile(join(embedded.data, 'postmaster.pid'), 'utf8')
  process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL')
  await pause(150)
  await Promise.all([embedded.stop(), embedded.stop()])
  await expect(numbers(embedded.url)).rejects.toThrow()
  const again = await startEmbedded({ dataDir, log: silent })
  expect(await numbers(again.url)).toEqual([{ number: 7 }])
  await again.stop()
})

it('begins anew where the making of the first database was cut off', async () => {
  const dataDir = join(await scratchFolder(), 'hub')
  const unfinished = async () => (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'))
  const first = spawnHolder(dataDir)
  await vi.waitFor(async () => expect(await unfinished()).toHaveLength(1), { timeout: 30_000, interval: 10 })
  await killAtOnce(first)
  const second = await hold(dataDir)
  expect(await ask(second.facts.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(await unfinished()).toEqual([])
})
