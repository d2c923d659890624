import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { expect, inject, test } from 'vitest'
import type { CanonicalRecord } from '#core/model/record.ts'
import { advance } from '#core/supervision/advance.ts'
import { type LastDays, linesOf } from '#core/supervision/lines.ts'
import { readDay } from '#flow/supervision/read-summary.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { readMigrations } from '#store/migration-files.ts'
import { moveFigures, SUPERVISION_FOLLOWER, writeLines } from '#store/supervision.ts'
import { onceOn, onServer } from '#test/template.ts'
import { paper } from '#test/trace/certificates.ts'
import { idOf, storeRecords, type Written } from '#test/trace/store-records.ts'
import { countAll, recount } from './setting.ts'

/** Valid for so long by the rule: a product B on its day, a product A for seven more. */
const certificate = (number: string, type: string, stated?: string, more: Partial<Written> = {}): Written => {
  const { body, ...rest } = paper(number, type)
  const document = { role: 'self' as const, type: type as 'product_A', number }
  const validUntil = { at: `${stated}T00:00:00+08:00`, precision: 'day' as const }
  return {
    ...rest,
    ...more,
    body: { ...body, documents: [{ ...document, ...(stated ? { validUntil } : {}) }] },
  }
}

/** A hub of its own with its schema up to a migration. */
async function withHub(upTo: number | undefined, use: (pool: Pool) => Promise<void>): Promise<void> {
  const server = inject('databaseServer') ?? ''
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await onceOn(server, `create database ${name}`)
  const pool = createPool({ url: onServer(server, name), max: 4 })
  try {
    await migrate(pool, upTo === undefined ? {} : { upTo })
    await use(pool)
  } finally {
    await pool.end()
    await onceOn(server, `drop database if exists ${name} with (force)`)
  }
}

/** How many papers had their last day on each of these days. */
async function lastDays(pool: Pool): Promise<Record<string, number>> {
  const days = ['2024-04-13', '2024-04-14', '2024-04-16', '2024-04-20', '2024-04-21', '2024-05-14']
  const counts: [string, number][] = []
  for (const day of days) {
    const { papers } = await readDay(pool, {}, day)
    if (papers.lastDay !== 0) counts.push([day, papers.lastDay])
  }
  return Object.fromEntries(counts)
}

test('papers are counted on the last day of the rule of their type, and sooner where they state it', async () => {
  await withHub(undefined, async (pool) => {
    await storeRecords(pool, [
      certificate('1', 'product_B', '2024-05-14'),
      certificate('2', 'product_A'),
      certificate('3', 'product_A', '2024-04-16'),
      certificate('4', 'promise_cert', '2024-05-14'),
    ])
    await countAll(pool)
    expect(await lastDays(pool)).toEqual({
      ...{ '2024-04-14': 1, '2024-04-16': 1, '2024-04-21': 1, '2024-05-14': 1 },
    })
  })
})

/** Counts versions as the hub did before, by what papers state alone. */
async function countFormerly(pool: Pool, written: readonly Written[], lastDay: LastDays): Promise<void> {
  const lines = written.flatMap((one) =>
    linesOf(
      { status: 'active', flags: [], ...one, ...one.body, id: idOf(one) } as unknown as CanonicalRecord,
      lastDay,
    ),
  )
  await inTransaction(pool, async (client) => {
    const { lines: stored, moves } = advance([], lines, (said) => said)
    await writeLines(client, stored, [])
    await moveFigures(client, moves)
    await client.query(
      'insert into followers (name, position) select $1, max(position) from record_versions',
      [SUPERVISION_FOLLOWER],
    )
  })
}

test('papers that were counted by what they state are taken off where they stand when they are corrected or void, and those that came since where these do', async () => {
  const migrations = await readMigrations('src/store/migrations')
  const before = migrations.findIndex(({ name }) => name.endsWith('last-days-of-papers.sql'))
  await withHub(before, async (pool) => {
    const stored = [
      certificate('1', 'product_B', '2024-05-14'),
      certificate('2', 'product_A'),
      certificate('3', 'product_B', '2024-05-14'),
      certificate('4', 'product_A'),
    ]
    await storeRecords(pool, stored)
    await countFormerly(pool, stored, 'stated')
    await migrate(pool)
    expect(await lastDays(pool)).toEqual({ '2024-05-14': 2 })
    // One of the same day and type that came since.
    await storeRecords(pool, [certificate('5', 'product_B', '2024-05-14')])
    await countAll(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-14': 1, '2024-05-14': 2 })
    await storeRecords(pool, [
      certificate('1', 'product_B', '2024-05-15', { version: 2 }),
      certificate('2', 'product_A', undefined, { version: 2, status: 'void' }),
      certificate('4', 'product_A', '2024-04-20', { version: 2 }),
    ])
    await countAll(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-14': 2, '2024-04-20': 1, '2024-05-14': 1 })
    await storeRecords(pool, [
      certificate('1', 'product_B', '2024-05-15', { version: 3, status: 'void' }),
      certificate('3', 'product_B', '2024-05-14', { version: 2, status: 'void' }),
      certificate('4', 'product_A', undefined, { version: 3 }),
      certificate('5', 'product_B', '2024-04-13', { version: 2 }),
    ])
    await countAll(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-13': 1, '2024-04-21': 1 })
    const { rows } = await pool.query('select * from supervision_lines where records <= 0')
    expect(rows).toEqual([])
  })
})

test('counted anew, all stands by the rules of now', async () => {
  await withHub(undefined, async (pool) => {
    const stored = [certificate('1', 'product_B', '2024-05-14'), certificate('2', 'product_A')]
    await storeRecords(pool, stored)
    await countFormerly(pool, stored, 'stated')
    await pool.query('update followers set former_to = position')
    await recount(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-14': 1, '2024-04-21': 1 })
    await storeRecords(pool, [certificate('2', 'product_A', undefined, { version: 2, status: 'void' })])
    await countAll(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-14': 1 })
  })
})
