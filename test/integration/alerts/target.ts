import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Told {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A real target of alerts that does what a test tells it. */
export interface TestTarget {
  readonly url: string
  readonly allow: string
  /** What it was sent, taken or not. */
  readonly told: Told[]
  answer: (told: Told) => number | 'reset' | 'hang'
  close(): Promise<void>
}

export async function startTarget(): Promise<TestTarget> {
  const target = { told: [] as Told[], answer: (() => 204) as TestTarget['answer'] }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString()
    const told: Told = { headers: request.headers, text, ...JSON.parse(text) }
    target.told.push(told)
    const answer = target.answer(told)
    if (answer === 'hang') return
    if (answer === 'reset') request.socket.resetAndDestroy()
    else response.writeHead(answer).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(target, {
    url: `http://127.0.0.1:${port}/alerts`,
    allow: `127.0.0.1/32:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
