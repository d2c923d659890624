import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'
import type { OpenSource } from './source.ts'

const TOPIC = 'market/330402003/trade'
/** What the adapter asks for by itself. */
const WINDOW = 200
const LAST_ID = 65_535
const VERSION = { protocolVersion: 5 } as const

/**
 * Trades as messages with QoS 1, one each. The broker does no more than what both readers need: it keeps the window, and begins with the first
 * message at each connection. The packets are made before.
 */
export const openMqtt: OpenSource = async (make, rows) => {
  const messages = Array.from({ length: rows }, (_, i) =>
    generate(
      {
        cmd: 'publish',
        topic: TOPIC,
        payload: JSON.stringify(make()),
        qos: 1,
        dup: false,
        retain: false,
        messageId: (i % LAST_ID) + 1,
      },
      VERSION,
    ),
  )
  const server = createServer((socket) => serve(socket, messages))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    adapter: 'mqtt',
    title: 'MQTT 5, a message for each',
    bareTitle: 'mqtt-packet, each acknowledged',
    record: 'trade',
    rows,
    settings: { host: '127.0.0.1', port, clientId: 'bench', window: WINDOW, topics: [{ topic: TOPIC }] },
    allowAddress: [`127.0.0.1/32:${port}`],
    bare: () => readBare(port, rows),
    close: async () => void server.close(),
  }
}

/** Packets over a socket. */
function speak(socket: Socket, hear: (packet: Packet) => void): (packet: Packet) => void {
  const reading = parser(VERSION)
  reading.on('packet', hear)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => void reading.parse(bytes))
  return (packet) => void socket.write(generate(packet, VERSION))
}

function serve(socket: Socket, messages: readonly Buffer[]): void {
  let sent = 0
  const send = (count: number): void => {
    socket.cork()
    for (const last = Math.min(sent + count, messages.length); sent < last; sent++)
      socket.write(messages[sent] as Buffer)
    socket.uncork()
  }
  const say = speak(socket, (packet) => {
    if (packet.cmd === 'connect') say({ cmd: 'connack', reasonCode: 0, sessionPresent: false })
    else if (packet.cmd === 'pingreq') say({ cmd: 'pingresp' })
    else if (packet.cmd === 'puback') send(1)
    else if (packet.cmd === 'disconnect') socket.end()
    else if (packet.cmd === 'subscribe') {
      say({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] })
      send(WINDOW)
    }
  })
}

function readBare(port: number, rows: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    const socket = connect(port, '127.0.0.1')
    const say = speak(socket, (packet) => {
      if (packet.cmd === 'connack')
        say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: TOPIC, qos: 1 }] })
      if (packet.cmd !== 'publish') return
      count++
      say({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 })
      if (count === rows) socket.end()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(count))
    say({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 5,
      clientId: 'bare',
      clean: true,
      keepalive: 30,
      properties: { receiveMaximum: WINDOW },
    })
  })
}
