import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verify } from '#adapters/http/signature.ts'

/**
 * The demo's receiver: a city platform in a process of its own that implements openapi/receiver.json. It checks the signature of each
 * delivery, keeps the newest version of each record, and tells its parent what it has. Started with the secret as its only argument.
 */
export interface ReceiverReport {
  readonly port?: number
  readonly deliveries: number
  readonly events: number
  readonly duplicates: number
  readonly forged: number
  readonly records: number
  readonly voids: number
}

interface Change {
  event: string
  operation: 'upsert' | 'void'
  id: string
  version: number
}

const events = new Set<string>()
const versions = new Map<string, { version: number; operation: string }>()
let secret = ''
let deliveries = 0
let duplicates = 0
let forged = 0

const report = (): ReceiverReport => ({
  deliveries,
  events: events.size,
  duplicates,
  forged,
  records: versions.size,
  voids: [...versions.values()].filter(({ operation }) => operation === 'void').length,
})

const server = createServer(async (request, response) => {
  const body = await readBody(request)
  const fault = verify([secret], request.headers, body, Math.floor(Date.now() / 1000))
  if (fault) {
    forged++
    response.writeHead(401).end()
    return
  }
  deliveries++
  const { changes } = JSON.parse(body.toString('utf8')) as { changes: Change[] }
  const results = changes.map((change) => ({ event: change.event, verdict: take(change) }))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }))
})

function take({ event, operation, id, version }: Change): 'ok' | 'duplicate' {
  if (events.has(event)) {
    duplicates++
    return 'duplicate'
  }
  events.add(event)
  const known = versions.get(id)
  if (!known || known.version < version) versions.set(id, { version, operation })
  return 'ok'
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

process.on('message', (message: { secret?: string; list?: boolean }) => {
  if (message.secret !== undefined) secret = message.secret
  if (message.list) process.send?.({ have: [...events] })
  else process.send?.(report())
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the parent decides when the receiver ends.
process.on('SIGINT', () => {})
server.listen(0, '127.0.0.1', () =>
  process.send?.({ ...report(), port: (server.address() as AddressInfo).port }),
)
