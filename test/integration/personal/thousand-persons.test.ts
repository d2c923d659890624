import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { Redis } from 'ioredis'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Hub, startHub } from '#cli/hub.ts'
import { readSettings } from '#cli/settings.ts'
import { createTestDatabase, type TestDatabase } from '#test/database.ts'
import { hasRedis, startRedis } from '../jobs/redis.ts'
import {
  certificateOf,
  columnsOf,
  foundInTables,
  NOT_SEALED,
  randomPersons,
  tradeOf,
  valuesIn,
} from './persons.ts'

const ADMIN = 'hub_administrator_of_the_thousand'
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const persons = randomPersons(1000)
const SOON = { timeout: 30_000, interval: 100 }

/** Lines of the log at its most talkative. */
const logged: string[] = []
const stream = new Writable({
  write(chunk, _encoding, done) {
    logged.push(String(chunk))
    done()
  },
})

/** A receiver that fails and tells back what it was sent. */
const receiver = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(Buffer.concat(parts))
  })
})

let database: TestDatabase
let hub: Hub
let reader = ''
let redis: Awaited<ReturnType<typeof startRedis>> | null = null

async function call(method: string, path: string, key: string | null, body?: unknown, headers = {}) {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = Buffer.from(await response.arrayBuffer()).toString()
  return { status: response.status, text, headers: response.headers }
}
const json = async (...args: Parameters<typeof call>) => JSON.parse((await call(...args)).text)
const refusals: string[] = []

async function everyWayIn(): Promise<void> {
  const trades = '/v1/systems/jiaxing-wholesale/records/trade'
  const certificates = '/v1/systems/zj-agri-certificate/records/certificate'
  const numbered = persons.map((person, i) => ({ person, i }))
  const some = (from: number, to: number) => numbered.slice(from, to)
  // Accepted, then once more with a correction, then the same again.
  for (const weight of ['100.0', '99.0', '99.0'])
    await call(
      'POST',
      trades,
      ADMIN,
      some(0, 400).map(({ person, i }) => tradeOf(person, i, { netWeight: weight })),
    )
  await call(
    'POST',
    certificates,
    ADMIN,
    some(0, 300).map(({ person, i }) => certificateOf(person, i)),
  )
  // Rejected: no key; values where others belong.
  await call(
    'POST',
    trades,
    ADMIN,
    some(400, 550).map(({ person, i }) => tradeOf(person, i, { billNo: '' })),
  )
  const wrong = some(550, 650).map(({ person, i }) =>
    tradeOf(person, i, {
      netWeight: person.phone,
      status: person.name,
      unit: person.name,
      tradeTime: person.citizenId,
      certNo: person.citizenId,
      goodsName: person.name,
      buyerCode: person.phone,
    }),
  )
  await call('POST', trades, ADMIN, wrong)
  // Large, and malformed.
  const large = some(650, 950).map(({ person, i }) => tradeOf(person, i))
  await call('POST', trades, ADMIN, large, { prefer: 'respond-async' })
  for (const { person, i } of some(950, 1000)) {
    const broken = JSON.stringify([tradeOf(person, i)]).slice(0, -3)
    refusals.push((await call('POST', trades, ADMIN, broken)).text)
  }
}

beforeAll(async () => {
  database = await createTestDatabase()
  redis = hasRedis || required ? await startRedis() : null
  const reading = readSettings({
    DATABASE_URL: database.url,
    HUB_PORT: '0',
    HUB_ADMIN_KEY: ADMIN,
    HUB_DATA_KEY: 'a7'.repeat(32),
    HUB_LOG: 'trace',
    ...(redis ? { REDIS_URL: redis.url } : {}),
  })
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes))
  hub = await startHub(reading.settings, pino({ level: 'trace' }, stream))
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  const { port } = receiver.address() as AddressInfo
  reader = (await json('POST', '/v1/keys', ADMIN, { name: 'reader', scopes: ['read'] })).key
  await json('POST', '/v1/links', ADMIN, {
    name: 'fails',
    url: `http://127.0.0.1:${port}/`,
    allowAddress: `127.0.0.1/32:${port}`,
    mapping: 'canonical',
    filter: {},
    sees: ['public', 'partner', 'restricted', 'personal'],
  })
  await everyWayIn()
  await json('POST', '/v1/replays', ADMIN, { system: 'jiaxing-wholesale', mode: 'apply' })
  await vi.waitUntil(async () => {
    const { receipts, replays, tried } = (
      await hub.pool.query(
        `select (select count(*)::int from messages where state in ('waiting', 'running')) + (select count(*)::int from large_messages) as receipts,
                (select count(*)::int from replays where finished_at is null) as replays,
                (select count(*)::int from deliveries) as tried`,
      )
    ).rows[0]
    // Cards, papers and matches are there only when the followers have read the log to its end.
    const { rows } = await hub.pool.query(
      `select count(*)::int as behind from followers where name in ('papers', 'cards') and position < (select max(position) from record_versions)`,
    )
    return receipts === 0 && replays === 0 && tried > 0 && rows[0].behind === 0
  }, SOON)
}, 120_000)
afterAll(async () => {
  await hub?.stop()
  receiver.close()
  await redis?.kill()
  await database?.drop()
})

