import type { Socket } from 'node:net'
import type { IConnectPacket, IPublishPacket } from 'mqtt-packet'
import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { refusedConnection } from './outcomes.ts'
import { secured } from './secure.ts'
import type { MqttSettings } from './settings.ts'
import type { Wire } from './wire.ts'

type Parts = AdapterParts<MqttSettings>

/** Bytes of messages that wait to be taken, from which on nothing more is read from the broker. */
const HELD_BYTES = 4_000_000
const LAST_ID = 65_535

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
  /** Settles when so much waits to be taken that nothing more is read, not even an answer; never where that does not come to be. */
  full(): Promise<'full'>
  /** Does nothing where the connection is gone: the broker delivers the message again. */
  acknowledge(id: number): void
  /** Leaves a message at the broker, which delivers it again to the next session. */
  leave(id: number | null): void
  /** Codes of what was granted, in the order of the filters. @throws AdapterError */
  subscribe(filters: readonly string[]): Promise<readonly number[]>
  unsubscribe(filters: readonly string[]): Promise<void>
  /** Publishes with QoS 1 and gives the broker's code. `retain`: the broker keeps it for who subscribes later. @throws AdapterError */
  publish(topic: string, payload: Uint8Array, contentType: string, retain?: boolean): Promise<number>
  end(): Promise<void>
}

/** How a session is opened. `keep`: the broker keeps it when the connection ends. */
export interface SessionOptions {
  readonly clientId: string
  readonly keep: boolean
}

/** Opens a connection and signs in. @throws AdapterError */
export async function openSession(parts: Parts, options: SessionOptions): Promise<Session> {
  const { settings, limits, signal } = parts
  // Its library is memory that a hub without such channels does without.
  const { createWire } = await import('./wire.ts')
  const protocolVersion = settings.version === '5' ? 5 : 4
  const socket = await connected(parts)
  const inbox = createInbox(parts, () => wire)
  const wire = createWire(socket, {
    protocolVersion,
    maxBytes: limits.maxBytes,
    timeoutMs: limits.timeoutMs,
    keepAliveMs: settings.keepAliveS * 1000,
    signal,
    onPublish: inbox.take,
    onTooLarge: inbox.passOver,
    onFailure: inbox.wake,
  })
  try {
    const present = await signIn(wire, parts, options)
    return { present, ...inbox, ...outbox(wire, protocolVersion), end: wire.end }
  } catch (error) {
    wire.fail(error instanceof AdapterError ? error : new AdapterError('retry', 'no session'))
    throw error
  }
}

async function connected(parts: Parts): Promise<Socket> {
  const { host, port, tls } = parts.settings
  const socket = await parts.connect.open({ host, port }).catch((error: unknown) => {
    if (!(error instanceof AdapterError)) throw error
    throw new AdapterError(error.class, error.message, { setting: '/settings/host' })
  })
  socket.setNoDelay(true)
  return tls ? await secured(socket, parts) : socket
}

/** @returns whether the broker had kept the session */
async function signIn(wire: Wire, { settings, secrets }: Parts, options: SessionOptions): Promise<boolean> {
  const { version, username, keepAliveS, sessionExpiryS, window } = settings
  const password = username === undefined ? undefined : secrets['password']
  const packet: IConnectPacket = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version === '5' ? 5 : 4,
    clientId: options.clientId,
    clean: !options.keep,
    keepalive: keepAliveS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
    ...(version === '5'
      ? { properties: { sessionExpiryInterval: options.keep ? sessionExpiryS : 0, receiveMaximum: window } }
      : {}),
  }
  const answer = await wire.ask(packet, 'connack ')
  if (answer.cmd !== 'connack') throw new AdapterError('source', 'no answer to the sign-in')
  const code = answer.reasonCode ?? answer.returnCode ?? 0
  if (code !== 0) throw refusedConnection(code, version, password !== undefined)
  return answer.sessionPresent
}

interface Inbox extends Pick<Session, 'next' | 'full' | 'acknowledge' | 'leave'> {
  take(packet: IPublishPacket): void
  passOver(bytes: number): void
  wake(): void
}

