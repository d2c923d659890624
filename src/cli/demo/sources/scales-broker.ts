import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { publishLines } from './publish-lines.ts'
import type { DemoSource } from './source.ts'

const TOPIC = 'trace/330105012/SC-330105012-A023-01/ticket'
const START_TRIES = 100

/** Scales of a market that publish their tickets; null where this machine has no Mosquitto. */
export async function scalesBroker(folder: string, mappings: string): Promise<DemoSource | null> {
  const program = mosquitto()
  if (program === null) return null
  const port = await freePort()
  const broker = await started(program, folder, port)
  if (broker === null) return null
  const system = 'market-scales'
  const text = await readFile(join(mappings, system, 'samples/valid/fifty.ndjson'), 'utf8')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return {
    system,
    channel: 'scales',
    adapter: 'mqtt',
    about: {
      zh: '电子秤小票，每条入库后才向消息服务器确认',
      en: 'tickets of scales, each acknowledged to the broker after it is stored',
    },
    given: {
      settings: { host: '127.0.0.1', port, clientId: 'trace-hub-demo' },
      allowAddress: [`127.0.0.1/32:${port}`],
    },
    rows: lines.length,
    send: () => publishLines(port, TOPIC, lines),
    async stop() {
      broker.kill('SIGTERM')
    },
  }
}

/** Debian puts it where only root's PATH looks. */
function mosquitto(): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'mosquitto'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
  return found ?? null
}

async function started(program: string, folder: string, port: number): Promise<ChildProcess | null> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const config = join(folder, 'mosquitto.conf')
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false']
  // Started by root it would become a user that may not read this folder.
  if (process.getuid?.() === 0) lines.unshift('user root')
  await writeFile(config, `${lines.join('\n')}\n`)
  const child = spawn(program, ['-c', config], { stdio: 'ignore', detached: true })
  child.once('error', () => {})
  for (let tries = 0; tries < START_TRIES && child.exitCode === null; tries++) {
    if (await answers(port)) return child
    await pause(20)
  }
  child.kill('SIGKILL')
  return null
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
