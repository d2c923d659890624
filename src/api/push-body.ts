import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { HubError } from '#core/errors.ts'
import { giveBackBytes } from '#core/give-back-bytes.ts'
import { LARGE_MAX_BYTES } from '#flow/large/receive.ts'
import { bodyError, codingOf, withoutCoding } from './content-coding.ts'

/** Largest body that is done when answered; a larger one becomes a large message. */
export const BODY_MAX = 8 * 1024 * 1024
/** A large body must bring at least so much in each of these times that the hub waits for it. */
const SLOW_MS = 30_000
const SLOW_BYTES = 256 * 1024

/** A body that is taken piece by piece: it is large, or its sender asked not to wait. */
export interface LargeBody {
  /** Each is there until the next is asked for; then its memory is given back. */
  readonly chunks: AsyncIterable<Uint8Array>
}

export const isLargeBody = (body: unknown): body is LargeBody =>
  typeof body === 'object' && body !== null && 'chunks' in body

/** How a body that is coming in is told that the hub stops. */
interface Stopping {
  stop: () => void
}

const RESPOND_ASYNC = /(?:^|,)\s*respond-async\s*(?:[;,]|$)/i

/** Whether the sender asks not to wait for the result (RFC 7240). */
export const prefersAsync = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean => {
  const { prefer } = headers
  return prefer !== undefined && RESPOND_ASYNC.test(String(prefer))
}

/** Reads the bodies of pushes. */
export interface PushBodies {
  read(
    request: FastifyRequest,
    payload: Readable,
    done: (error: Error | null, body?: Buffer | LargeBody) => void,
  ): void
  /** Ends the large bodies that are coming in. */
  stop(): void
}

/** @param uploading connections on which a large body is under way: the time limit of a whole request is not for them */
export function createPushBodies(uploading: WeakSet<Socket>): PushBodies {
  const open = new Set<Stopping>()

  /** The body as it goes on after `head`, while the connection counts as uploading. */
  async function* chunksOf(body: Readable, head: readonly Buffer[], socket: Socket, coding: string) {
    const stopping: Stopping = { stop: () => {} }
    uploading.add(socket)
    open.add(stopping)
    try {
      // What a decoder of a coding made it may go on using.
      const giveBack = coding === 'identity' ? giveBackBytes : () => {}
      for (const chunk of head) {
        yield chunk
        giveBack(chunk)
      }
      for await (const chunk of atLeast(body, stopping)) {
        yield chunk
        giveBack(chunk)
      }
    } catch (error) {
      throw bodyError(error, coding)
    } finally {
      open.delete(stopping)
      uploading.delete(socket)
    }
  }

  return {
    read(request, payload, done) {
      const { headers, raw } = request
      const coding = codingOf(headers['content-encoding'])
      const told = Number(headers['content-length'])
      if (told > LARGE_MAX_BYTES) {
        done(new HubError('too_large', { detail: `more than ${LARGE_MAX_BYTES} bytes` }))
        return
      }
      const body = withoutCoding(payload, coding)
      if (told > BODY_MAX || prefersAsync(request)) {
        done(null, { chunks: chunksOf(body, [], raw.socket, coding) })
        return
      }
      const head: Buffer[] = []
      let length = 0
      const onData = (chunk: Buffer): void => {
        head.push(chunk)
        length += chunk.length
        if (length <= BODY_MAX) return
        body.pause()
        stopListening()
        // Until somebody reads on, an error has no other ear.
        body.on('error', () => {})
        done(null, { chunks: chunksOf(body, head, raw.socket, coding) })
      }
      const onEnd = (): void => {
        stopListening()
        if (coding === 'identity' && told >= 0 && told !== length)
          done(new HubError('invalid_request', { detail: 'the body is not as long as Content-Length says' }))
        else {
          const whole = Buffer.concat(head, length)
          if (coding === 'identity') for (const chunk of head) giveBackBytes(chunk)
          done(null, whole)
        }
      }
      const onError = (error: Error): void => {
        stopListening()
        body.on('error', () => {})
        done(bodyError(error, coding) as Error)
      }
      const stopListening = (): void => {
        body.off('data', onData).off('end', onEnd).off('error', onError)
      }
      body.on('data', onData).on('end', onEnd).on('error', onError)
      body.resume()
    },
    stop() {
      for (const one of open) one.stop()
    },
  }
}

/** The chunks of a body, as long as they come fast enough. Time in which nobody asks for them does not count. */
async function* atLeast(body: Readable, stopping: Stopping): AsyncGenerator<Uint8Array> {
  // Destroyed, it would take the connection with it, and the answer.
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>
  let waitedMs = 0
  let bytes = 0
  for (;;) {
    const askedMs = performance.now()
    const { value, done } = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      stopping.stop = () => reject(new HubError('stopping', { retryAfterMs: 1000 }))
      chunks.next().then(resolve, reject)
    })
    if (done) return
    waitedMs += performance.now() - askedMs
    bytes += value.length
    if (waitedMs > SLOW_MS) {
      if (bytes < SLOW_BYTES)
        throw new HubError('invalid_request', { detail: 'the request did not arrive in time' })
      waitedMs = 0
      bytes = 0
    }
    yield value
  }
}
