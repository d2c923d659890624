import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { insertMessages, type MessageRow } from '#store/intake.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: Pool

beforeAll(() => {
  pool = createPool({ url: database.url, max: 6 })
})
afterAll(async () => await pool.end())

let made = 0
const message = (receivedAt: string): MessageRow => ({
  id: `01900000-0000-7000-8000-${String(++made).padStart(12, '0')}`,
  receivedAtMs: Date.parse(receivedAt),
  system: 's',
  record: 'r',
  mapping: 's/r@1',
  keyId: null,
  contentType: 'application/json',
  encoding: 'utf-8',
  sha256: Buffer.alloc(32),
  bytes: Buffer.from('{}'),
  state: 'done',
  received: 0,
  accepted: 0,
  unchanged: 0,
  rejected: 0,
  results: '[]',
  problem: null,
})

async function put(receivedAt: string): Promise<void> {
  const client = await pool.connect()
  try {
    await insertMessages(client, [message(receivedAt)])
  } finally {
    client.release()
  }
}

const counts = async (): Promise<Record<string, number>> => {
  const { rows } = await pool.query(
    'select tableoid::regclass::text as name, count(*)::int as rows from messages group by 1 order by 1',
  )
  return Object.fromEntries(rows.map(({ name, rows: count }) => [name, count]))
}

test('this month and the next two are there beforehand, over the turn of a year, and once is enough', async () => {
  const now = Date.parse('2031-11-30T23:59:59Z')
  expect(await ensurePartitions(pool, now)).toEqual([
    'messages_2031_11',
    'messages_2031_12',
    'messages_2032_01',
    'message_parts_2031_11',
    'message_parts_2031_12',
    'message_parts_2032_01',
    'message_results_2031_11',
    'message_results_2031_12',
    'message_results_2032_01',
    'deliveries_2031_11',
    'deliveries_2031_12',
    'deliveries_2032_01',
    'audit_log_2031_11',
    'audit_log_2031_12',
    'audit_log_2032_01',
  ])
  expect(await ensurePartitions(pool, now)).toEqual([])
  expect(await ensurePartitions(pool, Date.parse('2031-12-01T00:00:00Z'))).toEqual([
    'messages_2032_02',
    'message_parts_2032_02',
    'message_results_2032_02',
    'deliveries_2032_02',
    'audit_log_2032_02',
  ])
})

test('a message lies in the month of its receipt in UTC, to the millisecond', async () => {
  await put('2031-11-30T23:59:59.999Z')
  await put('2031-12-01T00:00:00.000Z')
  await put('2032-02-29T23:59:59.999Z')
  await put('2032-03-01T00:00:00.000Z')
  expect(await counts()).toEqual({
    messages_2031_11: 1,
    messages_2031_12: 1,
    messages_2032_02: 1,
    messages_default: 1,
  })
})

test('messages that came before their partition move into it, with everything that was stored', async () => {
  await ensurePartitions(pool, Date.parse('2032-03-15T00:00:00Z'))
  expect(await counts()).toMatchObject({ messages_2032_03: 1 })
  expect(await counts()).not.toHaveProperty('messages_default')
  const { rows } = await pool.query(
    "select bytes, results from messages where received_at = '2032-03-01T00:00:00Z'",
  )
  expect(rows).toEqual([{ bytes: Buffer.from('{}'), results: '[]' }])
})

test('a partition keeps the compression, the constraints and the indexes of its table', async () => {
  await expect(
    pool.query(
      `insert into messages select (m).* from (select jsonb_populate_record(x, '{"received": 5}') as m from messages_2032_03 x) y`,
    ),
  ).rejects.toThrow('messages_nothing_vanishes')
  const { rows } = await pool.query(
    `select count(distinct attcompression)::int as kinds from pg_attribute
      where attrelid in ('messages'::regclass, 'messages_2032_03'::regclass) and attname = 'bytes'`,
  )
  expect(rows).toEqual([{ kinds: 1 }])
  const { rows: indexes } = await pool.query(
    `select count(*)::int as count from pg_index where indrelid = 'deliveries_2032_03'::regclass`,
  )
  expect(indexes).toEqual([{ count: 2 }])
})

test('several processes may ask at once, while messages come in', async () => {
  const now = Date.parse('2035-01-10T00:00:00Z')
  const asked = Promise.all(Array.from({ length: 3 }, () => ensurePartitions(pool, now)))
  for (let i = 0; i < 10; i++) await put('2035-02-10T00:00:00Z')
  expect((await asked).flat().sort()).toEqual([...new Set((await asked).flat())].sort())
  expect((await asked).flat()).toHaveLength(15)
  expect(await counts()).toMatchObject({ messages_2035_02: 10 })
})
