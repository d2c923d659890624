import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import { type TraceRequest, traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
const at = { at: '2024-04-15T08:00:00+08:00', precision: 'second' as const }
const market = (name: string, stall: string): NonNullable<Body['sites']> => [
  { role: 'market', name, ids: [] },
  { role: 'stall', name: stall, ids: [] },
]
const certificate = (number: string, earTags: string[], url?: string): Written => ({
  kind: 'document',
  system: 'quzhou-animal-quarantine',
  key: number,
  body: {
    occurredAt: at,
    product: { name: '猪' },
    documents: [{ role: 'self', type: 'animal_B', number, earTags, ...(url ? { url } : {}) }],
  },
})
const ticket = (key: string, place: string, lots: string[], name = '五花肉'): Written => ({
  kind: 'sale',
  system: 'market-scales',
  key,
  body: {
    occurredAt: at,
    saleKind: 'retail',
    sites: market(place, 'A-023'),
    product: { name, class: 'pork' },
    lots: lots.map((value) => ({ role: 'subject', scheme: 'cn.mofcom.trace20b', value })),
  },
})
const entry = (key: string, lot: { scheme: string; value: string }, more: Partial<Body> = {}): Written => ({
  kind: 'entry',
  system: 'retail',
  key,
  body: {
    occurredAt: at,
    lots: [{ role: 'subject', ...lot }],
    product: { name: '猪肉', class: 'pork' },
    ...more,
  },
})
const RECORDS: readonly Written[] = [
  certificate('3308000218', ['301', '302', '133082500000217', '133082500009217']),
  certificate('3308000219', ['301']),
  ticket('2024041500047', '示例一市场', ['33010501224041500047']),
  ticket('2024041500048', '示例一市场', []),
  ticket('2024041500048', '示例二市场', []),
  entry(
    'lot',
    { scheme: 'cn.mofcom.trace20b', value: '33010501224041500047' },
    { sites: market('示例一市场', 'A-023') },
  ),
  entry(
    'gtin',
    { scheme: 'local.retail', value: 'L24' },
    { product: { name: '酸奶', ids: [{ scheme: 'gs1.gtin', value: '6903244679763' }] } },
  ),
  entry('sgtin', { scheme: 'gs1.sgtin', value: '(01)06903244679763(21)S1' }),
  entry('organic', { scheme: 'cn.organic17', value: '12324000000000017' }),
  entry('cold', { scheme: 'cn.coldchain.zj', value: 'ZJ33010020240415000001' }),
  {
    kind: 'test',
    system: 'rapid-test',
    key: '7f2c-01',
    body: {
      occurredAt: at,
      sites: market('示例一市场', 'A023'),
      product: { name: '五花肉', class: 'pork' },
      test: { item: '克伦特罗', verdict: 'pass' },
    },
  },
  certificate('3308000220', [], 'https://QS.example.cn/v?k=8fA3/'),
  certificate('3308000221', [], 'https://qs.example.cn/'),
  certificate('3308000222', [], 'https://qs.example.cn/'),
]

beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4 })
  // Two markets give the same number to a ticket.
  await storeRecords(
    pool,
    RECORDS.map((one, i) => (i === 4 ? { ...one, system: 'other-scales' } : one)),
  )
  const follower = logFollower('matching', 500, [matchingReader])
  while ((await follower.step(pool)) === 'more');
})
afterAll(() => pool.end())

const ask = (code: string, more: Partial<TraceRequest> = {}) =>
  traceLot(pool, { code, systems: ['retail'], ...more })

