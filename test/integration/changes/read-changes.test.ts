import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readVersionRows } from '#store/audit-rows.ts'
import { type ChangeFilter, mayPass } from '#store/change-filter.ts'
import { type ChangeQuery, headPosition, readChanges, readVersions } from '#store/changes.ts'
import { createPool, inTransaction } from '#store/database.ts'
import { insertVersions, lockPositions, type VersionRow } from '#store/intake.ts'
import { readGrowth } from '#store/log-growth.ts'
import { withDatabase } from '#test/database.ts'
import { versionRow } from './rows.ts'

const database = withDatabase()
let pool: Pool

beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(async () => await pool.end())

async function store(rows: readonly VersionRow[]): Promise<bigint> {
  const before = await headPosition(pool)
  await inTransaction(pool, async (client) => {
    await lockPositions(client)
    await insertVersions(client, rows)
  })
  return before
}

async function keysOf(after: bigint, filter: ChangeFilter): Promise<string[]> {
  const page = await readChanges(pool, { after, limit: 100, filter })
  return page.rows.map((row) => row.recordId.slice(row.recordId.lastIndexOf(':') + 1))
}

test('an empty log has nothing to read and its head is 0', async () => {
  expect(await headPosition(pool)).toBe(0n)
  expect(await readChanges(pool, { after: 0n, limit: 10 })).toEqual({
    rows: [],
    next: 0n,
    lastReplayed: 0n,
    atHead: true,
  })
})

test('a change carries the record as the API gives it, body as stored, flags and times in their place', async () => {
  const after = await store([
    versionRow('T1/甲:1', {
      body: Buffer.from('{"note":"含\\"引号\\"","quantity":{"raw":"3斤","unit":"kg","value":"1.5"}}'),
      flags: ['W_LATE', 'REGION_AMBIGUOUS'],
      recorded: '{"at":"2024-04-15T03:42:11+08:00"}',
      status: 'void',
      version: 2,
    }),
    versionRow('empty', { body: Buffer.from('{}') }),
  ])
  const { rows } = await readChanges(pool, { after, limit: 10 })
  expect(rows[0]).toMatchObject({
    recordId: 'urn:cnft:sale:jiaxing-wholesale:trade:T1%2F%E7%94%B2%3A1',
    version: 2,
    kind: 'sale',
    status: 'void',
    system: 'jiaxing-wholesale',
    record: 'trade',
  })
  expect(JSON.parse(rows[0]?.text ?? '')).toEqual({
    kind: 'sale',
    id: 'urn:cnft:sale:jiaxing-wholesale:trade:T1%2F%E7%94%B2%3A1',
    system: 'jiaxing-wholesale',
    record: 'trade',
    key: ['T1/甲:1'],
    version: 2,
    status: 'void',
    schema: 1,
    receivedAt: '2024-04-15T03:42:10.123Z',
    message: '01900000-0000-7000-8000-000000000000',
    mapping: 'jiaxing-wholesale/trade@1',
    note: '含"引号"',
    quantity: { raw: '3斤', unit: 'kg', value: '1.5' },
    flags: ['W_LATE', 'REGION_AMBIGUOUS'],
    recordedAt: { at: '2024-04-15T03:42:11+08:00' },
  })
  expect(JSON.parse(rows[1]?.text ?? '')).toMatchObject({ key: ['empty'], flags: [] })
})

test('named versions are read in the order of the log', async () => {
  await store([versionRow('v', { version: 1 })])
  await store([versionRow('v', { version: 2 })])
  const { id } = versionRow('v')
  const wanted = [
    { recordId: id, version: 2 },
    { recordId: id, version: 1 },
    { recordId: id, version: 9 },
  ]
  expect((await readVersions(pool, wanted)).map(({ version }) => version)).toEqual([1, 2])
})

