import type { Socket } from 'node:net'
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet'
import { AdapterError } from '#adapters/adapter.ts'
import { createFramer } from './frames.ts'
import { endedByBroker } from './outcomes.ts'
import { tlsError } from './secure.ts'

/** How long the last words of an ended conversation may take. */
const LAST_WORDS_MS = 300

/** Packets over one connection: what was asked is answered in time, or all of it fails. */
export interface Wire {
  /** Why nothing more comes; null while it lasts. */
  failure(): AdapterError | null
  fail(error: AdapterError): void
  write(packet: Packet): void
  /** Sends a packet and waits for the one that answers it, `<cmd> <message id>`. @throws AdapterError */
  ask(packet: Packet, answer: string): Promise<Packet>
  pause(): void
  resume(): void
  isPaused(): boolean
  /** Ends the conversation in order. */
  end(): Promise<void>
}

export interface WireOptions {
  readonly protocolVersion: 4 | 5
  /** Of a message; what is larger is passed over and told. */
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly keepAliveMs: number
  readonly signal: AbortSignal
  onPublish(packet: IPublishPacket): void
  onTooLarge(bytes: number): void
  onFailure(): void
}

interface Wait {
  resolve(packet: Packet): void
  reject(error: AdapterError): void
}

const NOT_MQTT = 'what the broker sends is not MQTT'

/** @param socket of which nothing was read yet; it is closed by the wire */
export function createWire(socket: Socket, options: WireOptions): Wire {
  const { protocolVersion, maxBytes, timeoutMs, keepAliveMs, signal } = options
  const waits = new Map<string, Wait>()
  let failure: AdapterError | null = null
  let pauses = 0

  const fail = (error: AdapterError): void => {
    if (failure) return
    failure = error
    clearInterval(pings)
    socket.destroy()
    for (const { reject } of waits.values()) reject(error)
    waits.clear()
    options.onFailure()
  }
  const write = (packet: Packet): void => {
    if (!failure && !socket.destroyed) socket.write(generate(packet, { protocolVersion }))
  }
  const ask = async (packet: Packet, answer: string): Promise<Packet> => {
    if (failure) throw failure
    let timer: NodeJS.Timeout
    // An answer may stand behind messages that are not read for now: only a time in which all was read tells that there is none.
    const wait = (pausesBefore: number): void => {
      timer = setTimeout(() => {
        if (socket.isPaused() || pauses > pausesBefore) wait(pauses)
        else fail(new AdapterError('retry', `no answer of the broker within ${timeoutMs} ms`))
      }, timeoutMs)
    }
    wait(pauses)
    try {
      return await new Promise<Packet>((resolve, reject) => {
        waits.set(answer, { resolve, reject })
        write(packet)
      })
    } finally {
      clearTimeout(timer!)
      waits.delete(answer)
    }
  }

  const reading = parser({ protocolVersion })
  reading.on('error', () => fail(new AdapterError('source', NOT_MQTT)))
  reading.on('packet', (packet) => {
    if (packet.cmd === 'publish') options.onPublish(packet)
    else if (packet.cmd === 'disconnect') fail(endedByBroker(packet.reasonCode ?? 0))
    else waits.get(`${packet.cmd} ${packet.messageId ?? ''}`)?.resolve(packet)
  })
  const frame = createFramer(maxBytes, {
    packet: (bytes) => void reading.parse(bytes),
    tooLarge: (bytes) => options.onTooLarge(bytes),
  })
  socket.on('data', (chunk: Buffer) => {
    try {
      frame(chunk)
    } catch (error) {
      fail(error instanceof AdapterError ? error : new AdapterError('source', NOT_MQTT))
    }
  })
  // Under TLS 1.3 a certificate of ours is refused only now.
  socket.on('error', (error) => {
    if ('code' in error && String(error.code).startsWith('ERR_SSL')) fail(tlsError(error))
  })
  socket.on('close', () => {
    const why = signal.aborted ? 'the work has to end' : 'the broker ended the connection'
    fail(new AdapterError('retry', why))
  })
  const pings = setInterval(() => {
    // While nothing is read no answer can be seen; the broker is told that we are there all the same.
    if (socket.isPaused()) write({ cmd: 'pingreq' })
    else void ask({ cmd: 'pingreq' }, 'pingresp ').catch(() => {})
  }, keepAliveMs)

  return {
    failure: () => failure,
    fail,
    write,
    ask,
    pause() {
      pauses++
      socket.pause()
    },
    resume: () => void socket.resume(),
    isPaused: () => socket.isPaused(),
    end: () =>
      new Promise((resolve) => {
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
        write({ cmd: 'disconnect', reasonCode: 0 })
        // Closed with bytes unread it would be reset, and what was acknowledged last would be lost: the broker ends it.
        socket.resume()
        socket.once('close', done)
        socket.end()
      }),
  }
}
