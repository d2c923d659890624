import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { readHoldsOf } from '#store/orders.ts'
import type { Reader } from '#store/sighted.ts'
import { withDatabase } from '#test/database.ts'
import { at, entry, paper } from '#test/trace/certificates.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('papers', 500, [papersReader])
async function follow(): Promise<void> {
  while ((await follower.step(pool)) === 'more');
}
const order = (key: string, lot: string, holdKind: 'stop_sale' | 'recall' = 'recall'): Written => ({
  kind: 'hold',
  system: 'city',
  key,
  body: {
    occurredAt: at('2024-04-15T05:00:00'),
    region: { code: '330109', year: 2024 },
    holdKind,
    lots: [{ role: 'subject', scheme: 'local.livestock', value: lot }],
    product: { name: '猪白条', class: 'pork' },
  },
})
const of = (number: string, lot: string): Written =>
  paper(number, 'product_A', {
    body: {
      lots: [{ role: 'subject', scheme: 'local.livestock', value: lot }],
      documents: [{ role: 'self', type: 'product_A', number }],
    },
  })
const told = async (numbers: readonly string[], reader: Reader = pool) =>
  (
    await checkPapers(
      reader,
      numbers.map((number) => ({ number, on: '2024-04-15' })),
      nowMs,
    )
  ).papers.map(({ verdict, reasons }) => [verdict, ...reasons.map(({ code }) => code)])

/** Statements by their names, in the order in which they begin; `until` holds one back until another is answered. */
function watched(until: Readonly<Record<string, string>> = {}) {
  const begun: string[] = []
  const answered = new Map<string, PromiseWithResolvers<void>>()
  const answerTo = (name: string) => {
    const known = answered.get(name) ?? Promise.withResolvers<void>()
    answered.set(name, known)
    return known
  }
  const query = async (asked: string | { name?: string; text: string }, values?: unknown[]) => {
    const name = typeof asked === 'string' ? asked : (asked.name ?? asked.text)
    begun.push(name)
    const other = until[name]
    if (other !== undefined) await answerTo(other).promise
    const found = await pool.query(asked as string, values)
    answerTo(name).resolve()
    return found
  }
  return { begun, reader: { query } as unknown as Reader }
}

test('orders are read beside the papers: neither waits for the other', async () => {
  await storeRecords(pool, [of('B1', 'B1'), entry('b1', 'B1', '100'), order('b1', 'B1')])
  await follow()
  for (const until of [{ 'papers-own': 'holds-of' }, { 'read-walk': 'papers-usage' }]) {
    const { reader } = watched(until)
    expect(await told(['B1'], reader)).toEqual([['refuse', 'recalled']])
  }
})

test('fifty papers are five statements', async () => {
  const { begun, reader } = watched()
  await storeRecords(
    pool,
    Array.from({ length: 50 }, (_, n) => of(`F${n}`, `F${n}`)),
  )
  await follow()
  await told(
    Array.from({ length: 50 }, (_, n) => `F${n}`),
    reader,
  )
  expect(begun.sort()).toEqual(['holds-of', 'papers-own', 'papers-place', 'papers-usage', 'read-walk'])
})

test('an order that no follower has come to refuses: of the lot, and of the paper itself', async () => {
  await storeRecords(pool, [of('N1', 'N1'), of('N2', 'N2')])
  await follow()
  expect(await told(['N1', 'N2'])).toEqual([['ok'], ['ok']])
  const { lots: _, ...body } = order('n2', 'none').body
  await storeRecords(pool, [
    order('n1', 'N1', 'stop_sale'),
    {
      ...order('n2', 'none'),
      body: { ...body, documents: [{ role: 'upstream', type: 'product_A', number: 'N2' }] },
    },
  ])
  const refused = [
    ['refuse', 'held'],
    ['refuse', 'recalled'],
  ]
  expect(await told(['N1', 'N2'])).toEqual(refused)
  await follow()
  expect(await told(['N1', 'N2'])).toEqual(refused)
})

test('holds are found through an index of their own, however many records name the paper and however many orders there are', async () => {
  const uses = Array.from({ length: 3000 }, (_, n) => entry(`many-${n}`, 'MANY', '1'))
  const others = Array.from({ length: 2000 }, (_, n) => order(`other-${n}`, `OTHER-${n}`))
  await storeRecords(pool, [of('MANY', 'MANY'), ...uses, ...others, order('many', 'MANY')])
  await pool.query('analyze')
  const looked = await inTransaction(pool, async (client) => {
    const seen = async (): Promise<number> => {
      const { rows } = await client.query(
        `select sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid) + coalesce((
           select sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) from pg_index i where i.indrelid = c.oid), 0)) as rows
           from pg_class c where c.oid = any($1::regclass[])`,
        [['record_versions', 'document_mentions']],
      )
      return Number(rows[0].rows)
    }
    const before = await seen()
    const holds = await readHoldsOf(client, ['doc:MANY'], ['local.livestock:MANY'])
    expect(holds.map(({ codes, record }) => [codes, record.body.holdKind])).toEqual([
      [['local.livestock:MANY'], 'recall'],
    ])
    return (await seen()) - before
  })
  expect(looked).toBeLessThan(50)
})

test('orders of one paper take none from another, however many there are of it', async () => {
  const many = Array.from({ length: 600 }, (_, n) => order(`crowd-${n}`, 'CROWD'))
  await storeRecords(pool, [
    of('CROWD', 'CROWD'),
    of('ALONE', 'ALONE'),
    { ...order('alone', 'ALONE'), receivedAt: '2024-04-15T01:00:00Z' },
    ...many,
  ])
  await follow()
  expect((await told(['CROWD', 'ALONE'])).map(([verdict]) => verdict)).toEqual(['refuse', 'refuse'])
})
