import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PublicCandidates, PublicTrace } from '#flow/trace/public-trace.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { PORK, VEGETABLES } from '#test/trace/day-of-april-15.ts'
import { AMBIGUOUS, LONG_NAMES, PAK_CHOI_HELD } from '#test/trace/public-scenes.ts'
import { storeRecords } from '#test/trace/store-records.ts'
import { publicApp, sourceOf } from './app.ts'

const database = withDatabase()
const systems = ['one', 'two', 'shaoxing-slaughter']
const nowMs = Date.parse('2024-04-16T10:00:00+08:00')
let pool: Pool
let app: FastifyInstance
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4, plansOnce: true })
  await storeRecords(pool, [...PORK, ...VEGETABLES, ...PAK_CHOI_HELD, ...AMBIGUOUS, ...LONG_NAMES])
  app = await publicApp(pool, systems, { clock: () => nowMs })
})
afterAll(async () => {
  await app.close()
  await pool.end()
})
const twin = async (path: string): Promise<PublicTrace> =>
  (await app.inject(`/public/v1/trace/${path}`)).json()

describe('a code that stands for several goods', () => {
  test('lists them by goods, day and place, with a warning, and names no system', async () => {
    const { statusCode, body } = await app.inject('/public/v1/trace/20240415-01')
    expect(statusCode).toBe(300)
    const { candidates } = JSON.parse(body) as PublicCandidates
    expect(candidates.map(({ of, ...rest }) => rest)).toEqual([
      { kind: 'lot', state: 'clear', product: '番茄', date: '2024-04-14', place: '杭州潮鸣湾示例农贸市场' },
      {
        kind: 'lot',
        state: 'recalled',
        product: '草鱼',
        date: '2024-04-15',
        place: '嘉兴南湖示例果蔬批发市场',
      },
    ])
    const page = await app.inject('/t/20240415-01')
    expect(page.statusCode).toBe(300)
    for (const text of [body, page.body]) expect(text).not.toMatch(/local\.|"one"|two/)
    expect(page.body).toContain(`href="?of=${candidates[1]?.of}"`)
  })
  test('is not meant by an address of GS1 that names other goods by the same lot', async () => {
    for (const other of ['https://id.gs1.org/01/06903244679763/10/20240415-01', '6903244679763+20240415-01'])
      expect((await app.inject(`/t/${encodeURIComponent(other)}`)).statusCode).toBe(404)
    const address = `https://zs.example.cn/q?sign=${'x'.repeat(300)}&code=20240415-01`
    expect((await app.inject(`/t/${encodeURIComponent(address)}`)).statusCode).toBe(300)
    expect(await twin(encodeURIComponent(address))).toMatchObject({ code: '20240415-01' })
  })
  test('shows the one that is chosen and nothing of the others; a choice that is none lists them again', async () => {
    const { candidates } = (await app.inject('/public/v1/trace/20240415-01')).json() as PublicCandidates
    const [tomato, carp] = candidates.map(({ of }) => of)
    expect(await twin(`20240415-01?of=${tomato}`)).toMatchObject({
      product: '番茄',
      state: 'clear',
      alerts: [],
    })
    expect(await twin(`20240415-01?of=${carp}`)).toMatchObject({ product: '草鱼', state: 'recalled' })
    expect((await app.inject(`/t/20240415-01?of=${carp}`)).body).not.toContain('番茄')
    expect((await app.inject('/t/20240415-01?of=0000000000')).statusCode).toBe(300)
  })
  test('is one thing where a lot and a ticket of one 20-digit number are meant, or one came from the other', async () => {
    const number = '33010501224041500077'
    await storeRecords(pool, [
      {
        kind: 'sale',
        system: 'one',
        key: 'ticket',
        body: {
          lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: number }],
          product: { name: '番茄' },
        },
      },
      {
        kind: 'sale',
        system: 'two',
        key: 'voucher',
        body: { documents: [{ role: 'voucher', type: 'sales_voucher', number }], product: { name: '番茄' } },
      },
    ])
    expect(await twin(number)).toMatchObject({ state: 'clear', product: '番茄' })
  })
})

describe('any code of the label leads to the path', () => {
  test.each([
    ['a certificate', 'HGZ20240415-7K3M', '番茄'],
    ['a lot', '33082500724041400001', '番茄'],
    ['a lot in groups', '3308%202500%207240%204140%200001', '番茄'],
    ['a voucher', '33060300100120000157', '带皮片猪'],
    ['a batch of the slaughterhouse', 'SX2404140001', '生猪'],
    ['a batch in small letters', 'sx2404140001', '生猪'],
    ['a paper of the meat', 'ZJ-RP-0415088', undefined],
  ])('%s', async (_, code, product) => {
    const { statusCode, body } = await app.inject(`/public/v1/trace/${code}`)
    expect(statusCode).toBe(200)
    if (product) expect(JSON.parse(body).product).toBe(product)
  })
})

