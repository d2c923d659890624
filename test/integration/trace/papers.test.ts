import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HubError } from '#core/errors.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { findDocument } from '#flow/documents/find-document.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { readBeyond } from '#store/document-mentions.ts'
import { GOODS_FOLLOWER } from '#store/goods-moves.ts'
import { withDatabase } from '#test/database.ts'
import { at, entry, paper } from '#test/trace/certificates.ts'
import { storeRecords } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const elsewhere = {
  sites: [
    {
      role: 'market' as const,
      name: '乙市场',
      ids: [{ scheme: 'cn.mofcom.node9', value: '330402003' }],
    },
  ],
}

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('papers', 200, [papersReader])
async function follow(): Promise<void> {
  while ((await follower.step(pool)) === 'more');
}
const read = (number: string, type = 'any') =>
  readDocument(pool, { type, number, on: '2024-04-15', nowMs, full: true })
const codes = ({ reasons }: { reasons: { code: string }[] }) => reasons.map(({ code }) => code)

/** Asks before the follower knows of the change, and after. */
async function bothWays<T>(ask: () => Promise<T>): Promise<T> {
  const before = await ask()
  await follow()
  const after = await ask()
  expect(after).toEqual(before)
  return after
}

test('one paper at two markets is used twice; goods bought on from one of them are not', async () => {
  await storeRecords(pool, [
    paper('1'),
    entry('a', '1', '400'),
    entry('b', '1', '700', { body: elsewhere }),
    // The holder of `a` supplied it.
    entry('c', '1', '400', {
      body: {
        sites: [{ role: 'market', name: '丙市场', ids: [] }],
        parties: [{ role: 'supplier', name: '示例批发 a', ids: [] }],
      },
    }),
  ])
  const answer = await bothWays(() => read('1'))
  expect(answer).toMatchObject({
    usedKg: '1100',
    overKg: '100',
    left: { value: '-100' },
    siteCount: 2,
    useCount: 3,
  })
  expect(answer.sites.map(({ site, used }) => [site, used[0]?.value])).toEqual([
    ['330402003', '700'],
    ['330109004', '400'],
  ])
  expect(codes(answer)).toEqual(['over_used', 'used_twice'])
  expect(answer.uses.map(({ massKg, counted }) => `${massKg} ${counted}`).sort()).toEqual([
    '400 false',
    '400 true',
    '700 true',
  ])
})

test('what a market took in stays used when it or somebody else sells of it under the same paper', async () => {
  const ownerOnly = (name: string) => ({ body: { parties: [{ role: 'owner' as const, name, ids: [] }] } })
  const sale = (key: string, mass: string, seller: string, more: object = {}) => ({
    ...entry(key, '9', mass, {
      kind: 'sale',
      body: { parties: [{ role: 'seller', name: seller, ids: [] }], ...more },
    }),
  })
  await storeRecords(pool, [paper('9'), entry('m', '9', '300', ownerOnly('甲经营部'))])
  expect(await bothWays(() => read('9'))).toMatchObject({ usedKg: '300' })
  await storeRecords(pool, [sale('n', '50', '甲经营部')])
  const answer = await bothWays(() => read('9'))
  expect(answer).toMatchObject({ usedKg: '300', countedKind: 'entry', siteCount: 1, left: { value: '700' } })
  expect(answer.uses.map(({ kind, counted }) => `${kind} ${counted}`)).toEqual(['entry true', 'sale false'])
  // Of another trader, and by a retail ticket at another market.
  await storeRecords(pool, [sale('o', '60', '乙经营部'), sale('p', '2', '丙摊位', elsewhere)])
  expect(await bothWays(() => read('9'))).toMatchObject({ usedKg: '300' })
  // What came in elsewhere, more than all sales could have brought, is used twice.
  await storeRecords(pool, [
    entry('q', '9', '900', { body: { ...elsewhere, ...ownerOnly('丁经营部').body } }),
  ])
  const twice = await bothWays(() => read('9'))
  expect(codes(twice)).toEqual(['over_used', 'used_twice'])
  // Bought by name: no further use.
  await storeRecords(pool, [
    sale('r', '300', '甲经营部', {
      parties: [
        { role: 'seller', name: '甲经营部', ids: [] },
        { role: 'buyer', name: '丁经营部', ids: [] },
      ],
    }),
  ])
  expect(await bothWays(() => read('9'))).toMatchObject({ siteCount: 2 })
})

