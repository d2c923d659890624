import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { answerLength } from './load.ts'

/** Records pushed one by one at an even pace. */
export interface PacedLoad {
  readonly url: string
  readonly key: string
  readonly contentType: string
  readonly perSecond: number
  readonly seconds: number
  readonly connections: number
  /** The next record: its name as the receiver will see it, and its bytes. */
  readonly next: () => { readonly name: string; readonly body: Buffer }
}

/** Milliseconds since 1970, finer than a millisecond; the same clock in all processes of the machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now()

const TICK_MS = 10

/**
 * Sends at the pace whatever the answers take, as long as a connection is free, and tells when each record was answered. Any answer but
 * 200 is an error.
 */
export async function sendPaced(load: PacedLoad): Promise<Map<string, number>> {
  const { hostname, port, pathname } = new URL(load.url)
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Content-Type: ${load.contentType}`,
    `Authorization: Bearer ${load.key}`,
    'Content-Length: ',
  ].join('\r\n')
  const accepted = new Map<string, number>()
  let failure: Error | null = null
  const { promise: broken, resolve: tellBroken } = Promise.withResolvers<void>()
  const fail = (error: Error): void => {
    failure ??= error
    tellBroken()
  }
  let isOver = false
  const free: Socket[] = []
  const sockets = await Promise.all(
    Array.from({ length: load.connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true })
      await once(socket, 'connect')
      socket.on('error', fail)
      socket.on('close', () => isOver || fail(new Error('the connection was closed')))
      return socket
    }),
  )
  const send = (socket: Socket): Promise<void> => {
    const { name, body } = load.next()
    socket.write(Buffer.concat([Buffer.from(`${head}${body.length}\r\n\r\n`, 'latin1'), body]))
    return new Promise((resolve) => {
      let missing = 0
      const hear = (chunk: Buffer): void => {
        if (missing === 0) missing = answerLength(chunk, fail)
        missing -= chunk.length
        if (missing > 0 && failure === null) return
        accepted.set(name, preciseNow())
        socket.off('data', hear)
        free.push(socket)
        resolve()
      }
      socket.on('data', hear)
    })
  }
  free.push(...sockets)
  const total = load.perSecond * load.seconds
  const answers: Promise<void>[] = []
  const started = performance.now()
  let sent = 0
  while (sent < total && failure === null) {
    const due = Math.min(total, ((performance.now() - started) / 1000) * load.perSecond)
    while (sent < due) {
      // In turns: one that rests too long is closed by the hub.
      const socket = free.shift()
      if (!socket) break
      sent++
      answers.push(send(socket))
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  if (failure === null) await Promise.race([Promise.all(answers), broken])
  isOver = true
  for (const socket of sockets) socket.destroy()
  if (failure !== null) throw failure
  return accepted
}
