import { spawnSync } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { EmbeddedLog } from './log.ts'

interface Process {
  readonly pid: number
  /** The program and its arguments; PostgreSQL's children put a title in their place. */
  readonly words: readonly string[]
}

/**
 * Ends what an earlier hub that was killed left behind: its PostgreSQL if that still runs, and children of a PostgreSQL
 * that was itself killed, which may still write. Removes `postmaster.pid` only where its number now belongs to another
 * program; otherwise PostgreSQL judges it by itself, which also looks for shared memory still in use.
 * Call it only with the lock of the folder held.
 */
export async function stopLeftovers(data: string, clusterName: string, log: EmbeddedLog): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const noted = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  if (!noted) return
  const isOurs = ({ words }: Process) => isServer(words, data) || isChild(words, clusterName)
  const ours = async () => (await allProcesses()).filter(isOurs)
  const found = await ours()
  if (found.length > 0)
    log.warn({ pids: found.map(({ pid }) => pid) }, 'ending a PostgreSQL that an earlier hub left')
  const servers = async () => (await ours()).filter(({ words }) => isServer(words, data))
  await end(servers, ['SIGINT', 4000], ['SIGQUIT', 3000], ['SIGKILL', 2000])
  // Children see that their server is gone and leave; one in the middle of a long computation does not look.
  await end(ours, [0, 1000], ['SIGQUIT', 2000], ['SIGKILL', 2000])
  if (isAlive(noted)) await rm(file, { force: true })
}

type Step = readonly [signal: NodeJS.Signals | 0, waitMs: number]

async function end(list: () => Promise<Process[]>, ...steps: readonly Step[]): Promise<void> {
  let left = await list()
  for (const [signal, waitMs] of steps) {
    for (const { pid } of left) send(pid, signal)
    const deadline = performance.now() + waitMs
    while (left.length > 0 && performance.now() < deadline) {
      await pause(20)
      left = await list()
    }
    if (left.length === 0) return
  }
}

function isServer(words: readonly string[], data: string): boolean {
  return basename(words[0] ?? '') === 'postgres' && words[words.indexOf('-D') + 1] === data
}

function isChild(words: readonly string[], clusterName: string): boolean {
  return words.join(' ').startsWith(`postgres: ${clusterName}: `)
}

/** On Linux from /proc, since a small installation has no `ps`. */
async function allProcesses(): Promise<Process[]> {
  if (process.platform !== 'linux') return listed()
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = async (pid: string): Promise<Process> => {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return { pid: Number(pid), words: line.split('\0') }
  }
  return Promise.all(pids.map(read))
}

function listed(): Process[] {
  const { stdout } = spawnSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
    // Without the ends of the arguments, a data directory with spaces is put together again.
    const [, program, folder] = /^(.*?\/postgres) .*?-D (.*?)(?: -[a-zA-Z] .*)?$/.exec(command ?? '') ?? []
    const words = program && folder ? [program, '-D', folder] : [command ?? '']
    return pid ? [{ pid: Number(pid), words }] : []
  })
}

function send(pid: number, signal: NodeJS.Signals | 0): void {
  try {
    process.kill(pid, signal)
  } catch {
    // gone meanwhile
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
