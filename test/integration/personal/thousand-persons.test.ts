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
  type Person,
  randomPersons,
  tradeOf,
  valuesIn,
} from './persons.ts'

const ADMIN = 'hub_administrator_of_the_thousand'
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const persons = randomPersons(1000)
const SOON = { timeout: 90_000, interval: 100 }

/** Lines of the log at its most talkative. */
const logged: string[] = []
const stream = new Writable({
  write(chunk, _encoding, done) {
    logged.push(String(chunk))
    done()
  },
})

/** Names of places by which SQL compares and orders stand in these columns as they are (docs/personal-data.md); answers mask them. */
const IN_PLAIN_TEXT: readonly string[] = ['cases.site', 'recall_notices.name', 'recall_notices.receiver']

/** What officials and laboratories tell: goods that failed at the stalls of persons, with all that may be written beside it. */
const testOf = ({ name, phone, citizenId, plate }: Person, i: number) => ({
  kind: 'test',
  system: 'jiaxing-wholesale',
  key: [`TT${i}`],
  occurredAt: { at: new Date().toISOString(), precision: 'second' },
  region: { code: '330402', year: 2026 },
  sites: [
    { role: 'market', name, ids: [] },
    { role: 'stall', name, ids: [{ scheme: 'local.jiaxing-wholesale', value: phone }] },
  ],
  parties: [{ role: 'owner', name, ids: [{ scheme: 'cn.idcard', value: citizenId }] }],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: `TPL${i}` }],
  vehicle: plate,
  note: name,
  test: { item: '有机磷', verdict: 'fail', screening: true, raw: name },
})
const inspectionOf = ({ name, phone }: Person, i: number) => ({
  number: `TI${i}`,
  at: '2024-04-15T09:30:00+08:00',
  region: '330402',
  site: { code: '330402003', name, stall: name },
  result: 'rectify',
  checklist: [{ item: '进货查验记录', result: 'fail', note: `${name} ${phone}` }],
  findings: [name],
  dueAt: '2024-04-18',
  inspector: { organisation: '嘉兴市示例市场监督管理局', person: name },
})

/** A receiver that fails and tells back what it was sent, or refuses each change in the words that it got. */
const receiver = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const sent = Buffer.concat(parts)
    if (request.url !== '/refuses') {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(sent)
      return
    }
    const { changes } = JSON.parse(sent.toString()) as { changes: { event: string; record: unknown }[] }
    const results = changes.map(({ event, record }) => ({
      event,
      verdict: 'reject',
      code: 'E1',
      detail: `refused: ${JSON.stringify(record)}`,
    }))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }))
  })
})

let database: TestDatabase
let hub: Hub
let reader = ''
let refusing = ''
let kase = ''
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

