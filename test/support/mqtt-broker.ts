import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface MqttBroker {
  readonly port: number
  /** Ends it in order, and starts it again with what it had kept. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface BrokerOptions {
  /** User and password that it asks for; nobody is asked where they are absent. */
  readonly user?: { readonly name: string; readonly password: string }
  /** More lines of mosquitto.conf. */
  readonly lines?: readonly string[]
}

/** Mosquitto where PATH has it, else null. Debian puts it where only root's PATH looks. */
const MOSQUITTO = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  .map((folder) => join(folder, 'mosquitto'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

export const hasMosquitto = MOSQUITTO !== undefined

/** A Mosquitto of the test's own at a free port, with its store in a temporary folder. */
export async function startBroker({ user, lines = [] }: BrokerOptions = {}): Promise<MqttBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-mqtt-'))
  await chmod(folder, 0o700)
  const port = await freePort()
  const passwords = join(folder, 'passwords')
  if (user) {
    await writeFile(passwords, `${user.name}:${user.password}\n`)
    spawnSync('mosquitto_passwd', ['-U', passwords])
  }
  const config = join(folder, 'mosquitto.conf')
  await writeFile(
    config,
    [
      // Started by root it would become a user that may not read this folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      'persistence true',
      `persistence_location ${folder}/`,
      'max_queued_messages 0',
      `listener ${port} 127.0.0.1`,
      ...(user ? ['allow_anonymous false', `password_file ${passwords}`] : ['allow_anonymous true']),
      ...lines,
      '',
    ].join('\n'),
  )
  let child = await started(config, port)
  return {
    port,
    async restart() {
      await ended(child, 'SIGTERM')
      child = await started(config, port)
    },
    async stop() {
      await ended(child, 'SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function started(config: string, port: number): Promise<ChildProcess> {
  if (MOSQUITTO === undefined) throw new Error('There is no Mosquitto.')
  const child = spawn(MOSQUITTO, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break
    if (await answers(port)) return child
    await pause(20)
  }
  child.kill('SIGKILL')
  throw new Error(`Mosquitto did not start: ${said}`)
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
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
