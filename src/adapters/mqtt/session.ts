import type { Socket } from 'node:net'
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet'
import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { createFramer } from './frames.ts'
import { endedByBroker, refusedConnection } from './outcomes.ts'
import { secured } from './secure.ts'
import type { MqttSettings } from './settings.ts'

type Parts = AdapterParts<MqttSettings>

/** Bytes of messages that wait to be taken, from which on nothing more is read from the broker. */
const HELD_BYTES = 4_000_000
const LAST_WORDS_MS = 300

/** A message that was delivered. */
export interface Received {
  readonly topic: string
  readonly payload: Buffer
  /** As the sender says it, under version 5. */
  readonly contentType: string | undefined
  /** Number under which it is acknowledged; null where it came with QoS 0. */
  readonly id: number | null
}

/** One connection to a broker. What was received is acknowledged when the caller says so, in the order in which it came. */
export interface Session {
  /** Whether the broker had kept a session of this client id. */
  readonly present: boolean
  /** The next message; null when the work has to end. @throws AdapterError */
  next(): Promise<Received | null>
  /** Does nothing where the connection is gone: the broker delivers the message again. */
  acknowledge(id: number): void
  /** Codes of what was granted, in the order of the filters. @throws AdapterError */
  subscribe(filters: readonly string[]): Promise<readonly number[]>
  unsubscribe(filters: readonly string[]): Promise<void>
  /** Publishes with QoS 1 and gives the broker's code. @throws AdapterError */
  publish(topic: string, payload: Uint8Array, contentType: string): Promise<number>
  end(): Promise<void>
}

/** How a session is opened. `keep`: the broker keeps it when the connection ends. */
export interface SessionOptions {
  readonly clientId: string
  readonly keep: boolean
}

interface Wait {
  resolve(packet: Packet): void
  reject(error: AdapterError): void
}

