import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { generate, type Packet, parser } from 'mqtt-packet'
import type { OpenSource } from './source.ts'

/** Instruments send one at a time, so there are fewer. */
const SHARE = 4
const TOPIC = 'bench/trade'
const FOR_EVER_S = 0xffff_fffe
const V5 = { protocolVersion: 5 } as const
/** Publishes that the broker has not answered. */
const WINDOW = 1000

/** Messages of QoS 1 that a broker has queued while nobody listened: a Mosquitto of the bench's own. */
export const openMqtt: OpenSource = async (make, wanted, { folder }) => {
  const rows = Math.round(wanted / SHARE)
  const port = await freePort()
  const config = join(folder, `mosquitto-${port}.conf`)
  await writeFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nmax_inflight_messages 0\n`,
  )
  const broker = spawn('mosquitto', ['-c', config], { stdio: 'ignore' })
  const failed = new Promise<boolean>((resolve) => broker.once('error', () => resolve(true)))
  if (await Promise.race([failed, pause(300, false)]))
    return { missing: 'mqtt: not measured, there is no mosquitto on PATH (Debian: apt install mosquitto)' }
  const payloads = Array.from({ length: rows }, () => Buffer.from(JSON.stringify(make())))
  let queuedFor = ''
  const begin = async (clientId: string): Promise<void> => {
    const client = await open(port, clientId)
    client.write({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: TOPIC, qos: 1 }] })
    await client.next('suback')
    client.end()
    queuedFor = clientId
  }
  const queue = async (): Promise<void> => {
    const client = await open(port, 'bench-sender')
    let answered = 0
    client.onPacket = ({ cmd }) => {
      if (cmd === 'puback') answered++
    }
    for (const [i, payload] of payloads.entries()) {
      while (i - answered >= WINDOW) await pause(1)
      client.write({
        cmd: 'publish',
        topic: TOPIC,
        payload,
        qos: 1,
        messageId: (i % 65_535) + 1,
        dup: false,
        retain: false,
      })
    }
    while (answered < rows) await pause(1)
    client.end()
  }
  return {
    adapter: 'mqtt',
    title: 'one message each, QoS 1, queued before',
    bareTitle: 'mqtt-packet, acknowledging at once',
    record: 'trade',
    rows,
    settings: { host: '127.0.0.1', port, clientId: 'bench-hub', topics: [{ topic: TOPIC, record: 'trade' }] },
    allowAddress: [`127.0.0.1/32:${port}`],
    async again() {
      for (const clientId of ['bench-hub', 'bench-bare']) await begin(clientId)
      await queue()
    },
    async bare() {
      const client = await open(port, 'bench-bare')
      let count = 0
      await new Promise<void>((resolve) => {
        client.onPacket = (packet) => {
          if (packet.cmd !== 'publish') return
          client.write({ cmd: 'puback', messageId: packet.messageId ?? 0 })
          if (++count === rows) resolve()
        }
      })
      client.end()
      return count
    },
    async close() {
      broker.kill()
      if (queuedFor) await once(broker, 'exit').catch(() => {})
    },
  }
}

interface RawClient {
  onPacket: (packet: Packet) => void
  write(packet: Packet): void
  next(cmd: Packet['cmd']): Promise<Packet>
  end(): void
}

async function open(port: number, clientId: string): Promise<RawClient> {
  const socket: Socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  const reads = parser(V5)
  const waits: { cmd: string; resolve: (packet: Packet) => void }[] = []
  const client: RawClient = {
    onPacket: () => {},
    write: (packet) => void socket.write(generate(packet, V5)),
    next: (cmd) => new Promise((resolve) => waits.push({ cmd, resolve })),
    end: () => {
      socket.end(generate({ cmd: 'disconnect' } as Packet, V5))
    },
  }
  reads.on('packet', (packet: Packet) => {
    const at = waits.findIndex(({ cmd }) => cmd === packet.cmd)
    if (at >= 0) waits.splice(at, 1)[0]?.resolve(packet)
    else client.onPacket(packet)
  })
  socket.on('data', (chunk) => void reads.parse(chunk))
  socket.on('error', () => {})
  client.write({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: false,
    clientId,
    keepalive: 0,
    properties: { sessionExpiryInterval: FOR_EVER_S },
  })
  await client.next('connack')
  return client
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