/** Cases, inspections, findings and words of a receiver, in which persons stand. */
async function official(): Promise<void> {
  const some = persons.slice(0, 20)
  const { accepted } = await json('POST', '/v1/records', ADMIN, some.map(testOf))
  expect(accepted).toBe(some.length)
  for (const [i, person] of some.entries())
    expect((await call('POST', '/v1/inspections', ADMIN, inspectionOf(person, i))).status).toBe(201)
  const [{ name, phone, citizenId } = {} as Person] = some
  const opened = await json('POST', '/v1/cases', ADMIN, { code: 'TP1', reason: `${name} ${phone}` })
  kase = opened.id
  const said = { event: 'note', note: `${name} ${citizenId}` }
  expect((await call('POST', `/v1/cases/${kase}/events`, ADMIN, said)).status).toBe(200)
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
  refusing = (
    await json('POST', '/v1/links', ADMIN, {
      name: 'refuses',
      url: `http://127.0.0.1:${port}/refuses`,
      allowAddress: `127.0.0.1/32:${port}`,
      mapping: 'canonical',
      filter: { kinds: ['test'] },
      sees: ['public', 'partner', 'restricted', 'personal'],
    })
  ).id
  await everyWayIn()
  await official()
  await json('POST', '/v1/replays', ADMIN, { system: 'jiaxing-wholesale', mode: 'apply' })
  await vi.waitUntil(async () => {
    const { receipts, replays, tried, cases, held } = (
      await hub.pool.query(
        `select (select count(*)::int from messages where state in ('waiting', 'running')) + (select count(*)::int from large_messages) as receipts,
                (select count(*)::int from replays where finished_at is null) as replays,
                (select count(*)::int from deliveries) as tried, (select count(*)::int from cases where settled = wanted) as cases,
                (select count(*)::int from held_changes where state = 'refused') as held`,
      )
    ).rows[0]
    // Cards, papers and matches are there only when the followers have read the log to its end.
    const { rows } = await hub.pool.query(
      `select count(*)::int as behind from followers where name in ('papers', 'cards', 'inspections', 'notices', 'findings', 'goods', 'supervision') and position < (select max(position) from record_versions)`,
    )
    return receipts === 0 && replays === 0 && tried > 0 && cases > 1 && held > 0 && rows[0].behind === 0
  }, SOON)
}, 300_000)
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

  it.each([
    ['cases', () => `/v1/cases/${kase}`],
    ['inspections', () => '/v1/inspections'],
    ['held changes', () => `/v1/links/${refusing}/held?limit=1000`],
  ])('%s hold values too, which are shown to an administrator with a purpose and noted', async (_, path) => {
    const full = async () =>
      (
        await hub.pool.query(
          `select count(*)::int as n from audit_log where kind = 'access' and facts::jsonb->>'full' = 'true'`,
        )
      ).rows[0].n
    const before = await full()
    const { text, headers } = await call('GET', path(), ADMIN, undefined, { 'hub-purpose': 'supervision' })
    expect(valuesIn(text, persons).length).toBeGreaterThan(0)
    expect([await full(), headers.get('hub-masked')]).toEqual([before + 1, null])
    expect((await call('GET', path(), reader)).headers.get('hub-masked')).toBe('personal')
  })

  it('what a receiver refused is shown as it was sent, and in its words, to an administrator with a purpose alone', async () => {
    const { held } = await json('GET', `/v1/links/${refusing}/held`, ADMIN)
    const { id, version } = held[0]
    const path = `/v1/links/${refusing}/held/change?record=${encodeURIComponent(id)}&version=${version}`
    const { sent, change } = await json('GET', path, ADMIN, undefined, { 'hub-purpose': 'operation' })
    expect(valuesIn(JSON.stringify(sent), persons).length).toBeGreaterThan(0)
    expect(valuesIn(JSON.stringify(change), persons).length).toBeGreaterThan(0)
    const groups = `/v1/links/${refusing}/held/groups`
    const full = await call('GET', groups, ADMIN, undefined, { 'hub-purpose': 'operation' })
    expect(valuesIn(full.text, persons).length).toBeGreaterThan(0)
    expect(valuesIn((await call('GET', path, reader)).text, persons)).toEqual([])
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
    const { cases } = await json('GET', '/v1/cases', ADMIN)
    expect(cases.length).toBeGreaterThan(1)
    const whole = cases.flatMap(({ id }: { id: string }) => [
      `/v1/cases/${id}`,
      `/v1/recalls/${id}/notices`,
      `/v1/recalls/${id}/notices.csv`,
    ])
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
      `/v1/links/${refusing}/held`,
      `/v1/links/${refusing}/held/groups`,
      '/v1/cases',
      ...whole,
      '/v1/inspections',
      '/v1/supervision/days?from=2024-04-01&to=2024-04-30',
      '/v1/supervision/days/2024-04-15',
      '/v1/supervision/days/2024-04-15/sheet.csv',
      '/v1/supervision/days/2024-04-15/markets',
      '/v1/supervision/reports',
      '/v1/balance?site=330402003&day=2024-04-15',
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
    const found = await foundInTables(database.url, persons)
    expect(found.filter((one) => !IN_PLAIN_TEXT.some((column) => one.startsWith(`${column}:`)))).toEqual([])
    // What is sealed one day is taken out of the list.
    for (const column of IN_PLAIN_TEXT)
      expect([column, found.some((one) => one.startsWith(`${column}:`))]).toEqual([column, true])
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
