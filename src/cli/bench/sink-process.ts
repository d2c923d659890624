import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A receiver that takes everything and checks nothing but that events do not repeat: what the delivery figure is measured against. */
let taken = 0
let requests = 0
const EVENT = Buffer.from('"event":"')

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const events = eventsOf(Buffer.concat(chunks))
    taken += events.length
    requests++
    const results = events.map((event) => `{"event":"${event}","verdict":"ok"}`).join(',')
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"results":[${results}]}`)
  })
})

function eventsOf(body: Buffer): string[] {
  const events: string[] = []
  for (let at = body.indexOf(EVENT); at >= 0; at = body.indexOf(EVENT, at)) {
    const start = at + EVENT.length
    const end = body.indexOf(0x22, start)
    events.push(body.toString('latin1', start, end))
    at = end
  }
  return events
}

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => process.send?.({ taken, requests }))
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})