describe('a filter', () => {
  let after: bigint
  beforeAll(async () => {
    after = await store([
      versionRow('hangzhou', { region: '330100' }),
      versionRow('gongshu', { region: '330105' }),
      versionRow('taizhou', { region: '331001', kind: 'test', productClass: 'vegetable' }),
      versionRow('beijing', { region: '110101', system: 'beijing' }),
      versionRow('nowhere', { region: null }),
    ])
  })

  test.each<[string, ChangeFilter, string[]]>([
    ['nothing', {}, ['hangzhou', 'gongshu', 'taizhou', 'beijing', 'nowhere']],
    ['an empty list', { kinds: [] }, ['hangzhou', 'gongshu', 'taizhou', 'beijing', 'nowhere']],
    ['a province', { regions: ['330000'] }, ['hangzhou', 'gongshu', 'taizhou']],
    ['a province by its prefix', { regions: ['33'] }, ['hangzhou', 'gongshu', 'taizhou']],
    ['a city', { regions: ['330100'] }, ['hangzhou', 'gongshu']],
    ['a city whose code ends in a zero of its own', { regions: ['331000'] }, ['taizhou']],
    ['a county', { regions: ['330105'] }, ['gongshu']],
    ['two regions', { regions: ['3310', '110000'] }, ['taizhou', 'beijing']],
    ['a kind', { kinds: ['test'] }, ['taizhou']],
    ['a system', { systems: ['beijing'] }, ['beijing']],
    ['a class of product', { productClasses: ['vegetable'] }, ['taizhou']],
    [
      'several lists at once',
      { kinds: ['sale'], regions: ['33'], productClasses: ['pork'] },
      ['hangzhou', 'gongshu'],
    ],
  ])('by %s', async (_, filter, keys) => {
    expect(await keysOf(after, filter)).toEqual(keys)
    // Who waits is let go by the mark of a change alone: it must not say otherwise than the question that follows.
    const { marks } = await readGrowth(pool, after)
    const places = {
      hangzhou: '330100',
      gongshu: '330105',
      taizhou: '331001',
      beijing: '110101',
      nowhere: null,
    }
    const passing = (marks ?? []).filter((mark) => mayPass(filter, mark)).map(({ region }) => region)
    expect(new Set(passing)).toEqual(new Set(keys.map((key) => places[key as keyof typeof places])))
    expect(passing).toHaveLength(keys.length)
  })
})

test('a filter that lets nothing through moves the cursor on, over a log longer than one scan', async () => {
  const after = await store(Array.from({ length: 12_000 }, (_, i) => versionRow(`many-${i}`)))
  await store([versionRow('last', { kind: 'hold' })])
  let cursor = after
  let pages = 0
  const found: string[] = []
  for (let atHead = false; !atHead; pages++) {
    const page = await readChanges(pool, { after: cursor, limit: 10, filter: { kinds: ['hold'] } })
    expect(page.next).toBeGreaterThan(cursor)
    cursor = page.next
    atHead = page.atHead
    found.push(...page.rows.map(({ recordId }) => recordId))
  }
  expect(pages).toBe(2)
  expect(found).toEqual([versionRow('last', { kind: 'hold' }).id])
})

test('no change is passed over where many positions are missing, and a page of everything ends with its limit', async () => {
  const after = await store([versionRow('g1'), versionRow('g2'), versionRow('g3')])
  // What large transactions took back when they failed.
  await pool.query(`select setval('change_positions', (select last_value from change_positions) + 25_000)`)
  await store([versionRow('g4')])
  const found: string[] = []
  let place = after
  for (let page = 0; page < 30; page++) {
    const { rows, next, atHead } = await readChanges(pool, { after: place, limit: 2 })
    expect(rows.length).toBeLessThanOrEqual(2)
    expect(next).toBeGreaterThan(place)
    found.push(...rows.map(({ recordId }) => recordId.slice(-2)))
    place = next
    if (atHead) break
  }
  expect(found).toEqual(['g1', 'g2', 'g3', 'g4'])
  expect(place).toBe(await headPosition(pool))
})

