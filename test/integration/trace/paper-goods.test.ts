import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import type { PaperQuestion } from '#flow/documents/schema.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const day = '2024-04-15'
const at = (time: string) => ({ at: `${day}T${time}+08:00`, precision: 'second' as const })
const market = (name: string, value: string) => ({
  sites: [{ role: 'market' as const, name, ids: [{ scheme: 'cn.mofcom.node9', value }] }],
})
const kilograms = (value: string) => ({ quantity: { value, unit: 'KGM' as const } })
const PORK = { product: { name: '带皮片猪', class: 'pork' as const } }
const BEEF = { product: { name: '牛肉', class: 'beef' as const } }
const MUTTON = { product: { name: '羊肉', class: 'mutton' as const } }
const TOMATO = { product: { name: '番茄', class: 'vegetable' as const } }
const AUBERGINE = { product: { name: '茄子', class: 'vegetable' as const } }

/** A line of a ticket that is the voucher of the sale. */
const line = (key: string, number: string, mass: string, body: Written['body']): Written => ({
  kind: 'sale',
  system: 'wholesale',
  key,
  body: {
    occurredAt: at('01:00:00'),
    ...market('批发市场', '330109001'),
    ...kilograms(mass),
    documents: [{ role: 'voucher', type: 'sales_voucher', number }],
    ...body,
  },
})
const own = (
  key: string,
  number: string,
  mass: string,
  body: Written['body'],
  type = 'promise_cert',
): Written => ({
  kind: 'document',
  system: 'farms',
  key,
  body: {
    occurredAt: at('00:30:00'),
    ...kilograms(mass),
    documents: [{ role: 'self', type, number }],
    ...body,
  },
})
const entry = (
  key: string,
  number: string,
  mass: string,
  body: Written['body'],
  type = 'sales_voucher',
  system = 'city',
): Written => ({
  kind: 'entry',
  system,
  key,
  body: {
    occurredAt: at('02:00:00'),
    region: { code: '330109', year: 2024 },
    ...market('甲市场', '330109004'),
    ...kilograms(mass),
    documents: [{ role: 'upstream', type, number }],
    ...body,
  },
})

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const read = (number: string) => readDocument(pool, { type: 'any', number, on: day, nowMs })
const codes = ({ reasons }: { reasons: readonly { readonly code: string }[] }) =>
  reasons.map(({ code }) => code)
/** True of these papers and loads, and not what is asked about. */
const ASIDE = ['shared_elsewhere', 'fields_missing']
const check = async (...papers: PaperQuestion[]) => {
  const answer = await checkPapers(
    pool,
    papers.map((one) => ({ on: day, site: '330109009', unit: '公斤', ...one })),
    nowMs,
  )
  return answer.papers.map(({ left, reasons }) => [
    left?.value,
    ...reasons.map(({ code }) => code).filter((code) => !ASIDE.includes(code)),
  ])
}

test('of a voucher for pork and beef each is held against its own use', async () => {
  await storeRecords(pool, [
    line('v1', 'V1', '100', PORK),
    line('v2', 'V1', '50', BEEF),
    entry('a', 'V1', '90', PORK),
    entry('b', 'V1', '20', BEEF),
  ])
  const answer = await read('V1')
  expect(answer).toMatchObject({ statedKg: '150', usedKg: '110', overKg: null, left: { value: '40' } })
  expect(
    answer.goods.map(({ name, stated, used, left }) => [name, stated[0]?.value, used[0]?.value, left?.value]),
  ).toEqual([
    ['带皮片猪', '100', '90', '10'],
    ['牛肉', '50', '20', '30'],
  ])
  expect(codes(answer)).toEqual([])
  expect(
    await check(
      { number: 'V1', product: '带皮片猪', quantity: '10' },
      { number: 'V1', product: '带皮片猪', quantity: '20' },
      { number: 'V1', product: '牛肉', quantity: '20' },
      { number: 'V1', product: '牛肉', quantity: '20' },
      { number: 'V1', product: '羊肉', quantity: '5' },
    ),
  ).toEqual([['10'], ['0', 'used_up'], ['30'], ['10', 'more_than_left'], ['10', 'other_goods']])
})

test('where one of two goods is used beyond what is stated, that is told of it though the other is left', async () => {
  await storeRecords(pool, [entry('c', 'V1', '30', PORK)])
  const answer = await read('V1')
  expect(answer).toMatchObject({ statedKg: '150', usedKg: '140', overKg: '20' })
  expect(answer.reasons.map(({ code, zh }) => [code, zh])).toEqual([
    ['over_used', '超用（带皮片猪）：凭证 100，已用 120 公斤。'],
  ])
  expect(await check({ number: 'V1', product: '牛肉', quantity: '30' })).toEqual([['30']])
  expect(await check({ number: 'V1', quantity: '10' })).toEqual([['30', 'over_used']])
})

