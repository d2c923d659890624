import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { ADMIN_KEY, withApi } from '#test/api.ts'
import type { Closed, Dribble } from './dribble-process.ts'

/** How many clients of each kind; more need `ulimit -n`, and with them the times are bounds. */
const CLIENTS = Number(process.env['HALF_OPEN_CLIENTS'] ?? 90)
const isMeasured = process.env['HALF_OPEN_CLIENTS'] !== undefined
const CLOSED_WITHIN_MS = 12_000

const api = withApi((registry) => registry, { connectionsPerAddress: 4 * CLIENTS + 100 })
let port = 0
beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
})

const HEAD = `POST /v1/records HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${ADMIN_KEY}\r\ncontent-type: application/json\r\n`
const PUSH = `POST /v1/systems/jiaxing-wholesale/records/trade HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${ADMIN_KEY}\r\ncontent-type: application/json\r\n`

/** What a client says at once, and what it adds each second. */
const KINDS: readonly (readonly [name: string, first: string, drop: string])[] = [
  ['silent', '', ''],
  ['headers in drops', 'GET /v1/records HTTP/1.1\r\nhost: hub\r\n', 'x-drop: 1\r\n'],
  ['a body in drops', `${HEAD}content-length: 100000\r\n\r\n[`, ' '],
  ['a pushed body in drops', `${PUSH}content-length: 100000\r\n\r\n[`, ' '],
  ['a large body in drops', `${PUSH}content-length: 20000000\r\n\r\n[`, ' '],
  ['chunks in drops', `${PUSH}prefer: respond-async\r\ntransfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  ['a body without a key', `${HEAD.replace(/authorization.*\r\n/, '')}content-length: 90000\r\n\r\n[`, ' '],
]

/** All of them in a process of their own. */
async function dribbled(clients: readonly Dribble[]): Promise<readonly Closed[]> {
  const child = fork(fileURLToPath(new URL('./dribble-process.ts', import.meta.url)))
  child.send({ port, clients })
  const [ends] = (await once(child, 'message')) as [readonly Closed[]]
  return ends
}

/** Milliseconds that a request of somebody else takes, a tenth of a second after the one before. */
async function asked(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 100))
  const from = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/v1/records?limit=1`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  const ms = performance.now() - from
  expect(answer.status).toBe(200)
  await answer.arrayBuffer()
  return ms
}

function p99(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return (sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(1)
}

it('clients that say nothing, or all too slowly, are closed, and others are answered meanwhile', async () => {
  const each = Math.ceil(CLIENTS / KINDS.length)
  const clients = KINDS.flatMap(([, first, drop]) => Array.from({ length: each }, () => ({ first, drop })))
  const alone: number[] = []
  while (isMeasured && alone.length < 100) alone.push(await asked())
  let isOver = false
  const closed = dribbled(clients).finally(() => {
    isOver = true
  })
  const healthy: number[] = []
  while (!isOver) {
    healthy.push(await asked())
  }
  const ends = await closed
  KINDS.forEach(([name], i) => {
    const mine = ends.slice(i * each, (i + 1) * each)
    const answered = mine.filter(({ status }) => /^HTTP\/1\.1 4\d\d /.test(status)).length
    // Who said something is told why.
    expect([name, answered]).toEqual([name, name === 'silent' ? answered : mine.length])
  })
  if (!isMeasured) return
  const slowest = Math.max(...ends.map(({ ms }) => ms))
  console.log(
    `${ends.length} half-open clients; the last closed after ${slowest.toFixed(0)} ms; ${healthy.length} requests meanwhile, p99 ${p99(healthy)} ms (${p99(alone)} ms before they came)`,
  )
  expect(slowest).toBeLessThan(CLOSED_WITHIN_MS)
}, 300_000)