test('the state of papers is that of the day: what had to arrive within a day is over on the next', async () => {
  const on = async (day: string) => {
    const other = await publicApp(pool, systems, { clock: () => Date.parse(`${day}T12:00:00+08:00`) })
    const { certificates } = (
      await other.inject('/public/v1/trace/33060300100120000157')
    ).json() as PublicTrace
    await other.close()
    return certificates.map(({ type, state, validUntil }) => [type, state, validUntil])
  }
  expect(await on('2024-04-15')).toContainEqual(['product_B', 'valid', '2024-04-15'])
  expect(await on('2024-04-16')).toContainEqual(['product_B', 'expired', '2024-04-15'])
  expect(await on('2024-04-16')).toContainEqual(['animal_B', 'unknown', undefined])
})

describe('links that are not certain', () => {
  test('are marked as likely, and what the code itself says is not', async () => {
    const { steps } = await twin(`V-${'8'.repeat(60)}`)
    expect(steps.map(({ kind, likely }) => [kind, likely])).toEqual([
      ['document', true],
      ['sale', undefined],
    ])
    expect((await app.inject(`/t/V-${'8'.repeat(60)}`)).body).toContain('较可能')
  })
  test('below 0.8 are not followed, and a recall behind one from 0.8 on is told as likely', async () => {
    const row = { system: 'two', record_id: '', version: 1, kind: 'sale', rule: 'seller' }
    const write = async (to: string, confidence: number) => {
      const { rows } = await pool.query<{ record_id: string }>(
        `select record_id from record_versions where codes @> array[$1] limit 1`,
        [`doc:${to}`],
      )
      await pool.query(
        `insert into lot_edges (from_code, to_code, record_id, version, kind, rule, confidence) values ('local.two:20240415-01', $1, $2, 1, $3, $4, $5)`,
        [`doc:${to}`, rows[0]?.record_id, row.kind, row.rule, confidence],
      )
    }
    await write('JXSG2024041500019', 0.6)
    await write('JXSG2024041500020', 0.8)
    expect((await twin('JXSG2024041500019')).state).toBe('clear')
    const { state, alerts } = await twin('JXSG2024041500020')
    expect(state).toBe('recalled')
    expect(alerts).toMatchObject([{ kind: 'recalled', likely: true }])
    expect((await app.inject('/t/JXSG2024041500020')).body).toContain('较可能涉及：已被召回')
  })
})

test('a stop of sale is on the page within a second of its COMMIT, and its lifting too', async () => {
  const url = '/t/JXSG2024041500018'
  expect((await app.inject(url)).body).toContain('未发现停售')
  const { etag } = (await app.inject(url)).headers
  const order = (key: string, holdKind: string, time: string) => ({
    kind: 'hold' as const,
    system: 'one',
    key,
    body: {
      occurredAt: { at: `2024-04-16T${time}:00+08:00`, precision: 'second' as const },
      lots: [{ role: 'subject' as const, scheme: 'cn.mofcom.trace20b', value: '33082500724041400001' }],
      holdKind,
    },
  })
  const shown = async () => /已停止销售|未发现停售/.exec((await app.inject(url)).body)?.[0]
  await storeRecords(pool, [order('now', 'stop_sale', '09:00')])
  await expect.poll(shown, { timeout: 1000, interval: 50 }).toBe('已停止销售')
  expect((await app.inject({ url, headers: { 'if-none-match': String(etag) } })).statusCode).toBe(200)
  await storeRecords(pool, [order('lifted', 'release', '09:30')])
  await expect.poll(shown, { timeout: 1000, interval: 50 }).toBe('未发现停售')
})

describe('whoever asks too much', () => {
  test('gets 429 with Retry-After in both languages; a search through codes is stopped long before', async () => {
    const other = await publicApp(pool, systems, { clock: () => nowMs })
    const ask = (url: string, remoteAddress: string, headers = {}) =>
      other.inject({ url, remoteAddress, headers })
    let pages = 0
    while ((await ask('/t/JXSG2024041500018', '192.0.2.1')).statusCode === 200) pages++
    expect(pages).toBe(240)
    let guesses = 0
    while ((await ask(`/t/GUESS-${guesses}`, '192.0.2.2')).statusCode === 404) guesses++
    expect(guesses).toBe(12)
    const page = await ask('/t/JXSG2024041500018', '192.0.2.1')
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0)
    expect(page.body).toContain('查询过于频繁')
    expect(page.body).toContain('Too many questions')
    expect(page.headers['cache-control']).toBe('no-store')
    const english = await ask('/public/v1/trace/X1', '192.0.2.1', { 'accept-language': 'en' })
    expect([english.statusCode, english.json().title]).toEqual([429, 'Too much at once'])
    expect((await ask('/public/v1/trace/X1', '192.0.2.1')).json().title).toBe('请求过多')
    expect(Number(english.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask('/t/JXSG2024041500018', '192.0.2.3')).statusCode).toBe(200)
    await other.close()
  })
  test('is known by the proxy that is trusted, and cannot take another name by a header', async () => {
    const other = await publicApp(pool, systems, { clock: () => nowMs, trustedProxies: ['10.0.0.5'] })
    const guess = async (remoteAddress: string, forwarded: string) =>
      (await other.inject({ url: '/t/GUESS-1', remoteAddress, headers: { 'x-forwarded-for': forwarded } }))
        .statusCode
    for (let i = 0; i < 12; i++) expect(await guess('10.0.0.5', `evil, 198.51.100.${i}, 192.0.2.7`)).toBe(404)
    expect(await guess('10.0.0.5', '192.0.2.7')).toBe(429)
    expect(await guess('10.0.0.5', '192.0.2.8')).toBe(404)
    for (let i = 0; i < 12; i++) expect(await guess('192.0.2.9', `198.51.100.${i}`)).toBe(404)
    expect(await guess('192.0.2.9', '198.51.100.99')).toBe(429)
    await other.close()
  })
})