test.each([
  ['133082500000217', 'doc:3308000218', 'cn.eartag15'],
  ['1 330825 00000217', 'doc:3308000218', 'cn.eartag15'],
  ['2024041500047', 'lot:33010501224041500047', 'number'],
  ['7F2C-01', 'lot:33010501224041500047', 'number'],
  ['6903244679763+L24', 'local.retail:L24', 'gs1'],
  ['https://id.gs1.org/01/06903244679763/10/L24', 'local.retail:L24', 'gs1'],
  ['urn:epc:id:sgtin:6903244.067976.S1', 'lot:(01)06903244679763(21)S1', 'gs1'],
  ['010690324467976321S1', 'lot:(01)06903244679763(21)S1', 'gs1'],
  [']d201069032446797631724050110L24', 'local.retail:L24', 'gs1'],
  ['http://qs.example.cn/v?k=8fA3', 'doc:3308000220', 'url'],
  ['https://zs.example.cn/t/2024041500047', 'lot:33010501224041500047', 'number'],
])('%s leads to %s and says by what', async (code, root, scheme) => {
  const { roots, candidates, nodes } = await ask(code)
  expect(roots).toEqual([root])
  expect(candidates.map(({ by }) => by?.scheme)).toEqual([scheme])
  expect(nodes[0]?.code).toBe(root)
})

test.each([
  ['12324000000000017', 'lot:12324000000000017'],
  ['1232 4000 0000 0001 7', 'lot:12324000000000017'],
  ['zj33010020240415000001', 'lot:ZJ33010020240415000001'],
  ['33010501-2240415-00047', 'lot:33010501224041500047'],
  ['(01)06903244679763(21)S1', 'lot:(01)06903244679763(21)S1'],
  ['https://zs.example.cn/t/33010501224041500047', 'lot:33010501224041500047'],
  ['https%3A%2F%2Fzs.example.cn%2Ft%2F33010501224041500047', 'lot:33010501224041500047'],
  ['https://zlt.example.cn/#/pages/index?traceCode=33010501224041500047', 'lot:33010501224041500047'],
  ['https://hgz.example.cn/c/3308000219', 'doc:3308000219'],
])('%s is the code of a lot itself', async (code, root) => {
  const { roots, candidates } = await ask(code)
  expect(roots).toEqual([root])
  expect(candidates).toEqual([])
})

test('last digits of an ear tag behind a certificate list the tags of that certificate alone', async () => {
  const { roots, candidates } = await ask('3308000218 217')
  expect(roots).toEqual(['doc:3308000218'])
  expect(candidates).toMatchObject([
    {
      code: 'doc:3308000218',
      type: 'animal_B',
      product: { name: '猪' },
      by: { scheme: 'cn.eartag15', value: '133082500000217' },
    },
    { code: 'doc:3308000218', by: { value: '133082500009217' } },
  ])
  expect((await ask('3308000219#301')).candidates).toMatchObject([
    { code: 'doc:3308000219', by: { scheme: 'cn.eartag.tail3', value: '301' } },
  ])
  await expect(ask('3308000219 302')).rejects.toMatchObject({ code: 'not_found' })
})

test('last digits without a certificate are refused, and the answer says how to ask', async () => {
  await expect(ask('301')).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('3308000218 301'),
  })
})

test('a number of two tickets lists both with goods, time and place', async () => {
  const { candidates } = await ask('2024041500048')
  expect(candidates.map(({ place }) => place).sort()).toEqual(['示例一市场', '示例二市场'])
  for (const one of candidates)
    expect(one).toMatchObject({ product: { name: '五花肉' }, occurredAt: at, by: { scheme: 'number' } })
})

test('what a record called itself counts as of the time that is asked for, and not after its correction', async () => {
  await storeRecords(pool, [
    { ...certificate('3308000230', ['133082500000500']), receivedAt: '2024-05-01T00:00:00Z' },
    { ...certificate('3308000230', ['133082500000501']), version: 2, receivedAt: '2024-05-02T00:00:00Z' },
  ])
  await expect(ask('133082500000500')).rejects.toMatchObject({ code: 'not_found' })
  expect((await ask('133082500000500', { at: '2024-05-01T12:00:00Z' })).roots).toEqual(['doc:3308000230'])
  expect((await ask('133082500000501')).roots).toEqual(['doc:3308000230'])
})

test('an address that two certificates bear is that of a site and tells neither; letters behind the host count', async () => {
  for (const address of ['https://qs.example.cn', 'https://qs.example.cn/v?k=8Fa3'])
    await expect(ask(address)).rejects.toMatchObject({ code: 'not_found' })
})