test('a hub that was restored, whose places go on a thousand million further, is read on at once, whatever of it is read', async () => {
  const after = await store([versionRow('r1'), versionRow('r2', { kind: 'hold' })])
  await pool.query(
    `select setval('change_positions', (select last_value from change_positions) + 1_000_000_000)`,
  )
  await store([versionRow('r3'), versionRow('r4', { kind: 'hold' })])
  const readAll = async (query: Partial<ChangeQuery>) => {
    const found: string[] = []
    let [place, pages, atHead] = [after, 0, false]
    for (; !atHead && pages < 10; pages++) {
      const page = await readChanges(pool, { after: place, limit: 100, ...query })
      found.push(...page.rows.map(({ recordId }) => recordId.slice(-2)))
      place = page.next
      atHead = page.atHead
    }
    return { found, pages, atHead }
  }
  for (const [query, found] of [
    [{}, ['r1', 'r2', 'r3', 'r4']],
    [{ lane: 'live' }, ['r1', 'r3']],
    [{ filter: { kinds: ['hold'] } }, ['r2', 'r4']],
    [{ filter: { kinds: ['test'] } }, []],
  ] as const) {
    const read = await readAll(query)
    expect(read).toMatchObject({ found, atHead: true })
    expect(read.pages).toBeLessThanOrEqual(4)
  }
})

test('a page of a long log that was never analysed looks at a few changes, not at all that come behind', async () => {
  const after = await store(Array.from({ length: 6000 }, (_, i) => versionRow(`long${i}`)))
  const client = await pool.connect()
  try {
    await client.query('begin')
    const read = async () => {
      const { rows } = await client.query<{ read: string }>(
        `select sum(seq_tup_read + idx_tup_fetch)::text as read from pg_stat_xact_user_tables where relname = 'record_versions'`,
      )
      return Number(rows[0]?.read)
    }
    // Twice the page, once by the index and perhaps once more in the table; all that come behind would be 6000.
    await readChanges(client, { after, limit: 100 })
    expect(await read()).toBeLessThan(500)
    const upTo = String(await headPosition(client))
    const before = await read()
    const rows = await readVersionRows(client, { after: String(after), upTo, limit: 100 })
    expect(rows.length).toBe(100)
    expect((await read()) - before).toBeLessThan(500)
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('what is sealed or verified is read in the order of the log, over missing positions too', async () => {
  const after = String(await store([versionRow('s1'), versionRow('s2')]))
  await pool.query(`select setval('change_positions', (select last_value from change_positions) + 5000)`)
  await store([versionRow('s3')])
  const upTo = String(await headPosition(pool))
  const keys = async (from: string, limit: number) =>
    (await readVersionRows(pool, { after: from, upTo, limit })).map(({ recordId }) => recordId.slice(-2))
  expect(await keys(after, 2)).toEqual(['s1', 's2'])
  expect(await keys(after, 3)).toEqual(['s1', 's2', 's3'])
  expect(await keys(after, 10)).toEqual(['s1', 's2', 's3'])
  expect(await keys(upTo, 10)).toEqual([])
})

describe('what corrects a record that fitted', () => {
  const body = (verdict: string) => Buffer.from(`{"test":{"verdict":"${verdict}"}}`)

  test.each<[string, ChangeFilter, object]>([
    ['another region', { regions: ['330100'] }, { region: '110101' }],
    ['no region', { regions: ['330100'] }, { region: null }],
    ['another class of product', { productClasses: ['pork'] }, { productClass: 'beef' }],
    ['another place', { sites: ['cn.mofcom.node9:330402101'] }, { codes: [] }],
    ['a passed test', { risks: ['failed_test'] }, { body: body('pass') }],
  ])('fits too, and so does what comes after it: %s', async (what, filter, corrected) => {
    const key = `corrected ${what}`
    const first = versionRow(key, {
      ...{ kind: 'test', region: '330100', productClass: 'pork', codes: ['cn.mofcom.node9:330402101'] },
      body: body('fail'),
    })
    const after = await store([first])
    const second = await store([{ ...first, ...corrected, version: 2 }])
    await store([{ ...first, ...corrected, version: 3 }])
    expect(await keysOf(after, filter)).toHaveLength(3)
    expect(await keysOf(second, filter)).toHaveLength(2)
    const { marks } = await readGrowth(pool, second)
    expect((marks ?? []).some((mark) => mayPass(filter, mark))).toBe(true)
  })

  test('lists count together: each of two versions that fits one of them is left out', async () => {
    const first = versionRow('never both', { region: '330100', productClass: 'beef' })
    const after = await store([first])
    await store([{ ...first, version: 2, region: '110101', productClass: 'pork' }])
    expect(await keysOf(after, { regions: ['330100'], productClasses: ['pork'] })).toEqual([])
  })
})