test('a voided entry gives its mass back, a corrected one counts as corrected, one moved to another paper leaves', async () => {
  await storeRecords(pool, [{ ...entry('b', '1', '700', { body: elsewhere }), version: 2, status: 'void' }])
  expect(await bothWays(() => read('1'))).toMatchObject({ usedKg: '400', overKg: null, siteCount: 1 })
  await storeRecords(pool, [{ ...entry('a', '1', '450.5'), version: 2 }])
  expect(await bothWays(() => read('1'))).toMatchObject({ usedKg: '450.5', left: { value: '549.5' } })
  await storeRecords(pool, [{ ...entry('a', '2', '450.5'), version: 3 }])
  expect((await bothWays(() => read('1'))).uses.map(({ record }) => record)).not.toContain('a')
  expect(await bothWays(() => read('2'))).toMatchObject({ verdict: 'unknown', usedKg: '450.5' })
  expect(codes(await read('2'))).toEqual(['not_issued'])
})

test('a paper made void or corrected changes the answers at once', async () => {
  await storeRecords(pool, [paper('3'), entry('d', '3', '100')])
  await follow()
  await storeRecords(pool, [
    { ...paper('3', 'product_A', { body: { quantity: { value: '90', unit: 'KGM' } } }), version: 2 },
  ])
  expect(await bothWays(() => read('3'))).toMatchObject({ statedKg: '90', overKg: '10' })
  await storeRecords(pool, [
    {
      ...paper('3', 'product_A', { body: { void: { reason: '写错', at: at('2024-04-15T03:00:00') } } }),
      version: 3,
      status: 'void',
    },
  ])
  const answer = await bothWays(() => read('3'))
  expect(answer.verdict).toBe('void')
  expect(answer.reasons[0]?.zh).toBe('凭证已作废（2024-04-15），原因：写错。')
})

test('papers of two types under one number are candidates, and asked by type each is told alone', async () => {
  await storeRecords(pool, [
    paper('4'),
    paper('4', 'origin_cert', { system: 'village', body: { vehicle: '浙H00X00' } }),
  ])
  const found = await findDocument(pool, { number: '4', on: '2024-04-15', nowMs })
  expect(found.document).toBeNull()
  expect(found.candidates.map(({ type, system }) => `${type} ${system}`).sort()).toEqual([
    'origin_cert village',
    'product_A livestock',
  ])
  expect(await read('4', 'origin_cert')).toMatchObject({ type: 'origin_cert', verdict: 'valid' })
  expect((await findDocument(pool, { number: '1', nowMs })).document).toMatchObject({ type: 'product_A' })
})

test('uses that name a certificate of 2026 as before count for it by either name, and those of an older paper are not its own', async () => {
  const when = { occurredAt: at('2026-03-02T05:00:00') }
  await storeRecords(pool, [
    paper('7', 'product_2026', { body: when }),
    entry('g', '7', '30', { body: when }),
    paper('8'),
    entry('h', '8', '30'),
  ])
  for (const type of ['any', 'product_2026', 'product_A'])
    expect(
      await bothWays(() => readDocument(pool, { type, number: '7', on: '2026-03-02', nowMs })),
    ).toMatchObject({ type: 'product_2026', verdict: 'valid', usedKg: '30', useCount: 1 })
  await expect(read('8', 'product_2026')).rejects.toThrow(HubError)
})

test('uses after the last day, in another class of goods and with another plate are counted', async () => {
  await storeRecords(pool, [
    paper('5'),
    entry('e', '5', '10', { body: { occurredAt: at('2024-04-25T02:00:00') } }),
    entry('f', '5', '10', { body: { product: { name: '番茄', class: 'vegetable' }, vehicle: '皖L0X001' } }),
  ])
  expect(codes(await bothWays(() => read('5')))).toEqual([
    'uses_expired',
    'uses_other_goods',
    'uses_other_plate',
  ])
})

