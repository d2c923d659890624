import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ADMIN_KEY, createTestApi, withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

/** Low, so that a busy machine that asks slowly uses it up all the same. */
const RATE = 2
const BURST = 10 * RATE
const api = withApi()
let processes: FastifyInstance[] = []
beforeAll(async () => {
  const { pool, registry, intake } = api
  const parts = { pool, registry, intake, trustedProxies: ['127.0.0.1'] }
  processes = [
    await createTestApi({ ...parts, rates: { perKey: RATE, perAddress: null } }),
    await createTestApi({ ...parts, rates: { perKey: RATE, perAddress: null } }),
    await createTestApi({ ...parts, rates: { perKey: null, perAddress: RATE } }),
  ]
})
afterAll(async () => {
  for (const app of processes) await app.close()
})

const get = (at: number, path: string, headers: Record<string, string>) =>
  (processes[at] as FastifyInstance).inject({ method: 'GET', url: path, headers })
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

it('a key has one rate over all processes: 429, when to come again, and what is left', async () => {
  const [mine, other] = [await api.key('read'), await api.key('read')]
  const started = performance.now()
  let admitted = 0
  let refused = 0
  for (let i = 0; i < 4 * BURST && refused < 10; i++) {
    const answer = await get(i % 2, '/v1/records?limit=1', bearer(mine))
    expect(answer.headers['ratelimit-policy']).toBe(`"key";q=${BURST};w=10`)
    if (answer.statusCode === 200) {
      admitted++
      expect(answer.headers['ratelimit']).toMatch(/^"key";r=\d+$/)
    } else {
      refused++
      expect(answer.statusCode).toBe(429)
      expect(answer.json()).toMatchObject({ code: 'busy', detail: expect.stringContaining('20 units') })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.headers['ratelimit']).toMatch(/^"key";r=0;t=[1-9]\d*$/)
    }
  }
  const seconds = (performance.now() - started) / 1000
  expect(refused).toBe(10)
  expect(admitted).toBeGreaterThanOrEqual(BURST - 2 * RATE)
  expect(admitted).toBeLessThanOrEqual(BURST + seconds * RATE + 2 * 3 * RATE)
  // Nobody else waits.
  expect((await get(0, '/v1/records?limit=1', bearer(other))).statusCode).toBe(200)
})

it('a trace costs more than a read, and a message by its bytes', async () => {
  const left = async (path: string): Promise<number> => {
    const { headers } = await get(0, path, bearer(await api.key('read')))
    return Number(/r=(\d+)/.exec(String(headers['ratelimit']))?.[1])
  }
  const [afterRead, afterTrace] = [await left('/v1/records?limit=1'), await left('/v1/trace/NONE')]
  expect(afterRead).toBeGreaterThanOrEqual(BURST - 1)
  expect(afterTrace).toBeLessThanOrEqual(BURST - 18)

  const key = await api.key('push:jiaxing-wholesale')
  const body = JSON.stringify(Array.from({ length: 400 }, (_, i) => trade(`R${i}`)))
  const push = () =>
    (processes[0] as FastifyInstance).inject({
      method: 'POST',
      url: `/v1/systems/${TRADES.split('/')[0]}/records/${TRADES.split('/')[1]}`,
      headers: { ...bearer(key), 'content-type': 'application/json' },
      payload: body,
    })
  const statuses: number[] = []
  for (let i = 0; i < 30 && statuses.at(-1) !== 429; i++) statuses.push((await push()).statusCode)
  expect(statuses.at(-1)).toBe(429)
  expect(statuses.length).toBeLessThan(BURST / (body.length / 4096) + 5)
})

