import { createHash } from 'node:crypto'
import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PublicTrace } from '#flow/trace/public-trace.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { CABBAGE_VOID, PORK, VEGETABLES } from '#test/trace/day-of-april-15.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { publicApp } from './app.ts'

const at = (text: string) => ({ at: `${text}+08:00`, precision: 'second' as const })
const database = withDatabase()
let pool: Pool
let app: FastifyInstance
const nowMs = Date.parse('2024-04-15T10:00:00+08:00')
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4 })
  app = await publicApp(pool, ['shaoxing-slaughter'], { clock: () => nowMs })
  await storeRecords(pool, [...PORK, ...VEGETABLES, CABBAGE_VOID])
})
afterAll(async () => {
  await app.close()
  await pool.end()
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
const twin = async (code: string): Promise<PublicTrace> => (await get(`/public/v1/trace/${code}`)).json()

test('the page of a pork voucher tells origin, farm, slaughterhouse, inspection and papers in Chinese', async () => {
  const { statusCode, headers, body } = await get('/t/33060300100120000157')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  for (const text of [
    '<html lang="zh-CN"',
    '<h1>带皮片猪</h1>',
    '浙江省衢州市衢江区',
    '衢江莲花示例养殖场',
    '绍兴稽山示例肉联厂',
    '检疫检验 合格',
    '动物检疫合格证明（产品B）',
    'ZJ-RP-0415088',
    '未发现停售、召回或凭证作废记录',
  ]) {
    expect(body).toContain(text)
  }
})

test('the path runs from the field to the table', async () => {
  const { steps, origin, certificates, isComplete } = await twin('33060300100120000157')
  expect(steps.map(({ kind, date }) => `${date} ${kind}`)).toEqual([
    '2024-04-14 entry',
    '2024-04-15 transformation',
    '2024-04-15 test',
    '2024-04-15 sale',
  ])
  expect(origin).toBe('浙江省衢州市衢江区')
  expect(isComplete).toBe(true)
  expect(certificates.map(({ type, state }) => `${type} ${state}`)).toEqual([
    'animal_B unknown',
    'meat_quality valid',
    'product_B valid',
  ])
})

test('pigs leave the farm and vegetables are harvested, each step at the time of its day', async () => {
  const lot = (value: string, role: 'subject' | 'source' = 'subject') => ({
    ...{ role, scheme: 'local.shaoxing-slaughter', value },
  })
  const write = (kind: Written['kind'], body: Written['body']): Written => ({
    ...{ kind, system: 'step-farm', key: `${kind}-${JSON.stringify(body).length}`, body },
  })
  const pigs = { name: '生猪', class: 'other_livestock' }
  const leeks = { name: '韭菜', class: 'vegetable' }
  await storeRecords(pool, [
    write('production', {
      ...{ occurredAt: at('2024-04-14T20:00:00'), product: pigs, productionKind: 'livestock_out' },
      lots: [lot('STEP-PIGS1')],
    }),
    write('transformation', {
      occurredAt: at('2024-04-15T14:30:00'),
      process: 'slaughter',
      input: { lots: [{ ...lot('STEP-PIGS1'), role: 'input' }] },
      output: { lots: [{ ...lot('STEP-PORK1'), role: 'output' }] },
    }),
    write('hold', {
      ...{ occurredAt: at('2024-04-15T16:00:00'), holdKind: 'stop_sale' },
      lots: [lot('STEP-PIGS1'), lot('STEP-PORK1')],
    }),
    write('entry', { occurredAt: at('2024-04-15T15:20:00'), lots: [lot('STEP-PORK1')], product: leeks }),
    write('production', { occurredAt: at('2024-04-14T20:00:00'), product: leeks, lots: [lot('STEP-LEEK1')] }),
  ])
  const { steps } = await twin('STEP-PORK1')
  expect(steps.map(({ kind, production }) => production ?? kind)).toEqual([
    ...['livestock_out', 'transformation', 'entry', 'hold'],
  ])
  expect((await get('/t/STEP-PORK1')).body).toContain('<b>出栏</b>')
  expect((await get('/t/STEP-PORK1?lang=en')).body).toContain('<b>Left the farm</b>')
  expect((await get('/t/STEP-LEEK1')).body).toContain('<b>采收</b>')
})

test('other sales of the same lot are no part of a path', async () => {
  const { steps } = await twin('JXSG2024041500018')
  expect(steps.map(({ kind }) => kind)).toEqual(['document', 'sale'])
})

test('a reader who asks for English gets English, and the link on the page changes the language', async () => {
  const { body } = await get('/t/JXSG2024041500018', { 'accept-language': 'en-GB,en;q=0.9,zh;q=0.1' })
  expect(body).toContain('<html lang="en"')
  expect(body).toContain('Commitment certificate')
  expect((await get('/t/JXSG2024041500018?lang=en')).body).toContain('From field to table')
  expect((await get('/t/JXSG2024041500018?lang=zh', { 'accept-language': 'en' })).body).toContain(
    '从田间到餐桌',
  )
})

test('a void certificate on the path is a warning on the page and in the data', async () => {
  const { alerts, certificates } = await twin('JXSG2024041500035')
  expect(alerts).toEqual([
    { kind: 'void', type: 'promise_cert', number: 'HGZ20240415-M4ND', product: '大白菜', date: '2024-04-15' },
  ])
  expect(certificates).toMatchObject([{ number: 'HGZ20240415-M4ND', state: 'void' }])
  const { body } = await get('/t/JXSG2024041500035')
  expect(body).toContain('role="alert">路径中有凭证已作废')
  expect(body).not.toContain('未发现停售')
})

test('a failed test and a stop of sale up the path are warnings until the goods are released', async () => {
  const lot = { role: 'subject' as const, scheme: 'cn.mofcom.trace20b', value: '33082500724041400001' }
  const write = (kind: 'test' | 'hold', key: string, body: Written['body']): Written => ({
    kind,
    system: 'rapid-test',
    key,
    body: { lots: [lot], ...body },
  })
  const kinds = async () => (await twin('JXSG2024041500018')).alerts.map(({ kind }) => kind)
  const test1 = { item: '克百威', verdict: 'fail' as const }
  await storeRecords(pool, [write('test', 't1', { occurredAt: at('2024-04-15T07:00:00'), test: test1 })])
  await expect.poll(kinds, { timeout: 9000 }).toEqual(['test_failed'])
  await storeRecords(pool, [
    write('hold', 'h1', {
      occurredAt: at('2024-04-15T07:05:00'),
      holdKind: 'stop_sale',
      cause: '王建国投诉',
    }),
  ])
  await expect.poll(kinds, { timeout: 9000 }).toEqual(['held', 'test_failed'])
  const { body } = await get('/t/JXSG2024041500018')
  expect(body).toContain('已停止销售')
  expect(body).toContain('克百威')
  expect(body).not.toContain('王建国')
  await storeRecords(pool, [
    write('hold', 'h2', { occurredAt: at('2024-04-16T07:05:00'), holdKind: 'release' }),
  ])
  await expect.poll(kinds, { timeout: 9000 }).toEqual([])
})

test('an unknown code is a 404 page in the same style, and a problem in the data', async () => {
  for (const code of ['NIRGENDS', 'NIRGENDS-1', 'X'.repeat(300), '%3Cscript%3Ealert(1)%3C%2Fscript%3E']) {
    const page = await get(`/t/${code}`)
    expect(page.statusCode, code).toBe(404)
    expect(page.body).toContain('未查询到该编码')
    expect(page.body).not.toContain('<script')
    const problem = await get(`/public/v1/trace/${code}`)
    expect(problem.statusCode).toBe(404)
    expect(problem.json()).toMatchObject({ code: 'not_found' })
  }
})

test('what sources write is shown as text and never as HTML', async () => {
  const evil = '<img src=x onerror=alert(1)>"\'&'
  await storeRecords(pool, [
    {
      kind: 'sale',
      system: 'evil',
      key: 'E-1',
      body: {
        occurredAt: at('2024-04-15T07:00:00'),
        product: { name: evil },
        documents: [
          { role: 'voucher', type: 'sales_voucher', number: 'E-1' },
          { role: 'upstream', type: '<u>', number: '<s>"\'' },
        ],
      },
    },
  ])
  const { body } = await get('/t/E-1')
  expect(body).not.toMatch(/<img|<u>|<s>|onerror=alert\(1\)>/)
  // Neither the name of goods, nor a type, nor a number is one that the hub knows: none is shown at all.
  expect(body).not.toContain('alert(1)')
})

test('the page loads nothing, runs nothing, and its policy allows exactly its own style', async () => {
  const { body, headers } = await get('/t/33060300100120000157')
  const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(body).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|https?:|style="|\son\w+=/)
  expect(Buffer.byteLength(style)).toBeLessThan(9000)
})

test('pages and data are cached for some seconds and asked for again by their ETag', async () => {
  for (const url of ['/t/33060300100120000157', '/public/v1/trace/33060300100120000157']) {
    const first = await get(url)
    expect(first.headers['cache-control']).toBe('public, max-age=5')
    const etag = String(first.headers['etag'])
    expect(etag).toMatch(/^"[\w-]{27}"$/)
    const again = await get(url, { 'if-none-match': `"other", W/${etag}` })
    expect(again.statusCode).toBe(304)
    expect(again.body).toBe('')
    expect((await get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200)
  }
  expect((await get('/t/33060300100120000157')).headers['vary']).toBe('accept-language')
})

test('the data hold nothing that their schema does not name', async () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, keywords: ['x-zh'] })
  const closed = JSON.parse(JSON.stringify(PublicTrace), (_name, value) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
  )
  const validate = ajv.compile(closed)
  for (const code of ['33060300100120000157', 'JXSG2024041500035', 'JXSG2024041500018']) {
    expect(validate(await twin(code)), JSON.stringify(validate.errors)).toBe(true)
  }
})
