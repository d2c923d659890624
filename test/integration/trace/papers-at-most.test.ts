import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { at, entry, paper } from '#test/trace/certificates.ts'
import { storeRecords } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const on = '2024-04-15'
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const check = async (number: string, ...quantities: string[]) =>
  (
    await checkPapers(
      pool,
      quantities.map((quantity) => ({ number, on, quantity })),
      nowMs,
    )
  ).papers.map(({ verdict, left, reasons }) => [
    verdict,
    left && `${left.value} ${left.unit}`,
    ...reasons.map(({ code }) => code),
  ])

test('goods that came back without having been used leave no more of a paper than it states', async () => {
  await storeRecords(pool, [paper('M1'), entry('m1', 'M1', '-300')])
  expect(await check('M1', '1200', '1000')).toEqual([
    ['refuse', '1000 KGM', 'more_than_left'],
    ['ok', '1000 KGM'],
  ])
  const answer = await readDocument(pool, { type: 'any', number: 'M1', on, nowMs })
  expect(answer).toMatchObject({ left: { value: '1000' }, goods: [{ left: { value: '1000' } }] })
  await storeRecords(pool, [entry('m2', 'M1', '500')])
  expect(await check('M1', '900')).toEqual([['refuse', '800 KGM', 'more_than_left']])
})

test('a paper of twenty head of which the use is told in kilograms lets in no more than twenty, in one load or several', async () => {
  const product = { name: '生猪', class: 'other_livestock' as const }
  const heads = { product, quantity: { value: '20', unit: 'HEA' as const } }
  await storeRecords(pool, [paper('M2', 'animal_A', { body: heads }), entry('m3', 'M2', '1500')])
  expect(await check('M2', '21头', '15头', '6头', '5头', '1头', '300公斤')).toEqual([
    ['refuse', null, 'more_than_left', 'not_comparable'],
    ['ok', null, 'not_comparable'],
    ['refuse', null, 'more_than_left', 'not_comparable'],
    ['ok', null, 'not_comparable'],
    ['refuse', null, 'used_up', 'not_comparable'],
    ['ok', null, 'not_comparable'],
  ])
})

test('a load for which those before it in the check left nothing is told that they used the paper up', async () => {
  await storeRecords(pool, [paper('M4'), entry('m4', 'M4', '300')])
  const ask = (quantity: string) => ({ number: 'M4', on, quantity })
  const { papers } = await checkPapers(pool, [ask('700'), ask('10')], nowMs)
  expect(papers[1]?.reasons).toMatchObject([
    { code: 'used_up', zh: '凭证数量已用完：凭证 1000，已用 1000 公斤。' },
  ])
})

test('a paper that was used before the day of its issue is told so, and a voucher of goods that had come in before is not', async () => {
  const early = { occurredAt: at('2024-04-13T22:00:00') }
  const voucher = { role: 'upstream' as const, type: 'sales_voucher', number: 'M6' }
  await storeRecords(pool, [
    paper('M5'),
    entry('m5', 'M5', '100', { body: early }),
    entry('m6', 'M5', '100', { body: { occurredAt: at('2024-04-14T00:30:00') } }),
    {
      ...entry('m7', 'M6', '100'),
      kind: 'sale',
      body: {
        ...entry('m7', 'M6', '100').body,
        saleKind: 'wholesale',
        documents: [{ ...voucher, role: 'voucher' }],
      },
    },
    entry('m8', 'M6', '100', { body: { ...early, documents: [voucher] } }),
  ])
  const reasons = async (number: string) =>
    (await readDocument(pool, { type: 'any', number, on, nowMs })).reasons.map(({ code, zh }) => [code, zh])
  expect(await reasons('M5')).toEqual([['uses_before_issue', '1 条记录在开具日之前使用该凭证。']])
  expect(await reasons('M6')).toEqual([])
})

test('a paper of which only the month of issue is told is not refused as expired for what a rule of days would say of its first day', async () => {
  const month = { at: '2024-04-01T00:00:00+08:00', precision: 'month' as const }
  const self = (number: string, more: object = {}) => ({
    documents: [{ role: 'self' as const, type: 'product_A' as const, number, issuedOn: month, ...more }],
  })
  const validUntil = { at: '2024-04-12T00:00:00+08:00', precision: 'day' as const }
  await storeRecords(pool, [
    paper('M7', 'product_A', { body: self('M7') }),
    paper('M8', 'product_A', { body: self('M8', { validUntil }) }),
    entry('m9', 'M7', '100'),
  ])
  const ask = async (number: string, day: string) => {
    const { papers } = await checkPapers(pool, [{ number, on: day }], nowMs)
    const { verdict, uses } = await readDocument(pool, { type: 'any', number, on: day, nowMs })
    const codes = papers.flatMap(({ reasons }) => reasons.map(({ code }) => code))
    return [verdict, papers[0]?.validUntil, ...codes, ...uses.flatMap(({ flags }) => flags)]
  }
  expect(await ask('M7', on)).toEqual(['valid', null])
  expect(await ask('M7', '2024-03-31')).toEqual(['not_yet_issued', null, 'not_yet_issued'])
  expect(await ask('M8', on)).toEqual(['expired', '2024-04-12', 'expired'])
})
