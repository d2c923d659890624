/**
 * Receivers of many links, one for each path, that take everything. `/hangs…` never answers. `/counts…` only counts. Any other path notes
 * when the sale of each record came first; `/holds…` when each order came, by its kind and its first lot. On any message it tells what has come since the last one.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { preciseNow } from './paced-load.ts'

export interface Arrivals {
  /** Changes taken so far, by path. */
  readonly taken: Readonly<Record<string, number>>
  /** Path, last part of the record's identifier, and when it came. */
  readonly arrived: readonly (readonly [string, string, number])[]
}

const EVENT = Buffer.from('"event":"')
const SALE = Buffer.from('"id":"urn:cnft:sale:')
const QUOTE = 0x22
const taken: Record<string, number> = {}
let arrived: [string, string, number][] = []

const server = createServer((request, response) => {
  const path = request.url ?? ''
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (path.startsWith('/hangs')) return
    const body = Buffer.concat(chunks)
    const events = textsAfter(body, EVENT)
    if (path.startsWith('/holds')) noteHolds(path, body)
    else if (!path.startsWith('/counts')) {
      const at = preciseNow()
      for (const id of new Set(textsAfter(body, SALE)))
        arrived.push([path, id.split(':').at(-1) as string, at])
    }
    taken[path] = (taken[path] ?? 0) + events.length
    const results = events.map((event) => `{"event":"${event}","verdict":"ok"}`).join(',')
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"results":[${results}]}`)
  })
})

interface Orders {
  readonly changes: readonly {
    readonly record: { readonly holdKind: string; readonly lots?: readonly { readonly value: string }[] }
  }[]
}
function noteHolds(path: string, body: Buffer): void {
  const at = preciseNow()
  for (const { record } of (JSON.parse(body.toString()) as Orders).changes)
    arrived.push([path, `${record.holdKind} ${record.lots?.[0]?.value}`, at])
}

function textsAfter(body: Buffer, word: Buffer): string[] {
  const texts: string[] = []
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at)) {
    const start = at + word.length
    const end = body.indexOf(QUOTE, start)
    texts.push(body.toString('latin1', start, end))
    at = end
  }
  return texts
}

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => {
  process.send?.({ taken, arrived } satisfies Arrivals)
  arrived = []
})
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})
