import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Taken {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ReceiverDouble {
  readonly url: string
  readonly port: number
  readonly taken: Taken[]
  /** Connections that were made so far. */
  readonly connections: () => number
  close(): Promise<void>
}

/** A receiver on a free port of this machine that keeps what it gets and answers as told. */
export async function startReceiver(
  answer: (response: ServerResponse, taken: Taken) => void,
): Promise<ReceiverDouble> {
  const taken: Taken[] = []
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }
      taken.push(one)
      answer(response, one)
    })
  }
  const server: Server = createServer(listener)
  let connections = 0
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hub`,
    port,
    taken,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