/** Opens a connection and signs in. @throws AdapterError */
export async function openSession(parts: Parts, { clientId, keep }: SessionOptions): Promise<Session> {
  const { settings, secrets, limits, signal, log } = parts
  const protocolVersion = settings.version === '5' ? 5 : 4
  const socket = await connected(parts)
  const waits = new Map<string, Wait>()
  const received: Received[] = []
  let heldBytes = 0
  let failure: AdapterError | null = null
  let wake = (): void => {}
  let lastId = 0
  let leftAtBroker = 0
  const unacknowledged: { readonly id: number; isDone: boolean }[] = []

  const fail = (error: AdapterError): void => {
    if (failure) return
    failure = error
    clearInterval(pings)
    socket.destroy()
    for (const { reject } of waits.values()) reject(error)
    waits.clear()
    wake()
  }
  const write = (packet: Packet): void => {
    if (!failure && !socket.destroyed) socket.write(generate(packet, { protocolVersion }))
  }
  /** Sends a packet, and waits for the one that answers it. */
  const ask = async (packet: Packet, answer: string): Promise<Packet> => {
    if (failure) throw failure
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Packet>((resolve, reject) => {
        waits.set(answer, { resolve, reject })
        timer = setTimeout(
          () => fail(new AdapterError('retry', `no answer of the broker within ${limits.timeoutMs} ms`)),
          limits.timeoutMs,
        )
        write(packet)
      })
    } finally {
      clearTimeout(timer)
      waits.delete(answer)
    }
  }
  const take = (packet: IPublishPacket): void => {
    const id = packet.qos === 0 ? null : (packet.messageId ?? 0)
    if (packet.qos === 2) fail(new AdapterError('source', 'a message with QoS 2, which was not asked for'))
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    if (id !== null) unacknowledged.push({ id, isDone: false })
    received.push({ topic: packet.topic, payload, contentType: packet.properties?.contentType, id })
    heldBytes += payload.length
    if (heldBytes > HELD_BYTES) socket.pause()
    wake()
  }
  const reading = parser({ protocolVersion })
  reading.on('error', () => fail(new AdapterError('source', 'what the broker sends is not MQTT')))
  reading.on('packet', (packet) => {
    if (packet.cmd === 'publish') take(packet)
    else if (packet.cmd === 'disconnect') fail(endedByBroker(packet.reasonCode ?? 0))
    else waits.get(`${packet.cmd} ${packet.messageId ?? ''}`)?.resolve(packet)
  })
  const frame = createFramer(limits.maxBytes, {
    packet: (bytes) => void reading.parse(bytes),
    tooLarge: (_head, bytes) => {
      leftAtBroker++
      log.warn({ bytes, maxBytes: limits.maxBytes }, 'a message over the limit is left at the broker')
      // Each of them takes a place of those that may be under way.
      if (leftAtBroker * 2 > settings.window)
        fail(new AdapterError('source', 'too many messages over the limit', { setting: '/limits/maxBytes' }))
    },
  })
  socket.on('data', (chunk: Buffer) => {
    try {
      frame(chunk)
    } catch (error) {
      fail(
        error instanceof AdapterError
          ? error
          : new AdapterError('source', 'what the broker sends is not MQTT'),
      )
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => fail(new AdapterError('retry', endOf(signal))))
  const pings = setInterval(() => {
    // While nothing is read no answer can be seen; the broker is told that we are there all the same.
    if (socket.isPaused()) write({ cmd: 'pingreq' })
    else void ask({ cmd: 'pingreq' }, 'pingresp ').catch(() => {})
  }, settings.keepAliveS * 1000)

  const nextId = (): number => {
    lastId = (lastId % 65_535) + 1
    return lastId
  }
  const password = secrets['password']
  try {
    const answer = await ask(
      {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion,
        clientId,
        clean: !keep,
        keepalive: settings.keepAliveS,
        ...(settings.username === undefined ? {} : { username: settings.username }),
        ...(password === undefined || settings.username === undefined
          ? {}
          : { password: Buffer.from(password) }),
        ...(protocolVersion === 5
          ? {
              properties: {
                sessionExpiryInterval: keep ? settings.sessionExpiryS : 0,
                receiveMaximum: settings.window,
              },
            }
          : {}),
      },
      'connack ',
    )
    if (answer.cmd !== 'connack') throw new AdapterError('source', 'no answer to the sign-in')
    const code = answer.reasonCode ?? answer.returnCode ?? 0
    if (code !== 0) throw refusedConnection(code, settings.version, password !== undefined)
    return {
      present: answer.sessionPresent,
      async next() {
        for (;;) {
          if (signal.aborted) return null
          if (failure) throw failure
          const first = received.shift()
          if (first) {
            heldBytes -= first.payload.length
            if (heldBytes <= HELD_BYTES && socket.isPaused()) socket.resume()
            return first
          }
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      },
      acknowledge(id) {
        const one = unacknowledged.find((it) => it.id === id && !it.isDone)
        if (one) one.isDone = true
        // MQTT 5.0 §4.6: in the order in which the messages came.
        while (unacknowledged[0]?.isDone)
          write({ cmd: 'puback', messageId: unacknowledged.shift()!.id, reasonCode: 0 })
      },
      async subscribe(filters) {
        if (filters.length === 0) return []
        const messageId = nextId()
        const subscriptions = filters.map((topic) => ({
          topic,
          qos: 1 as const,
          rh: 1,
          nl: false,
          rap: true,
        }))
        const granted = await ask({ cmd: 'subscribe', messageId, subscriptions }, `suback ${messageId}`)
        return granted.cmd === 'suback' ? granted.granted.map(Number) : []
      },
      async unsubscribe(filters) {
        if (filters.length === 0) return
        const messageId = nextId()
        await ask({ cmd: 'unsubscribe', messageId, unsubscriptions: [...filters] }, `unsuback ${messageId}`)
      },
      async publish(topic, payload, contentType) {
        const messageId = nextId()
        const properties = protocolVersion === 5 ? { properties: { contentType } } : {}
        const answered = await ask(
          {
            cmd: 'publish',
            topic,
            payload: Buffer.from(payload),
            qos: 1,
            dup: false,
            retain: false,
            messageId,
            ...properties,
          },
          `puback ${messageId}`,
        )
        return answered.cmd === 'puback' ? (answered.reasonCode ?? 0) : 0
      },
      end: () => lastWords(socket, () => write({ cmd: 'disconnect', reasonCode: 0 }), fail),
    }
  } catch (error) {
    fail(error instanceof AdapterError ? error : new AdapterError('retry', 'no session'))
    throw error
  }
}

const endOf = (signal: AbortSignal): string =>
  signal.aborted ? 'the work has to end' : 'the broker ended the connection'

async function connected(parts: Parts): Promise<Socket> {
  const { host, port, tls } = parts.settings
  const socket = await parts.connect.open({ host, port }).catch((error: unknown) => {
    if (!(error instanceof AdapterError)) throw error
    throw new AdapterError(error.class, error.message, { setting: '/settings/host', cause: error })
  })
  socket.setNoDelay(true)
  return tls ? await secured(socket, parts) : socket
}

/** What was written last is sent before the connection ends, unless nobody takes it. */
function lastWords(socket: Socket, say: () => void, fail: (error: AdapterError) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      fail(new AdapterError('retry', 'the session has ended'))
      resolve()
    }
    const timer = setTimeout(done, LAST_WORDS_MS)
    if (socket.destroyed) {
      done()
      return
    }
    say()
    socket.resume()
    // Closed with bytes unread it would be reset, and what was acknowledged last would be lost: the broker ends it.
    socket.once('close', done)
    socket.end()
  })
}
