import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const on = '2024-04-15'
const nowMs = Date.parse(`${on}T10:00:00Z`)
const [FIRST, SECOND] = ['甲示例商行', '乙示例商行'] as const
const WHOLESALE: Written['body'] = {
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330109004' }] }],
}
let keys = 0
const told = (kind: Written['kind'], system: string, kilograms: number, body: Written['body']): Written => ({
  ...{ kind, system, key: `k${keys++}` },
  body: {
    occurredAt: { at: `${on}T02:00:00+08:00`, precision: 'second' },
    product: { name: '番茄', class: 'vegetable' },
    quantity: { value: String(kilograms), unit: 'KGM' },
    ...body,
  },
})
const paper = (number: string, kilograms: number): Written =>
  told('document', 'farms', kilograms, { documents: [{ role: 'self', type: 'promise_cert', number }] })
const came = (
  number: string,
  system: string,
  kilograms: number,
  owner: string | null,
  market = '330109004',
) =>
  told('entry', system, kilograms, {
    sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: market }] }],
    parties: owner === null ? [] : [{ role: 'owner', name: owner, ids: [] }],
    documents: [{ role: 'upstream', type: 'promise_cert', number }],
  })

async function asked(number: string, kilograms: number) {
  const document = await readDocument(pool, {
    ...{ type: 'promise_cert' as const, number, on, nowMs, full: false, limit: 10 },
  })
  const { papers } = await checkPapers(pool, [{ number, on, quantity: `${kilograms}公斤` }], nowMs)
  return {
    used: document.used[0]?.value,
    over: document.reasons.find(({ code }) => code === 'over_used')?.values['left'],
    reasons: papers[0]?.reasons.flatMap(({ code }) => (code === 'fields_missing' ? [] : code)),
  }
}

test('what two systems tell of the goods of two traders of one market under one paper is used twice, and of one trader once', async () => {
  await storeRecords(pool, [
    paper('TWO', 200),
    came('TWO', 'ledger', 90, FIRST),
    came('TWO', 'platform', 80, SECOND),
    came('TWO', 'ledger', 70, FIRST, '330105031'),
    paper('ONE', 200),
    came('ONE', 'ledger', 90, FIRST),
    came('ONE', 'platform', 85, FIRST),
    came('ONE', 'platform', 80, SECOND),
  ])
  expect(await asked('TWO', 20)).toMatchObject({ used: '240', over: '-40', reasons: ['used_up'] })
  expect(await asked('ONE', 30)).toMatchObject({ used: '170', over: undefined, reasons: [] })
  expect(await asked('ONE', 31)).toMatchObject({ reasons: ['more_than_left'] })
})

test('one sale under a paper brings its goods to one market, and what others took in without saying of whom counts', async () => {
  const sold = told('sale', 'ledger', 120, {
    ...{ saleKind: 'wholesale', ...WHOLESALE },
    parties: [
      { role: 'seller', name: FIRST, ids: [] },
      { role: 'buyer', name: SECOND, ids: [] },
    ],
    documents: [
      { role: 'upstream', type: 'promise_cert', number: 'SALE' },
      { role: 'voucher', type: 'sales_voucher', number: 'V1' },
    ],
  })
  await storeRecords(pool, [
    paper('SALE', 300),
    came('SALE', 'ledger', 200, FIRST),
    sold,
    came('SALE', 'ledger', 120, SECOND, '330105031'),
    ...['330110032', '330110033', '330110034'].map((market, n) =>
      came('SALE', 'ledger', 100, `${n}号示例商行`, market),
    ),
  ])
  expect(await asked('SALE', 10)).toMatchObject({ used: '500', over: '-200', reasons: ['used_up'] })
})

test('a gate that names no trader, and a system that names them otherwise, tell of the same goods', async () => {
  await storeRecords(pool, [
    paper('GATE', 300),
    came('GATE', 'gate', 290, null),
    came('GATE', 'ledger', 150, FIRST),
    came('GATE', 'platform', 140, SECOND),
    paper('NAMES', 300),
    came('NAMES', 'ledger', 150, FIRST),
    came('NAMES', 'platform', 148, '3301050120151'),
  ])
  expect(await asked('GATE', 10)).toMatchObject({ used: '290', reasons: [] })
  expect(await asked('NAMES', 150)).toMatchObject({ used: '150', reasons: [] })
})

test('two traders of one name are two by their codes, and one whose name is written in two ways is one by his', async () => {
  const by = (
    system: string,
    kilograms: number,
    number: string,
    name: string,
    code?: string,
    market?: string,
  ) => {
    const { body, ...record } = came(number, system, kilograms, name, market)
    const ids = code === undefined ? [] : [{ scheme: 'cn.mofcom.operator13', value: code }]
    return { ...record, body: { ...body, parties: [{ role: 'owner' as const, name, ids }] } }
  }
  const [one, other] = ['3301090040071', '3301090040072']
  await storeRecords(pool, [
    paper('CODES', 300),
    by('gate', 200, 'CODES', FIRST, one),
    by('app', 150, 'CODES', FIRST, other),
    paper('WAYS', 300),
    by('gate', 250, 'WAYS', FIRST, one),
    by('app', 240, 'WAYS', `${FIRST}（老李）`, one),
    paper('THIRD', 300),
    by('gate', 250, 'THIRD', FIRST, one),
    by('app', 240, 'THIRD', `${FIRST}（老李）`, one),
    by('ledger', 230, 'THIRD', FIRST),
    paper('FILLED', 300),
    ...['甲', '乙', '丙', '丁'].map((name, n) => by(n < 2 ? 'gate' : 'app', 60 + n, 'FILLED', name, one)),
  ])
  expect(await asked('CODES', 10)).toMatchObject({ used: '350', over: '-50', reasons: ['used_up'] })
  expect(await asked('WAYS', 50)).toMatchObject({ used: '250', over: undefined, reasons: [] })
  expect(await asked('THIRD', 50)).toMatchObject({ used: '250', over: undefined, reasons: [] })
  // A code that all bear is nobody's.
  expect(await asked('FILLED', 10)).toMatchObject({ used: '246', reasons: [] })
})
