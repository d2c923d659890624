import type { Pool } from 'pg'
import { expect, test } from 'vitest'
import { readDay } from '#flow/supervision/read-summary.ts'
import { migrate } from '#store/migrate.ts'
import { readMigrations } from '#store/migration-files.ts'
import { paper } from '#test/trace/certificates.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { countFormerly, withHub } from './former-counts.ts'
import { countAll, recount } from './setting.ts'

/** By what papers state alone. */
const STATED = { lastDays: 'stated', traders: 'named' } as const

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
    await countFormerly(pool, stored, STATED)
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
    await countFormerly(pool, stored, STATED)
    await pool.query('update followers set former_to = position')
    await recount(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-14': 1, '2024-04-21': 1 })
    await storeRecords(pool, [certificate('2', 'product_A', undefined, { version: 2, status: 'void' })])
    await countAll(pool)
    expect(await lastDays(pool)).toEqual({ '2024-04-14': 1 })
  })
})
