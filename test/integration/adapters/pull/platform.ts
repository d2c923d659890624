import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as the platform got it. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What it answers: JSON of a value, text as it is, or whatever the function does with the response. */
export interface Told {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly text?: string | Uint8Array
  readonly pour?: (response: ServerResponse) => void
}

export interface Platform {
  readonly origin: string
  readonly port: number
  /** Every request so far. */
  readonly asked: readonly Asked[]
  stop(): Promise<void>
}

/** A real HTTP server that answers as it is told. */
export async function startPlatform(
  answer: (asked: Asked, number: number) => Told | Promise<Told>,
): Promise<Platform> {
  const all: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://platform')
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    all.push(asked)
    const { status = 200, headers = {}, body, text, pour } = await answer(asked, all.length)
    response.on('error', () => {})
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers })
    if (pour) pour(response)
    else response.end(text ?? JSON.stringify(body ?? {}))
  })
  server.on('clientError', (_, socket) => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    asked: all,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