/** Messages that were delivered and not taken yet, and those that were not acknowledged yet. */
function createInbox({ settings, limits, signal, log }: Parts, wire: () => Wire): Inbox {
  const received: Received[] = []
  /** In the order in which they came. */
  const unacknowledged = new Map<number, { isDone: boolean }>()
  let heldBytes = 0
  let left = 0
  let wake = (): void => {}
  let tellFull = (): void => {}

  const acknowledgeFirst = (): void => {
    // MQTT 5.0 §4.6: in the order in which the messages came.
    for (const [messageId, { isDone }] of unacknowledged) {
      if (!isDone) return
      unacknowledged.delete(messageId)
      wire().write({ cmd: 'puback', messageId, reasonCode: 0 })
    }
  }
  const leaveOne = (facts: object): void => {
    left++
    log.warn(facts, 'a message over the limit is left at the broker')
    // Each of them takes a place of those that may be under way.
    if (left * 2 > settings.window)
      wire().fail(
        new AdapterError('source', 'too many messages over the limit', { setting: '/limits/maxBytes' }),
      )
  }
  return {
    take(packet) {
      const id = packet.qos === 0 ? null : (packet.messageId ?? 0)
      if (packet.qos === 2)
        wire().fail(new AdapterError('source', 'a message with QoS 2, which was not asked for'))
      const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
      if (payload.length > limits.maxBytes) {
        leaveOne({ bytes: payload.length, maxBytes: limits.maxBytes })
        return
      }
      if (id !== null) unacknowledged.set(id, { isDone: false })
      received.push({ topic: packet.topic, payload, contentType: packet.properties?.contentType, id })
      heldBytes += payload.length
      if (heldBytes > HELD_BYTES) {
        wire().pause()
        tellFull()
      }
      wake()
    },
    passOver: (bytes) => leaveOne({ bytes, maxBytes: limits.maxBytes }),
    wake: () => wake(),
    async next() {
      for (;;) {
        if (signal.aborted) return null
        const failure = wire().failure()
        if (failure) throw failure
        const first = received.shift()
        if (first) {
          heldBytes -= first.payload.length
          if (heldBytes <= HELD_BYTES && wire().isPaused()) wire().resume()
          return first
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    full: () =>
      new Promise((resolve) => {
        if (heldBytes > HELD_BYTES) resolve('full')
        else tellFull = () => resolve('full')
      }),
    acknowledge(id) {
      const one = unacknowledged.get(id)
      if (one) one.isDone = true
      acknowledgeFirst()
    },
    leave(id) {
      if (id !== null) unacknowledged.delete(id)
      leaveOne({})
      acknowledgeFirst()
    },
  }
}

function outbox(wire: Wire, protocolVersion: 4 | 5): Pick<Session, 'subscribe' | 'unsubscribe' | 'publish'> {
  let lastId = 0
  const nextId = (): number => {
    lastId = (lastId % LAST_ID) + 1
    return lastId
  }
  return {
    async subscribe(filters) {
      if (filters.length === 0) return []
      const messageId = nextId()
      // Retained messages come once, when the subscription is new, where the broker can tell.
      const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const, rh: 1, nl: false, rap: true }))
      const answer = await wire.ask({ cmd: 'subscribe', messageId, subscriptions }, `suback ${messageId}`)
      return answer.cmd === 'suback' ? answer.granted.map(Number) : []
    },
    async unsubscribe(filters) {
      if (filters.length === 0) return
      const messageId = nextId()
      const unsubscriptions = [...filters]
      await wire.ask({ cmd: 'unsubscribe', messageId, unsubscriptions }, `unsuback ${messageId}`)
    },
    async publish(topic, bytes, contentType, retain = false) {
      const messageId = nextId()
      const payload = Buffer.from(bytes)
      const properties = protocolVersion === 5 ? { properties: { contentType } } : {}
      const message = { topic, payload, qos: 1, dup: false, retain, messageId, ...properties } as const
      const answer = await wire.ask({ cmd: 'publish', ...message }, `puback ${messageId}`)
      return answer.cmd === 'puback' ? (answer.reasonCode ?? 0) : 0
    },
  }
}
