import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A load of POST requests over kept-alive connections: each body its own, made before it is sent. */
export interface Load {
  readonly url: string
  readonly key?: string
  readonly connections: number
  readonly bodies: readonly Buffer[]
}

/**
 * Sends the load and gives the seconds it took. Written on bare sockets, because on two cores a general load generator costs more
 * than what it measures. Any answer but 200 is an error: a figure of failed requests is none.
 */
export async function sendLoad(load: Load): Promise<number> {
  const { hostname, port, pathname } = new URL(load.url)
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Content-Type: application/json',
    ...(load.key ? [`Authorization: Bearer ${load.key}`] : []),
    'Content-Length: ',
  ].join('\r\n')
  const sockets = await Promise.all(
    Array.from({ length: load.connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true })
      await once(socket, 'connect')
      return socket
    }),
  )
  let next = 0
  const take = (): Buffer | undefined => load.bodies[next++]
  const started = performance.now()
  try {
    await Promise.all(sockets.map((socket) => drive(socket, head, take)))
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  return (performance.now() - started) / 1000
}

/** One connection: sends the next body as soon as the answer to the one before has come. */
function drive(socket: Socket, head: string, take: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = 0
    const send = (): void => {
      const body = take()
      if (!body) {
        resolve()
        return
      }
      socket.cork()
      socket.write(`${head}${body.length}\r\n\r\n`, 'latin1')
      socket.write(body)
      socket.uncork()
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (chunk: Buffer) => {
      if (missing === 0) missing = answerLength(chunk, reject)
      missing -= chunk.length
      if (missing === 0) send()
    })
    send()
  })
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** Length of the whole answer that begins with this chunk. The head of our own answers comes in one piece. */
export function answerLength(chunk: Buffer, reject: (error: Error) => void): number {
  const headEnd = chunk.indexOf(END_OF_HEAD)
  const head = chunk.toString('latin1', 0, headEnd)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  if (!head.startsWith('HTTP/1.1 200') || length === undefined)
    reject(new Error(chunk.toString('utf8', 0, 500)))
  return headEnd + END_OF_HEAD.length + Number(length)
}
