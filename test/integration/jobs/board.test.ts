import { existsSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createApi } from '#api/app.ts'
import { holdAliases } from '#core/products/aliases.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { newKey } from '#flow/keys.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, LINKS_QUEUE, type Queues } from '#jobs/queues.ts'
import { createPool } from '#store/database.ts'
import { revokeKey } from '#store/keys.ts'
import { noteDone } from '#store/schedules.ts'
import { withDatabase } from '#test/database.ts'
import { hasRedis, startRedis } from './redis.ts'

const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const ADMIN = 'hub_administrator_key_of_the_board'
const HOME = '/admin/jobs'
const LINK = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
const database = withDatabase()
let pool: Pool
let backend: JobBackend
let queues: Queues
let app: FastifyInstance
const clock = { time: Date.now() }

beforeAll(() => {
  pool = createPool({ url: database.url, max: 6 })
})
afterAll(async () => await pool.end())

async function open(redisUrl?: string, publicUrl?: string): Promise<void> {
  backend = await openJobBackend({ databaseUrl: database.url, redisUrl, onError: () => {} })
  queues = createQueues(backend)
  const registry = createLiveRegistry({ pool, seed: registryOf(new Map()) })
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  app = await createApi({
    pool,
    registry,
    intake,
    queues,
    productAliases: holdAliases(),
    adminKey: ADMIN,
    language: 'en',
    log: false,
    clock: () => clock.time,
    publicUrl,
  })
}
afterEach(async () => {
  await app.close()
  await queues.close()
  await backend.close()
})

const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
const look = (cookie = '') => app.inject({ url: HOME, headers: { cookie } })
const enter = async (key: string): Promise<string> => {
  const answer = await form(`${HOME}/session`, { key })
  return String(answer.headers['set-cookie'] ?? '').split(';')[0] as string
}

