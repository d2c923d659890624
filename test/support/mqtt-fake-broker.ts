import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

/** A broker of a test, which answers as the test says. */
export interface FakeBroker {
  readonly port: number
  /** Packets that came, in order. */
  readonly came: readonly Packet[]
  send(packet: Packet): void
  /** Bytes that need not be MQTT. */
  write(bytes: Uint8Array): void
  stop(): Promise<void>
}

/** What it answers to a packet; nothing where that is undefined. */
export type Answers = (packet: Packet) => Packet | undefined

/** Lets everybody in and grants every subscription. */
export const wellAnswers: Answers = (packet) => {
  if (packet.cmd === 'connect') return { cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false }
  if (packet.cmd === 'subscribe')
    return { cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) }
  if (packet.cmd === 'unsubscribe') return { cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [0] }
  if (packet.cmd === 'pingreq') return { cmd: 'pingresp' }
  return undefined
}

export async function startFakeBroker(
  answers: Answers = wellAnswers,
  protocolVersion: 4 | 5 = 5,
): Promise<FakeBroker> {
  const came: Packet[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    const reading = parser({ protocolVersion })
    reading.on('error', () => {})
    reading.on('packet', (packet) => {
      came.push(packet)
      const answer = answers(packet)
      if (answer) socket.write(generate(answer, { protocolVersion }))
      if (packet.cmd === 'disconnect') socket.end()
    })
    socket.on('data', (bytes: Buffer) => void reading.parse(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const write = (bytes: Uint8Array): void => {
    for (const socket of sockets) socket.write(bytes)
  }
  return {
    port: (server.address() as { port: number }).port,
    came,
    send: (packet) => write(generate(packet, { protocolVersion })),
    write,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
