import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { readDay, type Where } from '#flow/supervision/read-summary.ts'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { readMigrations } from '#store/migration-files.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { countFormerly, withHub } from './former-counts.ts'
import { countAll, recount } from './setting.ts'

const [GREENS, GREENS_LONG] = ['示例蔬菜行', '示例蔬菜行（个体）']
const [X, Y] = ['3301050010001', '3301050010002']
const DAY = '2024-04-15'
const MARKET = '330105012'

interface Told {
  readonly name?: string
  readonly code?: string
}

let keys = 0
/** Goods that came to a trader, as a system writes him. */
function came(system: string, { name, code }: Told, mass: string, change: Partial<Written> = {}): Written {
  keys += 1
  return {
    kind: 'entry',
    system,
    key: String(keys),
    body: {
      occurredAt: { at: `${DAY}T05:00:00+08:00`, precision: 'second' },
      region: { code: '330105', year: 2024 },
      sites: [{ role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: MARKET }] }],
      parties: [
        {
          role: 'owner',
          ids: code === undefined ? [] : [{ scheme: 'cn.mofcom.subject13', value: code }],
          ...(name === undefined ? {} : { name }),
        },
      ],
      product: { name: '番茄', class: 'vegetable' },
      quantity: { value: mass, unit: 'KGM' },
    },
    ...change,
  }
}

const massOfDay = async (pool: Pool, where: Where = { site: MARKET }): Promise<string> =>
  (await readDay(pool, where, DAY)).entries.all.mass

describe('traders of a market in the summary of a day', () => {
  const database = withDatabase()
  let pool: Pool
  beforeAll(() => {
    pool = createPool({ url: database.url, max: 4 })
  })
  afterAll(async () => await pool.end())
  beforeEach(async () => {
    await rewrite(
      pool,
      'truncate record_versions, lot_edges, followers, supervision_lines, supervision_names, supervision_traders, supervision_figures, supervision_places',
    )
  })
  /** What the day comes to when the records come in this order, and in the other one. */
  async function massesOf(records: readonly Written[]): Promise<string[]> {
    for (const one of records) {
      await storeRecords(pool, [one])
      await countAll(pool)
    }
    const inOrder = await massOfDay(pool)
    await recount(pool)
    return [inOrder, await massOfDay(pool)]
  }

  it('are one where two systems write two names beside one code, whichever is told first', async () => {
    const records = [
      came('one', { name: GREENS, code: X }, '250'),
      came('two', { name: GREENS_LONG, code: X }, '240'),
    ]
    expect(await massesOf(records)).toEqual(['250', '250'])
  })

  it('are one where the code of a third record joins what two others told by its names alone', async () => {
    const records = [
      came('one', { name: GREENS }, '250'),
      came('two', { name: GREENS_LONG }, '240'),
      came('one', { name: GREENS, code: X }, '10'),
      came('two', { name: GREENS_LONG, code: X }, '5'),
    ]
    expect(await massesOf(records)).toEqual(['260', '260'])
  })

  it('are apart again when the record is void that joined them', async () => {
    const joins = came('two', { name: GREENS_LONG, code: X }, '5')
    const records = [
      came('one', { name: GREENS, code: X }, '250'),
      came('two', { name: GREENS_LONG }, '240'),
      joins,
      { ...joins, version: 2, status: 'void' as const, receivedAt: '2024-04-16T00:00:00Z' },
    ]
    expect(await massesOf(records)).toEqual(['490', '490'])
  })

  it('are two where two codes of one scheme stand beside one name', async () => {
    const records = [
      came('one', { name: GREENS, code: X }, '150'),
      came('two', { name: GREENS, code: Y }, '200'),
    ]
    expect(await massesOf(records)).toEqual(['350', '350'])
  })

  it('are held together against a system that tells their common name alone', async () => {
    const both = [
      came('one', { name: GREENS, code: X }, '150'),
      came('two', { name: GREENS, code: Y }, '200'),
    ]
    expect(await massesOf([...both, came('three', { name: GREENS }, '340')])).toEqual(['350', '350'])
    await storeRecords(pool, [came('three', { name: GREENS }, '20')])
    await countAll(pool)
    expect(await massOfDay(pool)).toBe('360')
    expect(
      (await readDay(pool, { site: MARKET }, DAY)).sources.map((one) => [one.system, one.leftOut.mass]),
    ).toEqual([
      ['one', '150'],
      ['three', '0'],
      ['two', '200'],
    ])
  })

  it('are told by name and by code alone as one where a record has both', async () => {
    const records = [
      came('one', { name: GREENS }, '100'),
      came('two', { code: X }, '90'),
      came('three', { name: GREENS, code: X }, '80'),
    ]
    expect(await massesOf(records)).toEqual(['100', '100'])
  })

  it('are not joined by a code that stands beside many names', async () => {
    const records = ['甲', '乙', '丙', '丁'].map((name) =>
      came(name === '甲' ? 'one' : 'two', { name: `示例${name}蔬菜行`, code: X }, '10'),
    )
    expect(await massesOf(records)).toEqual(['40', '40'])
  })
})

test('records that were counted by the names of their traders are taken off where they stand when they are corrected or void, and meet those that come since', async () => {
  const migrations = await readMigrations('src/store/migrations')
  const before = migrations.findIndex(({ name }) => name.endsWith('traders-of-supervision.sql'))
  await withHub(before, async (pool) => {
    const stored = [
      came('one', { name: GREENS, code: X }, '250'),
      came('two', { name: GREENS_LONG, code: X }, '240'),
      came('one', { name: GREENS, code: Y }, '30'),
    ] as const
    await storeRecords(pool, stored)
    await countFormerly(pool, stored, { lastDays: 'ruled', traders: 'named' })
    await migrate(pool)
    expect(await massOfDay(pool, { region: '330105' })).toBe('520')
    // The same goods in a system that tells the name alone.
    await storeRecords(pool, [came('three', { name: GREENS }, '270')])
    await countAll(pool)
    expect(await massOfDay(pool, { region: '330105' })).toBe('520')
    await storeRecords(pool, [{ ...stored[0], version: 2 }])
    await countAll(pool)
    await storeRecords(pool, [
      { ...stored[1], version: 2 },
      { ...stored[2], version: 2 },
    ])
    await countAll(pool)
    expect(await massOfDay(pool, { region: '330105' })).toBe('280')
    await storeRecords(pool, [
      { ...stored[0], version: 3, status: 'void' },
      { ...stored[1], version: 3, status: 'void' },
    ])
    await countAll(pool)
    expect(await massOfDay(pool, { region: '330105' })).toBe('270')
    await recount(pool)
    expect(await massOfDay(pool, { region: '330105' })).toBe('270')
    const { rows } = await pool.query(
      'select records from supervision_lines where records <= 0 union all select records from supervision_traders where records <= 0',
    )
    expect(rows).toEqual([])
  })
})