test('two kinds of vegetables on one promise are both its goods, and a third is not', async () => {
  await storeRecords(pool, [
    own('p1', 'P1', '300', TOMATO),
    own('p2', 'P1', '80', AUBERGINE),
    entry('d', 'P1', '80', AUBERGINE, 'promise_cert'),
    entry('e', 'P1', '10', MUTTON, 'promise_cert'),
  ])
  const answer = await read('P1')
  expect(answer.reasons.find(({ code }) => code === 'uses_other_goods')?.values).toEqual({ count: '1' })
  expect(
    await check(
      { number: 'P1', product: '茄子', quantity: '1' },
      { number: 'P1', product: '番茄', quantity: '200' },
      { number: 'P1', product: '黄瓜', quantity: '1' },
    ),
  ).toMatchObject([['0', 'used_up'], ['290'], ['90', 'other_kind']])
})

test('a use whose goods nobody tells is taken from what is left of all, and what two systems tell counts once', async () => {
  await storeRecords(pool, [
    line('v3', 'V3', '100', PORK),
    line('v4', 'V3', '50', BEEF),
    entry('f', 'V3', '60', PORK),
    entry('g', 'V3', '50', BEEF),
    entry('f', 'V3', '60', {}, 'sales_voucher', 'ledger'),
    entry('g', 'V3', '50', {}, 'sales_voucher', 'ledger'),
    entry('h', 'V3', '25', {}, 'sales_voucher', 'ledger'),
  ])
  expect(await read('V3')).toMatchObject({ usedKg: '135', overKg: null, left: { value: '15' } })
  expect(
    await check(
      { number: 'V3', product: '带皮片猪', quantity: '20' },
      { number: 'V3', product: '牛肉', quantity: '1' },
    ),
  ).toEqual([
    ['15', 'more_than_left'],
    ['0', 'used_up'],
  ])
})

test('of a voucher with more lines than a gate reads nobody says that goods are not on it, or that they are used up', async () => {
  await storeRecords(pool, [
    ...Array.from({ length: 24 }, (_, n) => line(`w${n}`, 'V5', '10', TOMATO)),
    line('wz', 'V5', '10', AUBERGINE),
    entry('i', 'V5', '215', TOMATO),
  ])
  expect(
    await check(
      { number: 'V5', product: '番茄', quantity: '5' },
      { number: 'V5', product: '茄子', quantity: '5' },
    ),
  ).toEqual([[undefined], [undefined]])
  expect((await read('V5')).goods.map(({ name, left }) => [name, left?.value])).toEqual([
    ['番茄', '25'],
    ['茄子', '10'],
  ])
})

test('of papers of one number of two systems, other issuers and other goods, that of the goods which come is asked, and both are told', async () => {
  const of = (system: string, issuer: string, mass: string, product: Written['body']) => ({
    ...own('n1', 'N1', mass, { parties: [{ role: 'issuer', name: issuer, ids: [] }], ...product }),
    system,
  })
  await storeRecords(pool, [
    of('farms', '龙游示例合作社', '100', TOMATO),
    of('county', '衢江示例家庭农场', '50', AUBERGINE),
  ])
  expect(
    await check(
      { number: 'N1', product: '番茄', quantity: '60' },
      { number: 'N1', product: '茄子', quantity: '20' },
      { number: 'N1', product: '番茄', quantity: '50' },
    ),
  ).toEqual([
    ['100', 'several_papers'],
    ['50', 'several_papers'],
    ['40', 'several_papers', 'more_than_left'],
  ])
})

test('papers of one number and type that one system tells of two issuers are told to be several, and what they state is not mixed', async () => {
  const of = (key: string, number: string, mass: string, issuer: string, product: Written['body']) =>
    own(key, number, mass, { parties: [{ role: 'issuer', name: issuer, ids: [] }], ...product })
  await storeRecords(pool, [
    of('i1', 'I1', '300', '龙游示例合作社', TOMATO),
    of('i2', 'I1', '200', '衢江示例家庭农场', AUBERGINE),
    of('i3', 'I2', '300', '龙游示例合作社', TOMATO),
    of('i4', 'I2', '200', '龙游示例合作社', AUBERGINE),
    // Another system writes the same issuer in another way.
    { ...of('i3', 'I2', '300', '龙游合作社', TOMATO), system: 'county' },
    { ...of('i4', 'I2', '200', '龙游合作社', AUBERGINE), system: 'county' },
  ])
  const [two, one] = [await read('I1'), await read('I2')]
  expect([['200', '300'].includes(two.statedKg ?? ''), codes(two)]).toEqual([
    true,
    expect.arrayContaining(['several_papers']),
  ])
  expect(two.candidates.map(({ issuer }) => issuer).sort()).toEqual(['衢江示例家庭农场', '龙游示例合作社'])
  expect([one.statedKg, codes(one).includes('several_papers')]).toEqual(['500', false])
  expect((await check({ number: 'I1' })).flat()).toContain('several_papers')
})
