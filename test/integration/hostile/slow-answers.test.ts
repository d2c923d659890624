import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { PART_BYTES } from '#flow/large/receive.ts'
import { ADMIN_KEY, withApi } from '#test/api.ts'
import { TRADES } from '#test/jiaxing.ts'

/** More than the kernel keeps on both sides of a connection. */
const MESSAGE = `[${' '.repeat(40 * 1024 * 1024)}]`
const GRACE_MS = 6000
/** Each of nine answers keeps the part that was read for it. */
const KEPT = 6 * PART_BYTES
const api = withApi((registry) => registry, {
  answerBounds: {
    graceMs: GRACE_MS,
    leastBytesPerS: 64 * 1024 * 1024,
    keptBytes: KEPT,
    stalledMs: 400,
    lookMs: 20,
  },
})
let port = 0
let message = ''
let other = ''
/** Connections as the hub has them, in the order in which they came. */
const taken: Socket[] = []
beforeAll(async () => {
  other = await api.key('admin', 'personal')
  const answer = await api.push(TRADES, MESSAGE, { headers: { prefer: 'respond-async' } })
  expect(answer.statusCode).toBe(202)
  message = `/v1/messages/${String(answer.headers['location']).split('/').at(-1)}`
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
  api.app.server.on('connection', (socket: Socket) => taken.push(socket))
})

const opened = new Set<Socket>()
afterEach(() => {
  for (const socket of opened) socket.destroy()
  opened.clear()
})

/** Asks for the message and takes a chunk at a time, with a rest after each. Gives the connection as the hub has it. */
async function askedSlowly(key = ADMIN_KEY): Promise<Socket> {
  const before = taken.length
  const socket = connect(port, '127.0.0.1')
  opened.add(socket)
  socket.on('error', () => {})
  socket.on('data', () => {
    socket.pause()
    setTimeout(() => socket.resume(), 50).unref()
  })
  const head = `host: hub\r\nauthorization: Bearer ${key}\r\nhub-purpose: operation\r\n`
  socket.write(`GET ${message} HTTP/1.1\r\n${head}connection: close\r\n\r\n`)
  await vi.waitFor(() => expect(taken.length).toBe(before + 1))
  return taken[before] as Socket
}

/** Connections of the database that somebody holds. */
const held = (): number => api.pool.totalCount - api.pool.idleCount

describe('an answer that is taken in drops', () => {
  it('is ended with its connection, holds none of the database meanwhile, and nothing of it is read any more', async () => {
    const read = vi.spyOn(api.pool, 'query')
    const parts = () => read.mock.calls.filter(([sql]) => JSON.stringify(sql).includes('read-message-part'))
    const from = performance.now()
    const connection = await askedSlowly()
    await pause(GRACE_MS / 2)
    expect(connection.destroyed).toBe(false)
    expect(parts().length).toBeGreaterThan(0)
    // One that reads a part right now gives it back at once.
    await vi.waitFor(() => expect(held()).toBe(0), { timeout: 500, interval: 5 })
    const answer = await fetch(`http://127.0.0.1:${port}/v1/records?limit=1`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    })
    expect(answer.status).toBe(200)
    await answer.arrayBuffer()
    await vi.waitFor(() => expect(connection.destroyed).toBe(true), { timeout: 2 * GRACE_MS, interval: 20 })
    expect(performance.now() - from).toBeGreaterThan(GRACE_MS)
    expect(connection.bytesWritten).toBeLessThan(MESSAGE.length)
    const before = parts().length
    await pause(200)
    expect(parts().length).toBe(before)
    expect(held()).toBe(0)
    read.mockRestore()
  }, 60_000)

  it('gives way where too much waits, of whoever has most of it, and of nobody else', async () => {
    const theirs = await askedSlowly(other)
    const mine: Socket[] = []
    for (let i = 0; i < 8; i++) mine.push(await askedSlowly())
    const rest = () => mine.filter(({ destroyed }) => !destroyed)
    const waiting = () => [theirs, ...rest()].reduce((sum, { writableLength }) => sum + writableLength, 0)
    const withinGrace = { timeout: GRACE_MS - 1000, interval: 20 }
    await vi.waitFor(() => expect(rest().length).toBeLessThan(mine.length), withinGrace)
    await vi.waitFor(() => expect(waiting()).toBeLessThanOrEqual(KEPT), withinGrace)
    expect(rest().length).toBeGreaterThan(0)
    expect(theirs.destroyed).toBe(false)
  }, 60_000)

  it('is left alone where it is taken fast enough, byte for byte', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}${message}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'hub-purpose': 'operation' },
    })
    expect((await answer.text()) === MESSAGE).toBe(true)
  })
})
