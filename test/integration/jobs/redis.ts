import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface TestRedis {
  readonly url: string
  /** kill -9, as a power cut would. */
  kill(): Promise<void>
  /** After it was killed: an empty one at the same address. */
  again(): Promise<void>
}

/** Whether this machine can run a Redis of the test's own. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** A Redis of the test's own on a free port that keeps nothing on disk. */
export async function startRedis(...options: string[]): Promise<TestRedis> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'hub-redis-'))
  const listening = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const lossy = ['--save', '', '--appendonly', 'no']
  const start = async (): Promise<ChildProcess> => {
    const server = spawn('redis-server', [...listening, ...lossy, ...options], { stdio: 'ignore' })
    await answering(port)
    return server
  }
  let server = await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: async () => {
      await killed(server)
      await rm(folder, { recursive: true, force: true })
    },
    again: async () => {
      await mkdir(folder, { recursive: true })
      server = await start()
    },
  }
}

async function killed(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGKILL')
  await gone
}

async function answering(port: number, triesLeft = 100): Promise<void> {
  const open = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
  if (open) return
  if (triesLeft === 0) throw new Error(`redis-server does not listen on port ${port}`)
  await pause(50)
  await answering(port, triesLeft - 1)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
