import { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** How slowly answers may be taken, and how much of them may wait in the process. */
export interface AnswerBounds {
  /** What an answer may wait beside the time that its bytes are given. */
  readonly graceMs: number
  /** An answer must be taken as fast as this on the whole: half of what the slowest mobile line brings. */
  readonly leastBytesPerS: number
  /** Of all answers together, in bytes that were not taken yet. */
  readonly keptBytes: number
  /** Only what waited for longer gives way to others. */
  readonly stalledMs: number
  readonly lookMs: number
}

export const ANSWER_BOUNDS: AnswerBounds = {
  graceMs: 30_000,
  leastBytesPerS: 2048,
  keptBytes: 256 * 1024 * 1024,
  stalledMs: 5000,
  lookMs: 250,
}

interface Sending {
  readonly request: FastifyRequest
  readonly raw: FastifyReply['raw']
  /** Who is given it. */
  readonly holder: string
  /** What the connection had sent before; null while an earlier answer is sent on it. */
  bytesBefore: number | null
  /** How long there was something to take. */
  waitedMs: number
  waiting: number
}

/**
 * Ends connections whose client takes an answer in drops. A connection on which nothing moves is ended by its silence; this bounds who takes a byte now
 * and then, and with it the memory, and the stream from the database, that an answer holds. Time in which the hub itself has nothing to send does not
 * count. Where all that waits is too much, whoever has most of it gives way, with what waited longest. Only a listening server is watched.
 */
export function watchAnswers(app: FastifyInstance, bounds: AnswerBounds): void {
  const sending = new Map<FastifyRequest, Sending>()
  let lookedMs = 0
  const look = (): void => {
    const now = performance.now()
    // A process that was busy itself did not offer anything either.
    const elapsedMs = Math.min(now - lookedMs, 2 * bounds.lookMs)
    lookedMs = now
    let kept = 0
    for (const one of sending.values()) {
      if (isOver(one)) sending.delete(one.request)
      else if (isTooSlow(one, elapsedMs, bounds)) end(sending, one)
      else kept += one.waiting
    }
    if (kept > bounds.keptBytes) makeRoom(sending, kept, bounds)
  }
  let looking: NodeJS.Timeout | undefined
  app.addHook('onListen', (done) => {
    lookedMs = performance.now()
    looking = setInterval(look, bounds.lookMs)
    looking.unref()
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(looking)
    sending.clear()
    done()
  })
  app.addHook('onSend', (request, { raw }, payload, done) => {
    // A request that is injected beside those that are listened for has no connection.
    if (looking && request.raw.socket instanceof Socket)
      sending.set(request, {
        request,
        raw,
        holder: holderOf(request),
        bytesBefore: raw.socket?.bytesWritten ?? null,
        waitedMs: 0,
        waiting: 0,
      })
    done(null, payload)
  })
  app.addHook('onResponse', (request, _reply, done) => {
    sending.delete(request)
    done()
  })
}

const isOver = ({ raw, request }: Sending): boolean =>
  raw.writableFinished || raw.destroyed || request.raw.socket.destroyed

function isTooSlow(one: Sending, elapsedMs: number, { graceMs, leastBytesPerS }: AnswerBounds): boolean {
  const { raw } = one
  one.waiting = raw.writableLength
  const { socket } = raw
  if (!socket || socket.writableLength === 0) return false
  one.bytesBefore ??= socket.bytesWritten
  one.waitedMs += elapsedMs
  // What was handed over, taken or not: a text of which nothing is known until all of it is taken has the time of all of it.
  const bytes = socket.bytesWritten - one.bytesBefore
  return one.waitedMs > graceMs + (bytes / leastBytesPerS) * 1000
}

function makeRoom(sending: Map<FastifyRequest, Sending>, kept: number, bounds: AnswerBounds): void {
  let left = kept
  const held = new Map<string, number>()
  for (const { holder, waiting } of sending.values()) held.set(holder, (held.get(holder) ?? 0) + waiting)
  const stalled = [...sending.values()]
    .filter(({ waitedMs }) => waitedMs >= bounds.stalledMs)
    .sort((a, b) => b.waitedMs - a.waitedMs)
  const share = bounds.keptBytes / held.size
  while (left > bounds.keptBytes) {
    const [holder, bytes] = [...held].sort(([, a], [, b]) => b - a)[0] ?? ['', 0]
    // Nobody gives way for others within an equal share.
    if (bytes <= share) return
    const at = stalled.findIndex((one) => one.holder === holder)
    const [one] = at < 0 ? [] : stalled.splice(at, 1)
    if (!one) {
      // All that is his is being taken, or has not waited long enough.
      held.delete(holder)
      continue
    }
    left -= one.waiting
    held.set(holder, (held.get(holder) ?? 0) - one.waiting)
    end(sending, one)
  }
}

function end(sending: Map<FastifyRequest, Sending>, { request }: Sending): void {
  sending.delete(request)
  request.log.warn(
    { route: request.routeOptions.url },
    'an answer was taken too slowly: its connection is ended',
  )
  request.raw.socket.destroy()
}

const holderOf = ({ caller, ip }: FastifyRequest): string =>
  caller === null ? `address ${ip}` : `key ${caller.keyId ?? 'of the administrator'}`
