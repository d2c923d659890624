import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runLarge } from '#flow/large/run.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { findLargeWithWork } from '#store/large-messages.ts'
import { withApi } from '#test/api.ts'
import { dbfBytes, type WrittenTable } from '#test/dbf.ts'

const mappings = await mkdtemp(join(tmpdir(), 'dbf-'))
afterAll(() => rm(mappings, { recursive: true }))
const folder = join(mappings, 'settlement')
await mkdir(folder)
await writeFile(
  join(folder, 'system.yaml'),
  [
    'system: settlement',
    'title: { zh: 结算系统, en: Settlement }',
    'adapter: push',
    'records: { trade: { mapping: trade.yaml, accepts: [application/vnd.dbf, application/x-dbf] } }',
    '',
  ].join('\n'),
)
await writeFile(
  join(folder, 'trade.yaml'),
  [
    'mapping: settlement/trade',
    'version: 1',
    'read: { format: dbf, dbf: { deleted: read } }',
    'ignore: [备注]',
    'key: [流水号]',
    "status: { from: dbf.deleted, active: ['false'], void: ['true'] }",
    'void: { body: new }',
    'emit:',
    '  - kind: sale',
    '    fields:',
    '      occurredAt: { from: 交易日期, date: [yyyyMMdd] }',
    '      parties.seller: { name: 商户 }',
    '      product: { name: 品名 }',
    '      quantity: { from: 重量, unit: { const: 公斤 } }',
    '',
  ].join('\n'),
)
const registry = await loadRegistry(mappings)
const api = withApi(() => registry)

const columns = [
  { name: '流水号', type: 'C', length: 12 },
  { name: '交易日期', type: 'D', length: 8 },
  { name: '商户', type: 'C', length: 30 },
  { name: '品名', type: 'C', length: 20 },
  { name: '重量', type: 'N', length: 10, decimals: 2 },
  { name: '备注', type: 'M', length: 10 },
]
const trade = (number: string, mass = '120.50', date = '20240415') => [
  number,
  date,
  '嘉禾示例果蔬商行',
  '番茄',
  mass,
  '         3',
]
const table = (rows: WrittenTable['rows'], more: Partial<WrittenTable> = {}) =>
  dbfBytes({ version: 0x83, columns, rows, ...more })
const push = (bytes: Buffer, type = 'application/vnd.dbf') => api.push('settlement/trade', bytes, { type })

it.each(['application/vnd.dbf', 'application/x-dbf'])('a table sent as %s becomes records', async (type) => {
  const answer = await push(table([trade(type.slice(-12))]), type)
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ received: 1, accepted: 1, rejected: 0 })
})

it('a row that was deleted since is void, one with a bad day is rejected at its place, and the rest is unchanged', async () => {
  await push(table([trade('1'), trade('2')]))
  const answer = await push(table([trade('1'), trade('2'), trade('3', '1', '20241399')], { deleted: [2] }))
  const { results } = answer.json()
  expect(results.map(({ result }: { result: string }) => result)).toEqual(['unchanged', 'voided', 'rejected'])
  expect(results[2].issues[0].path).toBe('record 3, 交易日期')
  const { records } = (await api.call('GET', '/v1/records?kind=sale&system=settlement')).json()
  expect(JSON.stringify(records)).toContain('"120.5"')
})

it('a table that was cut is refused with 400, in the language of who reads it', async () => {
  const bytes = table([trade('1'), trade('2')])
  const answer = await api.push('settlement/trade', bytes.subarray(0, bytes.length - 30), {
    type: 'application/vnd.dbf',
    headers: { 'accept-language': 'zh' },
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues).toMatchObject([{ path: 'record 2 of 2', code: 'E_SCHEMA' }])
  expect(answer.json().issues[0].reason).toMatch(/\p{Script=Han}/u)
  expect(answer.json().issues[0].fix).toMatch(/\p{Script=Han}/u)
})

it('a mapping that reads a memo says that it is not there', async () => {
  const answer = await api.call('POST', '/v1/mappings/try', {
    body: {
      mapping: [
        'mapping: settlement/trade',
        'version: 1',
        'read: { format: dbf }',
        'ignore: [流水号, 商户, 重量]',
        'key: [流水号]',
        'emit:',
        '  - kind: sale',
        '    fields:',
        '      occurredAt: { from: 交易日期, date: [yyyyMMdd] }',
        '      parties.seller: { name: 备注 }',
        '      product: { name: 品名 }',
        '',
      ].join('\n'),
      sampleBase64: table([trade('1')]).toString('base64'),
      contentType: 'application/vnd.dbf',
    },
  })
  expect(answer.statusCode).toBe(200)
  const { encoding, results } = answer.json()
  expect(encoding).toBe('gb18030')
  expect(JSON.stringify(results[0].issues)).toContain('record 1, 备注')
})

it('a table of more rows than a message may have is worked on later, row by row in its order', async () => {
  const rows = Array.from({ length: 5600 }, (_, i) => trade(`L${i}`))
  const answer = await push(table(rows, { deleted: [3] }))
  expect(answer.statusCode).toBe(202)
  const parts = { pool: api.pool, registry, onCommitted: () => {}, signal: new AbortController().signal }
  for (let due = await findLargeWithWork(api.pool); due.length > 0; due = await findLargeWithWork(api.pool))
    for (const { id } of due) await runLarge(parts, id)
  const done = (await api.call('GET', `/v1/receipts/${answer.json().receipt}?limit=1`)).json()
  // A void that came before its record waits for it.
  expect(done).toMatchObject({ state: 'done', received: 5600, rejected: 0 })
  const { rows: kept } = await api.pool.query(
    'select encoding from messages order by received_at desc limit 1',
  )
  expect(kept).toEqual([{ encoding: 'gb18030' }])
})