test('what two systems tell of one place is used once: the greatest counts, also where one names the place and the other its code', async () => {
  const byName = { sites: [{ role: 'market' as const, name: '甲市场', ids: [] }] }
  const ledger = { system: 'ledger' }
  await storeRecords(pool, [
    paper('70'),
    entry('u1', '70', '600'),
    entry('u2', '70', '400'),
    entry('u1', '70', '600', ledger),
    entry('u2', '70', '350', { ...ledger, body: byName }),
  ])
  const answer = await bothWays(() => read('70'))
  expect(answer).toMatchObject({ usedKg: '1000', overKg: null, siteCount: 1, useCount: 4 })
  expect(answer.sites).toMatchObject([
    { site: '330109004', name: '甲市场', records: 2, used: [{ value: '1000' }] },
  ])
  expect(codes(answer)).toEqual([])
  expect(answer.uses.map(({ system, massKg, counted }) => `${system} ${massKg} ${counted}`).sort()).toEqual([
    'city 400 true',
    'city 600 true',
    'ledger 350 false',
    'ledger 600 false',
  ])
  await storeRecords(pool, [paper('80'), entry('u3', '80', '600'), entry('u3', '80', '600', ledger)])
  const load = { site: '330109004', quantity: '100', unit: '公斤', on: '2024-04-16' }
  const gate = await bothWays(() =>
    checkPapers(
      pool,
      [
        { number: '80', ...load },
        { number: '70', ...load },
      ],
      nowMs,
    ),
  )
  expect(gate.papers.map(({ left, reasons }) => [left?.value, reasons.map(({ code }) => code)])).toEqual([
    ['400', []],
    ['0', ['used_up']],
  ])
})

test('a paper that 10,000 entries used is summed whole and listed in pages, each use once', async () => {
  const used = Array.from({ length: 10_000 }, (_, n) => entry(`n${n}`, '6', '1'))
  await storeRecords(pool, [paper('6'), ...used.slice(0, 5000)])
  await follow()
  // Half of it is not known to the table yet.
  await storeRecords(pool, used.slice(5000))
  const first = await readDocument(pool, { type: 'any', number: '6', limit: 1000, nowMs })
  expect(first).toMatchObject({ usedKg: '10000', overKg: '9000', useCount: 10_000, moreUses: true })
  await follow()
  const listed = new Set<string>()
  let after: string | undefined
  let pages = 0
  do {
    const page = await readDocument(pool, { type: 'any', number: '6', limit: 1000, after, nowMs })
    for (const { record } of page.uses) listed.add(record)
    pages++
    after = page.next ?? undefined
  } while (after !== undefined)
  expect([listed.size, pages]).toEqual([10_000, 10])
  const { papers } = await checkPapers(pool, [{ number: '6' }, { number: '1' }], nowMs)
  // Since `a` names another paper, what was bought from its holder came straight under this one.
  expect(papers.map(({ left }) => left?.value)).toEqual(['-9000', '600'])
}, 300_000)

test('who judges many papers does not read what lies far beyond the table, unless nobody would tell it again', async () => {
  await follow()
  await storeRecords(
    pool,
    Array.from({ length: 1001 }, (_, i) => entry(`far${i}`, '9', '1')),
  )
  const codes9 = [documentCode('9')]
  const beyond = async (counting: 'all' | 'near') =>
    (await readBeyond(pool, codes9, pool, counting)).versions.length
  expect(await beyond('all')).toBe(1001)
  expect(await beyond('near')).toBe(0)
  // The follower that tells who is to be judged went on alone.
  await pool.query(
    `insert into followers (name, position) select $1, max(position) from record_versions
     on conflict (name) do update set position = excluded.position`,
    [GOODS_FOLLOWER],
  )
  expect(await beyond('near')).toBe(1001)
  await follow()
  await storeRecords(pool, [entry('close', '9', '1')])
  expect(await beyond('near')).toBe(1)
})
