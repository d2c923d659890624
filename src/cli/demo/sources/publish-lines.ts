import { once } from 'node:events'
import { connect } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

/** Publishes each line as a message with QoS 1, as a scale does, and resolves when the broker has them all. */
export async function publishLines(port: number, topic: string, lines: readonly string[]): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const write = (packet: Packet): void => void socket.write(generate(packet))
  const reading = parser()
  let taken = 0
  const all = new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the broker ended the connection')))
    reading.on('error', reject)
    reading.on('packet', ({ cmd }) => {
      if (cmd === 'puback') taken++
      if (taken === lines.length) resolve()
      else if (cmd === 'connack' || cmd === 'puback') publishNext()
    })
  })
  let next = 0
  // One after the other, as lines come from a scale.
  const publishNext = (): void => {
    const payload = `${lines[next]}\n`
    next++
    write({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId: next })
  }
  socket.on('data', (bytes: Buffer) => void reading.parse(bytes))
  write({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'demo-scale', clean: true })
  try {
    await all
  } finally {
    socket.destroy()
  }
}
