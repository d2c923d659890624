import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createPool } from '#store/database.ts'
import { ADMIN_KEY, createTestApi, withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()

/** A way to the database that can be cut: a proxy whose connections break and whose port closes. */
let proxy: Server
let port = 0
const open = new Set<Socket>()
let pool: Pool
let intake: Intake
let app: FastifyInstance

beforeAll(async () => {
  const database = new URL(api.database.url)
  const folder = database.searchParams.get('host')
  const target = folder
    ? { path: `${folder}/.s.PGSQL.${database.port}` }
    : { host: database.hostname, port: Number(database.port) }
  proxy = createServer((client) => {
    const server = connect(target as { path: string })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await heal()
  port = (proxy.address() as AddressInfo).port
  database.searchParams.delete('host')
  database.host = `127.0.0.1:${port}`
  pool = createPool({ url: database.href, max: 4 })
  intake = createIntake({ pool, registry: api.registry, clock: Date.now, onCommitted: () => {} })
  app = await createTestApi({ pool, registry: api.registry, intake })
})
afterAll(async () => {
  await app.close()
  await intake.close()
  await pool.end()
  await cut()
})

const heal = (): Promise<void> => new Promise((resolve) => proxy.listen(port, '127.0.0.1', resolve))
const cut = (): Promise<void> =>
  new Promise((resolve) => {
    proxy.close(() => resolve())
    for (const socket of open) socket.destroy()
  })

const call = (method: 'GET' | 'POST', url: string, payload?: string, key = ADMIN_KEY) =>
  app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...(payload ? { 'content-type': 'application/json' } : {}) },
    ...(payload ? { payload } : {}),
  })
const push = (bill: string, key?: string) =>
  call('POST', '/v1/systems/jiaxing-wholesale/records/trade', JSON.stringify([trade(bill)]), key)

it('without the database a push gets 503 with Retry-After, nothing is acknowledged, and it recovers by itself', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  expect((await push('A1', key)).statusCode).toBe(200)
  expect((await call('GET', '/readyz')).statusCode).toBe(200)
  await cut()

  for (const caller of [key, 'hub_a_key_never_seen']) {
    const answer = await push('A2', caller)
    expect(answer.statusCode).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(answer.json()).toMatchObject({ code: 'unavailable', status: 503 })
  }
  expect((await call('GET', '/v1/records')).statusCode).toBe(503)
  expect((await call('GET', '/readyz')).statusCode).toBe(503)
  expect((await call('GET', '/healthz')).statusCode).toBe(200)
  const metrics = await call('GET', '/metrics')
  expect(metrics.statusCode).toBe(200)
  expect(metrics.body).toContain('hub_database_up 0')

  await heal()
  expect((await push('A2', key)).json()).toMatchObject({ accepted: 1, unchanged: 0 })
  const stored = (await call('GET', '/v1/records?kind=sale')).json().records
  expect(stored.map((record: { key: string[] }) => record.key)).toEqual([['A1'], ['A2']])
})