test('no search engine keeps anything: pages, data, pictures, refusals', async () => {
  for (const url of [
    '/t/JXSG2024041500018',
    '/public/v1/trace/JXSG2024041500018',
    '/t/AB/qr.png',
    '/t/NO-1',
    '/public/v1/trace/NO-1',
  ])
    expect((await app.inject(url)).headers['x-robots-tag']).toBe('noindex, nofollow')
  expect((await app.inject('/robots.txt')).body).toBe('User-agent: *\nDisallow: /\n')
})

test('more codes at once than can be made are refused with a time and a page; one code is made once', async () => {
  let asked = 0
  let refusedSoon = 0
  let goOn: () => void = () => {}
  // Until those who find no place are refused, nobody is answered and makes one.
  let answering = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const source = sourceOf(pool, systems)
  const other = await publicApp(pool, systems, {
    ask: async (question) => {
      asked++
      await answering
      return source.ask(question)
    },
  })
  const calls = Array.from({ length: 90 }, async (_, i) => {
    const answer = await other.inject({ url: `/t/CODE-${i}`, remoteAddress: `10.0.0.${i}` })
    if (answer.statusCode === 503) refusedSoon++
    return answer
  })
  await expect.poll(() => refusedSoon, { timeout: 30_000 }).toBe(22)
  goOn()
  const many = await Promise.all(calls)
  const refused = many.filter(({ statusCode }) => statusCode === 503)
  expect(refused).toHaveLength(22)
  expect(refused[0]?.headers['retry-after']).toBe('2')
  expect(refused[0]?.body).toContain('暂时无法查询')
  asked = 0
  answering = pause(100)
  const same = await Promise.all(
    Array.from({ length: 90 }, (_, i) =>
      other.inject({ url: '/t/JXSG2024041500018', remoteAddress: `10.0.1.${i}` }),
    ),
  )
  expect(same.every(({ statusCode }) => statusCode === 200)).toBe(true)
  expect(asked).toBe(1)
  await other.close()
})

test('a page that the database takes too long for is the hub’s fault: nobody is told that he asks too often', async () => {
  const slow = () => Promise.reject(Object.assign(new Error('canceled'), { code: '57014' }))
  const other = await publicApp(pool, systems, { ask: slow })
  for (const url of ['/t/JXSG2024041500018', '/public/v1/trace/JXSG2024041500018']) {
    const { statusCode, headers, body } = await other.inject(url)
    expect(statusCode).toBe(503)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(body).not.toContain('过于频繁')
  }
  await other.close()
})

test('while the database is away there is a page that says so, and never an old one', async () => {
  let isAway = false
  const away = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
  const source = sourceOf(pool, systems)
  const other = await publicApp(pool, systems, { head: () => (isAway ? away() : source.head()) })
  expect((await other.inject('/t/JXSG2024041500018')).statusCode).toBe(200)
  isAway = true
  await expect.poll(async () => (await other.inject('/t/JXSG2024041500018')).statusCode).toBe(503)
  const { headers, body } = await other.inject('/t/JXSG2024041500018')
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(body).toContain('暂时无法查询')
  await other.close()
})

test('a paper whose goods are stopped keeps the day on which it was issued', async () => {
  const number = '3306041501'
  const paperOf = ({ certificates }: PublicTrace) => certificates.find((one) => one.number === number)
  const before = paperOf(await twin(number))
  await storeRecords(pool, [
    {
      kind: 'hold',
      system: 'trace-hub',
      key: 'stop',
      body: {
        occurredAt: { at: '2024-04-16T09:00:00+08:00', precision: 'second' },
        documents: [{ role: 'self', type: 'product_B', number }],
        holdKind: 'stop_sale',
      },
    },
  ])
  const held = await twin(`${number}?lang=zh`)
  expect(held.alerts).toContainEqual(expect.objectContaining({ kind: 'held', number, date: '2024-04-16' }))
  expect(paperOf(held)).toEqual({ ...before, state: 'held' })
  expect(before?.date).toBe('2024-04-15')
})
