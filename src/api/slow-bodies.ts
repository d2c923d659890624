import { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** A body must bring so many bytes in each of these times, or end: a scale on GPRS brings ten times as much. */
const SLOW_MS = 8000
const SLOW_BYTES = 2048
const LOOK_MS = 100
/** Thousands may be due in the same moment; an answer to each at once would hold up everybody else. */
const ENDED_IN_A_LOOK = 250

interface Coming {
  readonly reply: FastifyReply
  bytes: number
  sinceMs: number
}

/**
 * Ends requests whose body comes in drops. `requestTimeout` bounds the whole of a request, and a large body is exempt from it; this
 * bounds the silence in each. Time in which the hub itself does not read does not count. Only a listening server is watched.
 */
export function watchBodies(app: FastifyInstance, refuse: (socket: Socket) => void): void {
  const coming = new Map<FastifyRequest, Coming>()
  const look = (): void => {
    const now = performance.now()
    let ended = 0
    for (const [request, one] of coming) {
      const { raw } = request
      const { socket } = raw
      if (raw.complete || socket.destroyed) coming.delete(request)
      else if (raw.readableLength > 0 || socket.bytesRead - one.bytes >= SLOW_BYTES) {
        one.bytes = socket.bytesRead
        one.sinceMs = now
      } else if (now - one.sinceMs >= SLOW_MS) {
        coming.delete(request)
        ended++
        // Answered already, without its body being read: there is nothing more to say.
        if (one.reply.raw.headersSent) socket.destroy()
        else refuse(socket)
        if (ended === ENDED_IN_A_LOOK) return
      }
    }
  }
  let looking: NodeJS.Timeout | undefined
  app.addHook('onListen', (done) => {
    looking = setInterval(look, LOOK_MS)
    looking.unref()
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(looking)
    coming.clear()
    done()
  })
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, raw } = request
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
    // A request that is injected beside those that are listened for has no connection.
    if (looking && hasBody && !raw.complete && raw.socket instanceof Socket)
      coming.set(request, { reply, bytes: raw.socket.bytesRead, sinceMs: performance.now() })
    done()
  })
}
