import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { runLarge } from '#flow/large/run.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { findLargeWithWork } from '#store/large-messages.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { rowsOf, workbook } from '../../unit/adapters/push/xlsx/workbook.ts'

const api = withApi()
const LEDGER = 'stall-ledger/stock-in'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const sample = (name: string) => readFileSync(`mappings/stall-ledger/samples/${name}.xlsx`)
const push = (bytes: Buffer) => api.push(LEDGER, bytes, { type: TYPE })

const HEAD = [
  '序号',
  '进货日期',
  '商品名称',
  '数量（斤）',
  '单价',
  '供货商',
  '供货商电话',
  '产地',
  '检疫证号',
  '合格证编号',
  '追溯码',
  '检测结果',
  '备注',
]
const ledger = (...rows: string[][]) =>
  workbook({
    rows: rowsOf([['潮鸣湾示例农贸市场 Z-001 示例菜摊 进货台账（2024年4月）'], HEAD, ...rows, ['合计']]),
  })
const row = (number: string, mass: string, more: { date?: string; remark?: string; test?: string } = {}) => [
  number,
  more.date ?? '2024.4.15',
  '番茄',
  mass,
  '2.6',
  '示例商行',
  '00000000000',
  '龙游',
  '无',
  '暂无',
  '/',
  more.test ?? '',
  more.remark ?? '',
]

it('a ledger with faults: each row has its answer, and places are cells', async () => {
  const answer = await push(sample('invalid/mixed'))
  expect(answer.statusCode).toBe(200)
  const { received, accepted, rejected, results } = answer.json()
  expect({ received, accepted, rejected }).toEqual({ received: 7, accepted: 2, rejected: 5 })
  const places = results.map(({ issues }: { issues?: { path: string; code: string }[] }) => issues?.[0]?.path)
  expect(places.slice(1, 6)).toEqual([
    'A4 (序号)',
    'B5 (进货日期)',
    'B6 (进货日期)',
    'C7 (商品名称)',
    'C8 (商品名称)',
  ])
})

it('the month so far comes again each evening: unchanged, new, corrected and void rows are told apart', async () => {
  const evening = async (...rows: string[][]) => {
    const answer = await push(ledger(...rows))
    expect(answer.statusCode).toBe(200)
    return answer.json().results.map(({ result }: { result: string }) => result)
  }
  expect(await evening(row('1', '80'), row('2', '40'))).toEqual(['created', 'created'])
  expect(await evening(row('1', '80'), row('2', '45'), row('3', '10', { date: '同上', test: '√' }))).toEqual([
    'unchanged',
    'updated',
    'created',
  ])
  // The same day written in another way is the same row.
  expect(await evening(row('1', '80', { date: '45397', remark: '作废' }))).toEqual(['voided'])
  const { records } = (await api.call('GET', '/v1/records?kind=test&system=stall-ledger')).json()
  expect(records[0]).toMatchObject({ test: { verdict: 'pass', raw: '√' } })
})

it('no telephone of a supplier is in a record, a rejection or an answer', async () => {
  const answer = await push(ledger(row('9', '80'), row('', '80')))
  expect(answer.body).not.toContain('00000000000')
  const { rows } = await api.pool.query(
    `select count(*)::int as n from record_versions where record_versions::text like '%00000000000%'`,
  )
  expect(rows).toEqual([{ n: 0 }])
})

it.each([
  ['invalid/csv-named-xlsx', 'first bytes'],
  ['invalid/truncated', 'end of file'],
  ['invalid/no-title', 'A1'],
])('%s is refused at %s, with what to do', async (name, place) => {
  const answer = await push(sample(name))
  expect(answer.statusCode).toBe(400)
  const { code, issues } = answer.json()
  expect(code).toBe('unreadable_message')
  expect(issues).toMatchObject([{ path: place, code: 'E_SCHEMA' }])
  const chinese = await api.push(LEDGER, sample(name), { type: TYPE, headers: { 'accept-language': 'zh' } })
  expect(chinese.json().issues[0].reason).toMatch(/\p{Script=Han}/u)
  expect(chinese.json().issues[0].fix).toMatch(/\p{Script=Han}/u)
})

it('a workbook that takes long holds up nobody: others are answered meanwhile', async () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => row(String(i), '80'))
  const bytes = workbook({ rows: rowsOf([['a b c d'], HEAD, ...rows]) })
  let isOver = false
  const slow = push(bytes).finally(() => {
    isOver = true
  })
  const answer = await api.push(TRADES, JSON.stringify([trade('W1')]))
  expect(answer.statusCode).toBe(200)
  expect(isOver).toBe(false)
  expect((await slow).statusCode).toBe(202)
})

it('a workbook of more rows than a message may have is worked on later, row by row in its order', async () => {
  const rows = Array.from({ length: 5600 }, (_, i) => row(String(i), '80'))
  const answer = await push(
    workbook({ rows: rowsOf([['示例市场 C-099 示例菜摊 2024年4月'], HEAD, ...rows]) }),
  )
  expect(answer.statusCode).toBe(202)
  const { receipt } = answer.json()
  const registry = await loadRegistry('mappings')
  const parts = { pool: api.pool, registry, onCommitted: () => {}, signal: new AbortController().signal }
  // Messages of one record are worked on in the order of their arrival.
  for (let due = await findLargeWithWork(api.pool); due.length > 0; due = await findLargeWithWork(api.pool))
    for (const { id } of due) await runLarge(parts, id)
  const done = (await api.call('GET', `/v1/receipts/${receipt}?limit=2`)).json()
  expect(done).toMatchObject({
    state: 'done',
    received: 5600,
    rejected: 0,
    results: [{ index: 0 }, { index: 1 }],
  })
})

it('a mapping of workbooks is tried with bytes in base64', async () => {
  const answer = await api.call('POST', '/v1/mappings/try', {
    body: {
      mapping: readFileSync('mappings/stall-ledger/stock-in.yaml', 'utf8'),
      tables: { markets: [{ code: '潮鸣湾示例农贸市场', value: '330103007' }] },
      sampleBase64: sample('valid/C-007-kg').toString('base64'),
      contentType: TYPE,
    },
  })
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ encoding: 'xlsx', encodingMismatch: false, received: 2 })
  expect(answer.json().results[1].unused).toEqual([])
})
