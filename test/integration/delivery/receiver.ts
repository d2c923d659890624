import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedChange {
  readonly event: string
  readonly operation: 'upsert' | 'void'
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly record: Record<string, unknown>
}

/** One request as the receiver got it. */
export interface ReceivedBatch {
  readonly link: string
  readonly changes: readonly ReceivedChange[]
  readonly messageId: string
  readonly signed: boolean
}

export type Reply = { readonly event: string; readonly verdict: string; readonly [more: string]: unknown }

/** What the receiver answers a batch with: verdicts, a bare status, or nothing at all. */
export type Answer =
  | readonly Reply[]
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'reset'
  | 'hang'

export interface Receiver {
  readonly url: string
  /** `CIDR:port` under which the hub may reach it. */
  readonly allow: string
  readonly batches: ReceivedBatch[]
  /** Every change in the order of arrival, those of refused batches too. */
  readonly changes: ReceivedChange[]
  /** Changes that a verdict `ok` was given for. */
  readonly taken: ReceivedChange[]
  answer: (batch: ReceivedBatch) => Answer | Promise<Answer>
  close(): Promise<void>
}

export const allOk = (batch: ReceivedBatch): Reply[] =>
  batch.changes.map(({ event }) => ({ event, verdict: 'ok' }))

/** A real receiver on a port of its own that does what a test tells it. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const server = createServer((request, response) => void receive(request, response))
  const receiver = {
    batches: [] as ReceivedBatch[],
    changes: [] as ReceivedChange[],
    taken: [] as ReceivedChange[],
    answer: allOk as Receiver['answer'],
  }
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const batch = await readBatch(request)
    receiver.batches.push(batch)
    receiver.changes.push(...batch.changes)
    const answer = await receiver.answer(batch)
    if (answer === 'hang') return
    if (answer === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    if (!Array.isArray(answer)) {
      const { status, headers = {}, body = '' } = answer as Exclude<Answer, readonly Reply[] | string>
      response.writeHead(status, headers).end(body)
      return
    }
    const ok = new Set(answer.filter(({ verdict }) => verdict === 'ok').map(({ event }) => event))
    receiver.taken.push(...batch.changes.filter(({ event }) => ok.has(event)))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results: answer }))
  }
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const at = (server.address() as AddressInfo).port
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${at}/changes`,
    allow: `127.0.0.1/32:${at}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}

async function readBatch(request: IncomingMessage): Promise<ReceivedBatch> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const { link, changes } = JSON.parse(Buffer.concat(parts).toString())
  return {
    link,
    changes,
    messageId: String(request.headers['webhook-id']),
    signed: /^v1,/.test(String(request.headers['webhook-signature'])),
  }
}