function laws(start: () => Promise<void>): void {
  test('shows a failed job with its reason, and lets it run again', async () => {
    await start()
    await noteDone(pool, 'sweep')
    let runs = 0
    const worker = backend.worker(
      LINKS_QUEUE,
      async () => {
        if (++runs === 1) throw new Error('<out of memory>')
      },
      {},
    )
    onTestFinished(() => worker.close(true))
    await queues.wakeLink(LINK)
    await expect.poll(async () => (await queues.look())[0]?.failed.length, { timeout: 30_000 }).toBe(1)
    const cookie = await enter(ADMIN)
    const page = await look(cookie)
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    for (const words of [LINK, '&lt;out of memory&gt;', 'sweep', 'Open alerts'])
      expect(page.body).toContain(words)
    expect(page.body).not.toMatch(/<script|https?:\/\//)
    const id = /name="id" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    expect((await form(`${HOME}/retry`, { queue: LINKS_QUEUE, id }, { cookie })).statusCode).toBe(303)
    await expect.poll(() => runs, { timeout: 30_000 }).toBe(2)
    await expect.poll(async () => (await queues.look())[0]?.failed.length, { timeout: 30_000 }).toBe(0)
    expect(await queues.retry(LINKS_QUEUE, 'none')).toBe(false)
  })
}

describe('the board with jobs on PostgreSQL', () => {
  laws(() => open())

  test('opens only to a key with the scope admin, for half an hour, and no longer than that key counts', async () => {
    await open()
    expect((await look()).statusCode).toBe(401)
    const { key: reader } = await newKey(pool, { name: 'reader', scopes: ['read'] })
    const { key, stored } = await newKey(pool, { name: 'operator', scopes: ['admin'] })
    for (const wrong of ['', 'hub_no_such_key_at_all', reader]) expect(await enter(wrong), wrong).toBe('')
    const cookie = await enter(key)
    expect((await look(cookie)).statusCode).toBe(200)
    expect((await form(`${HOME}/retry`, { queue: LINKS_QUEUE, id: '1' })).statusCode).toBe(401)
    const [name = '', until = '', digest = '', own = '', signature = ''] = cookie.split(/[=.]/)
    const forged = [
      `${name}=${Number(until) + 1}.${digest}.${own}.${signature}`,
      `${name}=${until}.${'A'.repeat(43)}.${own}.${signature}`,
      `${name}=${until}.${digest}.${'A'.repeat(16)}.${signature}`,
      `${name}=${until}.${digest}.${own}.${'A'.repeat(43)}`,
      `${name}=${until}`,
    ]
    for (const one of forged) expect((await look(one)).statusCode, one).toBe(401)
    clock.time += 31 * 60_000
    expect((await look(cookie)).statusCode).toBe(401)
    const again = await enter(key)
    expect((await look(again)).statusCode).toBe(200)
    await revokeKey(pool, stored.id)
    expect((await look(again)).statusCode).toBe(401)
  })

  test('a cookie that was given over TLS, also that of the proxy of the public address, never goes without it', async () => {
    await open(undefined, 'https://hub.example.cn')
    const answer = await form(`${HOME}/session`, { key: ADMIN }, { host: 'hub.example.cn' })
    expect(answer.headers['set-cookie']).toMatch(/; SameSite=Strict; Secure$/)
    const here = await form(`${HOME}/session`, { key: ADMIN }, { host: '127.0.0.1:8080' })
    expect(here.headers['set-cookie']).toMatch(/; SameSite=Strict$/)
  })

  test('a cookie is for this site alone, and a form of another site is refused', async () => {
    await open()
    const answer = await form(`${HOME}/session`, { key: ADMIN })
    expect(answer.headers['set-cookie']).toMatch(/; Path=\/admin; .*HttpOnly; SameSite=Strict$/)
    const cookie = await enter(ADMIN)
    const stranger = { cookie, 'sec-fetch-site': 'cross-site' }
    expect((await form(`${HOME}/retry`, { queue: LINKS_QUEUE, id: '1' }, stranger)).statusCode).toBe(403)
    expect((await form(`${HOME}/leave`, {}, stranger)).json()).toMatchObject({
      status: 403,
      code: 'other_site',
      title: 'The request comes from another site',
    })
    expect((await look(cookie)).statusCode).toBe(200)
    expect((await form(`${HOME}/leave`, {}, { cookie })).headers['set-cookie']).toContain('Max-Age=0')
  })

  test('who leaves, left: the cookie opens nothing any more, and that of another browser still does', async () => {
    await open()
    const other = await enter(ADMIN)
    const cookie = await enter(ADMIN)
    expect((await form(`${HOME}/leave`, {}, { cookie })).statusCode).toBe(303)
    expect((await look(cookie)).statusCode).toBe(401)
    expect((await form(`${HOME}/retry`, { queue: LINKS_QUEUE, id: '1' }, { cookie })).statusCode).toBe(401)
    expect((await look(other)).statusCode).toBe(200)
    // Once more, and without any, is no mistake.
    expect((await form(`${HOME}/leave`, {}, { cookie })).statusCode).toBe(303)
    expect((await form(`${HOME}/leave`, {})).statusCode).toBe(303)
    // What would have ended by itself is forgotten.
    clock.time += 31 * 60_000
    await form(`${HOME}/leave`, {}, { cookie: await enter(ADMIN) })
    const { rows } = await pool.query('select count(*)::int as n from board_leaves')
    expect(rows).toEqual([{ n: 1 }])
  })
})

describe.runIf(CHROMIUM)('the board in a browser', () => {
  test('asks for the key, opens, and loads nothing from anywhere else', async () => {
    await open()
    await noteDone(pool, 'sweep')
    await pool.query(
      `insert into alerts (id, topic, subject, facts, opened_at, told_at)
       values (gen_random_uuid(), 'link_stopped', 'l', '{"name":"城市平台","class":"auth","seconds":4000}', now(), now())`,
    )
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] })
    onTestFinished(() => browser.close())
    const page = await (await browser.newContext({ javaScriptEnabled: false, locale: 'zh-CN' })).newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(base + HOME)
    await page.fill('input[name=key]', ADMIN)
    await page.click('button')
    expect(page.url()).toBe(base + HOME)
    expect(await page.textContent('body')).toContain('链路“城市平台”已停止')
    await page.click('text=退出')
    expect(await page.isVisible('input[name=key]')).toBe(true)
    expect(asked.filter((url) => !url.startsWith(base) && !url.startsWith('data:'))).toEqual([])
    // The answer that asks for a key is 401, which the browser notes.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })
})

describe.runIf(hasRedis || required)('the board with jobs on Redis', () => {
  laws(async () => {
    const redis = await startRedis('--maxmemory-policy', 'noeviction')
    onTestFinished(() => redis.kill())
    await open(redis.url)
  })
})
