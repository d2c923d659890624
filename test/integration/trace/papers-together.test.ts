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
const TOMATO = { name: '番茄', class: 'vegetable' }
let keys = 0
const told = (kind: Written['kind'], system: string, kilograms: number, body: Written['body']): Written => ({
  ...{ kind, system, key: `k${keys++}` },
  body: {
    occurredAt: { at: `${on}T02:00:00+08:00`, precision: 'second' },
    product: TOMATO,
    quantity: { value: String(kilograms), unit: 'KGM' },
    ...body,
  },
})
const paper = (number: string, kilograms: number, product: object = TOMATO): Written =>
  told('document', 'farms', kilograms, {
    product,
    documents: [{ role: 'self', type: 'promise_cert', number }],
  })
const came = (numbers: readonly string[], kilograms: number, system = 'platform', product: object = TOMATO) =>
  told('entry', system, kilograms, {
    product,
    sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330109004' }] }],
    documents: numbers.map((number) => ({ role: 'upstream', type: 'promise_cert', number })),
  })

async function asked(number: string, kilograms = 1) {
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

test('a load under two papers of one type is held against both together, each by what it states', async () => {
  await storeRecords(pool, [
    ...[paper('FULL-60', 60), paper('FULL-40', 40), came(['FULL-60', 'FULL-40'], 100)],
    ...[paper('PART-60', 60), paper('PART-30', 30), came(['PART-60', 'PART-30'], 75)],
    ...[paper('THRICE-1', 10), paper('THRICE-2', 10), paper('THRICE-3', 10)],
    came(['THRICE-1', 'THRICE-2', 'THRICE-3'], 20),
  ])
  expect(await asked('FULL-60')).toEqual({ used: '60', over: undefined, reasons: ['used_up'] })
  expect(await asked('FULL-40')).toEqual({ used: '40', over: undefined, reasons: ['used_up'] })
  expect(await asked('PART-60', 10)).toEqual({ used: '50', over: undefined, reasons: [] })
  expect(await asked('PART-60', 11)).toMatchObject({ reasons: ['more_than_left'] })
  expect(await asked('PART-30', 5)).toEqual({ used: '25', over: undefined, reasons: [] })
  expect(await asked('THRICE-2', 3)).toMatchObject({ used: '6.666', reasons: [] })
})

test('more than all papers of a load state together is over-used, also over several loads and where two systems tell of them', async () => {
  await storeRecords(pool, [
    ...[paper('OVER-60', 60), paper('OVER-20', 20), came(['OVER-60', 'OVER-20'], 100)],
    ...[paper('LOADS-60', 60), paper('LOADS-40', 40)],
    ...[came(['LOADS-60', 'LOADS-40'], 70), came(['LOADS-40', 'LOADS-60'], 50)],
    ...[paper('TWICE-60', 60), paper('TWICE-40', 40)],
    ...[came(['TWICE-60', 'TWICE-40'], 100), came(['TWICE-60', 'TWICE-40'], 100, 'county')],
  ])
  expect(await asked('OVER-60')).toMatchObject({ used: '75', over: '-15' })
  expect(await asked('OVER-20')).toMatchObject({ used: '25', over: '-5' })
  expect(await asked('LOADS-60')).toMatchObject({ used: '72', over: '-12' })
  expect(await asked('LOADS-40')).toMatchObject({ used: '48', over: '-8' })
  expect(await asked('TWICE-60')).toEqual({ used: '60', over: undefined, reasons: ['used_up'] })
})

test('a paper is not said to be over-used by a load that the other papers of it may have covered', async () => {
  await storeRecords(pool, [
    ...[paper('OWN-60', 60), paper('OTHER-60', 60), came(['OWN-60'], 50), came(['OWN-60', 'OTHER-60'], 50)],
    ...[paper('KNOWN-60', 60), came(['KNOWN-60', 'NOT-THERE'], 100)],
    // What the other one can not have covered is this one's.
    ...[paper('MUCH-60', 60), paper('LITTLE-10', 10)],
    ...[came(['MUCH-60'], 50), came(['MUCH-60', 'LITTLE-10'], 30)],
  ])
  expect(await asked('OWN-60')).toEqual({
    used: '75',
    over: undefined,
    reasons: ['used_up', 'not_comparable'],
  })
  expect(await asked('OTHER-60', 35)).toEqual({ used: '25', over: undefined, reasons: [] })
  expect(await asked('KNOWN-60')).toMatchObject({ used: '100', over: undefined })
  expect((await asked('MUCH-60')).over).toBeDefined()
})

test('a paper for other goods covers nothing of the load beside one for its goods', async () => {
  const PORK = { name: '猪白条', class: 'pork' }
  await storeRecords(pool, [
    ...[paper('TOMATO-60', 60), paper('PORK-40', 40, PORK), came(['TOMATO-60', 'PORK-40'], 70)],
  ])
  expect(await asked('TOMATO-60')).toMatchObject({ used: '70', over: '-10' })
})