it('a supermarket that sends without end is told to wait, and the market beside it is taken at once, every time', async () => {
  const [firehose, market] = [
    await api.key('push:jiaxing-wholesale'),
    await api.key('push:jiaxing-wholesale'),
  ]
  const [system, record] = TRADES.split('/')
  const push = (key: string, at: number, trades: readonly unknown[]) =>
    (processes[at] as FastifyInstance).inject({
      method: 'POST',
      url: `/v1/systems/${system}/records/${record}`,
      headers: { ...bearer(key), 'content-type': 'application/json' },
      payload: JSON.stringify(trades),
    })
  const load = Array.from({ length: 400 }, (_, i) => trade(`S${i}`))
  const told = { firehose: new Set<number>(), market: [] as number[] }
  for (let i = 0; i < 60 && told.market.length < 5; i++) {
    const { statusCode, headers } = await push(firehose, i % 2, load)
    told.firehose.add(statusCode)
    if (statusCode !== 429) continue
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    told.market.push((await push(market, i % 2, [trade(`M${i}`)])).statusCode)
  }
  expect([...told.firehose].sort()).toEqual([200, 429])
  expect(told.market).toEqual([200, 200, 200, 200, 200])
})

it('an address has one too, whatever key it shows or none; a proxy is not taken for those behind it', async () => {
  const from = (address: string, key: string | null) =>
    get(2, '/v1/records?limit=1', { 'x-forwarded-for': address, ...(key ? bearer(key) : {}) })
  const statuses = new Set<number>()
  for (let i = 0; i < 3 * BURST && !statuses.has(429); i++)
    statuses.add((await from('203.0.113.9', i % 2 ? ADMIN_KEY : null)).statusCode)
  expect([...statuses].sort()).toEqual([200, 401, 429])
  expect((await from('203.0.113.10', ADMIN_KEY)).statusCode).toBe(200)
})

it.each([
  ['GET', '/openapi.json', '203.0.113.101'],
  ['GET', '/docs/scalar.js', '203.0.113.102'],
  ['POST', '/oauth/token', '203.0.113.103'],
] as const)('who needs no key is counted by the address too: %s %s', async (method, url, address) => {
  const ask = () =>
    (processes[2] as FastifyInstance).inject({
      method,
      url,
      headers: { 'x-forwarded-for': address },
    })
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) {
    statuses.push((await ask()).statusCode)
    // What was taken is charged in the store of all processes meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(statuses[0]).not.toBe(429)
  expect(statuses.at(-1)).toBe(429)
})

it('a body that is not read costs nothing: who tells of a terabyte locks nobody out', async () => {
  const tells = (headers: Record<string, string>) =>
    (processes[2] as FastifyInstance).inject({
      method: 'POST',
      url: '/v1/records',
      headers: {
        'x-forwarded-for': '203.0.113.120',
        'content-type': 'application/json',
        'content-length': '1000000000000',
        ...headers,
      },
      payload: '[]',
    })
  for (const [headers, status] of [
    [{}, 401],
    [bearer(ADMIN_KEY), 413],
    [{ 'content-length': '1999999999' }, 401],
  ] as const) {
    expect((await tells(headers)).statusCode).toBe(status)
    // What was taken is charged in the store of all processes meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const later = await get(2, '/v1/records?limit=1', {
    'x-forwarded-for': '203.0.113.120',
    ...bearer(ADMIN_KEY),
  })
  expect(later.statusCode).toBe(200)
})

it('a key may have a rate of its own, which the key in its place has too', async () => {
  const body = { name: 'slow', scopes: ['read'], unitsPerSecond: 2 }
  const made = (await api.call('POST', '/v1/keys', { body })).json()
  expect(made).toMatchObject({ unitsPerSecond: 2 })
  const next = (await api.call('POST', `/v1/keys/${made.id}/rotate`, { body: {} })).json()
  for (const { key } of [made, next]) {
    // The third process has no limit for keys but their own.
    const answer = await get(2, '/v1/records?limit=1', { 'x-forwarded-for': '203.0.113.77', ...bearer(key) })
    expect(answer.headers['ratelimit-policy']).toBe('"key";q=20;w=10')
  }
  const wrong = await api.call('POST', '/v1/keys', { body: { ...body, unitsPerSecond: 0 } })
  expect(wrong.json()).toMatchObject({ code: 'invalid_request', status: 400 })
})

it('what is kept of callers names nobody', async () => {
  const { rows } = await api.pool.query('select caller from caller_rates')
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.every(({ caller }) => Buffer.isBuffer(caller) && caller.length === 16)).toBe(true)
})