describe('of a thousand persons who came in by every way', () => {
  it('there are values to be found: with a purpose they are shown', async () => {
    const { text } = await call('GET', '/v1/records?limit=1000', ADMIN, undefined, {
      'hub-purpose': 'operation',
    })
    expect(valuesIn(text, persons).length).toBeGreaterThan(500)
  })

  it('no value is in the log of the process, at any level', () => {
    expect(logged.length).toBeGreaterThan(0)
    expect(valuesIn(logged.join(''), persons)).toEqual([])
  })

  it('no value is in a job, wherever the jobs are', async () => {
    if (redis) {
      const client = new Redis(redis.url)
      let all = ''
      for (const key of await client.keys('*')) {
        const type = await client.type(key)
        if (type === 'hash') all += JSON.stringify(await client.hgetall(key))
        else if (type === 'list') all += JSON.stringify(await client.lrange(key, 0, -1))
        else if (type === 'zset') all += JSON.stringify(await client.zrange(key, '0', '-1'))
        else if (type === 'stream') all += JSON.stringify(await client.xrange(key, '-', '+'))
        else if (type === 'string') all += String(await client.get(key))
      }
      client.disconnect()
      expect(all.length).toBeGreaterThan(100)
      expect(valuesIn(all, persons)).toEqual([])
    }
    expect(
      valuesIn(
        await tablesOf(
          `table_schema <> 'public' and table_schema not in ('pg_catalog', 'information_schema')`,
        ),
        persons,
      ),
    ).toEqual([])
  })

  it('no value is in what a sender of nonsense is told', () => {
    expect(refusals.length).toBeGreaterThan(49)
    expect(valuesIn(refusals.join(''), persons)).toEqual([])
  })

  it('no value is on what anybody may see: metrics, health, public pages', async () => {
    const paths = [
      '/metrics',
      '/healthz',
      '/readyz',
      '/t/TP1',
      '/public/v1/trace/TP1',
      '/t/HGZ20240415-P1',
      '/public/v1/trace/HGZ20240415-P1',
    ]
    for (const path of paths)
      expect([path, valuesIn((await call('GET', path, null)).text, persons)]).toEqual([path, []])
  })

  it('no value is in an answer to a key with the scope read, nor to an administrator without a purpose', async () => {
    const { links } = await json('GET', '/v1/links', ADMIN)
    const receipts = (await hub.pool.query('select id from messages')).rows.map(
      ({ id }) => `/v1/receipts/${id}?limit=1000`,
    )
    const link = `/v1/links/${links[0].id}`
    const system = '/v1/systems/jiaxing-wholesale'
    const paths = [
      '/v1/records?limit=1000',
      '/v1/changes?limit=1000',
      '/v1/rejections?limit=1000',
      '/v1/rejections/groups',
      '/v1/lots/TP1',
      '/v1/trace/TP1',
      '/v1/trace/HGZ20240415-P1',
      '/v1/trace/HGZ20240415-P1/picture.svg',
      '/v1/documents/HGZ20240415-P1',
      '/v1/documents/promise_cert/HGZ20240415-P1',
      '/v1/parties?limit=1000',
      '/v1/sites?limit=1000',
      '/v1/parties/suggestions?limit=1000',
      '/v1/sites/suggestions?limit=1000',
      '/v1/products/unknown?limit=1000',
      '/v1/replays',
      '/v1/findings?limit=1000',
      '/v1/claims',
      '/v1/alerts',
      `${system}/drift`,
      `${system}/quality`,
      `${system}/waiting`,
      link,
      `${link}/deliveries`,
      `${link}/held`,
      `${link}/held/groups`,
      ...receipts,
    ]
    const seen: [string, string[]][] = []
    for (const path of paths)
      for (const key of [reader, ADMIN]) {
        const { text, status } = await call('GET', path, key)
        expect([path, status < 500]).toEqual([path, true])
        const found = valuesIn(text, persons)
        if (found.length > 0) seen.push([path, found.slice(0, 3)])
      }
    expect(seen).toEqual([])
  })

  it('no value is in a copy of any table, but for codes by which records are found', async () => {
    expect(await foundInTables(database.url, persons)).toEqual([])
  })

  it('and where such codes are the only exception, they are one: nothing is excepted that is not needed', async () => {
    const columns = await columnsOf(database.url, `table_schema = 'public'`)
    for (const name of NOT_SEALED) {
      const [, text = ''] = columns.find(([column]) => column === name) ?? []
      expect([name, valuesIn(text, persons).length > 0]).toEqual([name, true])
    }
  })
})

const tablesOf = async (condition: string): Promise<string> =>
  (await columnsOf(database.url, condition)).map(([, text]) => text).join('')
