import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Body } from '#core/model/body.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { grainText } from '#core/supervision/advance.ts'
import { figuresOf } from '#core/supervision/choose.ts'
import { linesOf } from '#core/supervision/lines.ts'
import { isSaidByName, placeOf } from '#core/supervision/market.ts'
import { scopesOf } from '#core/supervision/scopes.ts'
import { withTraders } from '#core/supervision/traders.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { supervisionReader } from '#flow/supervision/follow-supervision.ts'
import { readDay } from '#flow/supervision/read-summary.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { idOf, storeRecords, type Written } from '#test/trace/store-records.ts'
import { countAll, recount } from './setting.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 6 })
})
afterAll(async () => await pool.end())

async function empty(): Promise<void> {
  await rewrite(
    pool,
    'truncate record_versions, lot_edges, followers, supervision_lines, supervision_names, supervision_traders, supervision_figures, supervision_places',
  )
}

/** A version in few words. Markets are told by code, by name, or by both; three codes share two names. */
interface Plain {
  readonly key: number
  readonly kind: 'entry' | 'sale' | 'test' | 'payment'
  readonly system: 'one' | 'two'
  readonly day: number
  readonly code: number | null
  readonly name: number | null
  readonly stall: number | null
  /** Its names and codes as they are written, or neither. */
  readonly trader: {
    readonly name: number | null
    readonly code: number | null
    readonly licence: number | null
  }
  readonly product: 0 | 1 | 2
  readonly mass: number
  readonly early: boolean
  readonly isVoid: boolean
}

const plain: fc.Arbitrary<Plain> = fc.record({
  key: fc.integer({ min: 0, max: 5 }),
  kind: fc.constantFrom('entry', 'sale', 'test', 'payment'),
  system: fc.constantFrom('one', 'two'),
  day: fc.integer({ min: 14, max: 15 }),
  code: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 2 }),
  name: fc.option(fc.integer({ min: 0, max: 1 }), { freq: 5 }),
  stall: fc.option(fc.integer({ min: 0, max: 1 })),
  trader: fc.record({
    name: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 4 }),
    code: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 2 }),
    licence: fc.option(fc.integer({ min: 0, max: 1 }), { freq: 2 }),
  }),
  product: fc.constantFrom(0, 1, 2),
  mass: fc.integer({ min: 0, max: 50 }),
  early: fc.boolean(),
  isVoid: fc.boolean(),
})

const PRODUCTS: readonly NonNullable<Body['product']>[] = [
  { name: '番茄', class: 'vegetable' },
  { name: '五花肉', class: 'pork' },
  { name: '某物' },
]

function written(one: Plain, version: number): Written {
  const site = {
    role: 'market' as const,
    ids: one.code === null ? [] : [{ scheme: 'cn.mofcom.node9', value: `33010500${one.code}` }],
    ...(one.name === null ? {} : { name: `示例${one.name}农贸市场` }),
  }
  const body: Partial<Body> = {
    occurredAt: { at: `2024-04-${one.day}T${one.early ? '06' : '10'}:00:00+08:00`, precision: 'second' },
    region: { code: '330105', year: 2024 },
    sites: [
      site,
      ...(one.stall === null ? [] : [{ role: 'stall' as const, ids: [], name: `A-${one.stall}` }]),
    ],
    parties: [trader(one.trader)],
    product: PRODUCTS[one.product] as NonNullable<Body['product']>,
    quantity: { value: String(one.mass), unit: 'KGM' },
    ...(one.kind === 'sale' ? { saleKind: one.early ? 'retail' : 'summary' } : {}),
    ...(one.kind === 'payment'
      ? { method: 'cash', amount: { value: String(one.mass), currency: 'CNY' } }
      : {}),
    ...(one.kind === 'test' ? { test: { item: '农残', verdict: one.early ? 'pass' : 'fail' } } : {}),
  }
  const { kind, system, isVoid } = one
  return { kind, system, key: String(one.key), version, status: isVoid ? 'void' : 'active', body }
}

function trader({ name, code, licence }: Plain['trader']): NonNullable<Body['parties']>[number] {
  const ids = [
    ...(code === null ? [] : [{ scheme: 'cn.mofcom.subject13', value: `330105001000${code}` }]),
    ...(licence === null ? [] : [{ scheme: 'cn.uscc', value: `91330105MA27X0000${licence}` }]),
  ]
  return { role: 'owner', ids, ...(name === null ? {} : { name: `示例${name}蔬菜行` }) }
}

/** Versions numbered in the order in which they come. */
function numbered(versions: readonly Plain[]): Written[] {
  const counts = new Map<string, number>()
  return versions.map((one) => {
    const id = `${one.kind} ${one.system} ${one.key}`
    const version = (counts.get(id) ?? 0) + 1
    counts.set(id, version)
    return written(one, version)
  })
}

/** What the counters must say, from the newest versions alone. */
function fromScratch(all: readonly Written[]): Map<string, string> {
  const newest = new Map(all.map((one) => [idOf(one), one]))
  const records = [...newest.values()].map(
    (one) =>
      ({
        flags: [],
        ...one.body,
        kind: one.kind,
        system: one.system,
        status: one.status,
        id: idOf(one),
      }) as unknown as CanonicalRecord,
  )
  const codes = new Map<string, Set<string>>()
  for (const record of records) {
    const { said, name } = placeOf(record)
    if (record.status === 'void' || name === '' || said === '' || isSaidByName(said)) continue
    codes.set(name, (codes.get(name) ?? new Set()).add(said))
  }
  const meant = (said: string): string => {
    const [only, other] = codes.get(said) ?? []
    return only !== undefined && other === undefined ? only : said
  }
  const lines = withTraders(
    records.flatMap((record) => linesOf(record)).map((line) => ({ ...line, place: meant(line.said) })),
  )
  // As the table has them: records of one system and detail are one line.
  const sums = new Map<string, (typeof lines)[number]>()
  for (const line of lines) {
    const key = JSON.stringify([grainText(line), line.said, line.system, line.detail, line.holder])
    const known = sums.get(key)
    sums.set(
      key,
      known
        ? {
            ...known,
            records: known.records + 1,
            mass: String(+known.mass + +line.mass),
            amount: String(+known.amount + +line.amount),
          }
        : line,
    )
  }
  const figures = new Map<string, [number, number, number]>()
  for (const own of Map.groupBy(sums.values(), grainText).values()) {
    const [grain] = own
    if (grain === undefined) continue
    for (const scope of scopesOf(grain))
      for (const one of figuresOf(own)) {
        const key = JSON.stringify([scope, grain.day, one.measure, one.class, one.product, one.detail])
        const [records, mass, amount] = figures.get(key) ?? [0, 0, 0]
        figures.set(key, [records + one.records, mass + +one.mass, amount + +one.amount])
      }
  }
  return new Map(
    [...figures]
      .filter(([, sum]) => sum.some((part) => part !== 0))
      .map(([key, sum]) => [key, JSON.stringify(sum)]),
  )
}

async function stored(): Promise<Map<string, string>> {
  const { rows } = await pool.query(
    `select scope, day::text, measure, class, product, detail, records::integer, mass::float8, amount::float8 from supervision_figures`,
  )
  return new Map(
    rows.map((row) => [
      JSON.stringify([row.scope, row.day, row.measure, row.class, row.product, row.detail]),
      JSON.stringify([row.records, row.mass, row.amount]),
    ]),
  )
}

const sorted = (map: Map<string, string>): [string, string][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

describe('counters of supervision', () => {
  /** Whatever was counted in pages of that many. */
  async function expectCounted(versions: readonly Plain[], atOnce: number): Promise<void> {
    await empty()
    const all = numbered(versions)
    await storeRecords(pool, all)
    const follower = logFollower('supervision', atOnce, [supervisionReader])
    while ((await follower.step(pool)) !== 'done');
    const followed = sorted(await stored())
    expect(followed).toEqual(sorted(fromScratch(all)))
    await recount(pool)
    expect(sorted(await stored())).toEqual(followed)
  }
  const versions = fc.array(plain, { minLength: 1, maxLength: 24 })
  const atOnce = fc.integer({ min: 1, max: 9 })

  it('are what a count of the newest versions gives, in whatever order and pages the versions come', async () => {
    await fc.assert(fc.asyncProperty(versions, atOnce, expectCounted), { numRuns: 12 })
  }, 180_000)

  it('are the same count where traders of one market have names and codes in common', async () => {
    const here = ({ kind, code, isVoid, ...one }: Plain): Plain => ({
      ...one,
      ...{ kind: kind === 'test' ? 'entry' : kind, day: 15, name: 0, stall: null, product: 0 },
      // Sometimes the market is known by its name alone, until a record has both.
      code: code === null ? null : 1,
      isVoid: isVoid && one.mass < 10,
    })
    const crowd = fc.array(plain, { minLength: 12, maxLength: 24 }).map((all) => all.map(here))
    await fc.assert(fc.asyncProperty(crowd, atOnce, expectCounted), { numRuns: 24 })
  }, 180_000)

  it('count once when two processes follow at the same time', async () => {
    await empty()
    const all = numbered(
      Array.from(
        { length: 300 },
        (_, i): Plain => ({
          key: i % 90,
          kind: (['entry', 'sale', 'test'] as const)[i % 3] ?? 'entry',
          system: i % 2 === 0 ? 'one' : 'two',
          day: 15,
          code: i % 5 === 0 ? null : 1,
          name: 0,
          stall: i % 2,
          trader: { name: i % 3, code: i % 4 === 3 ? null : i % 4, licence: null },
          product: (i % 3) as 0 | 1 | 2,
          mass: i % 17,
          early: i % 4 === 0,
          isVoid: i % 11 === 0,
        }),
      ),
    )
    await storeRecords(pool, all)
    const process = async (): Promise<void> => {
      const follower = logFollower('supervision', 20, [supervisionReader])
      while ((await follower.step(pool)) !== 'done');
    }
    await Promise.all([process(), process(), process()])
    expect(sorted(await stored())).toEqual(sorted(fromScratch(all)))
  })

  it('give back in the evening what a record said that is made void, and change the day that a late one belongs to', async () => {
    await empty()
    const entry = (key: string, mass: string, change: Partial<Written> = {}): Written => ({
      kind: 'entry',
      system: 'one',
      key,
      body: {
        occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
        region: { code: '330105', year: 2024 },
        sites: [
          { role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
        ],
        parties: [{ role: 'owner', name: '示例蔬菜摊', ids: [] }],
        product: { name: '番茄', class: 'vegetable' },
        quantity: { value: mass, unit: 'KGM' },
      },
      ...change,
    })
    await storeRecords(pool, [entry('1', '100'), entry('2', '40')])
    await countAll(pool)
    const at = { site: '330105012' }
    expect((await readDay(pool, at, '2024-04-15')).entries.all).toEqual({ records: 2, mass: '140' })
    await storeRecords(pool, [
      entry('1', '100', { version: 2, status: 'void', receivedAt: '2024-04-15T12:00:00Z' }),
      // Written down five days later.
      entry('3', '7.5', { receivedAt: '2024-04-20T02:00:00Z' }),
    ])
    const waiting = await readDay(pool, at, '2024-04-15')
    expect(waiting.asOf.complete).toBe(false)
    await countAll(pool)
    const day = await readDay(pool, { region: '330000' }, '2024-04-15')
    expect(day.asOf.complete).toBe(true)
    expect(day.entries.all).toEqual({ records: 2, mass: '47.5' })
    expect(day.entries.papers.none).toEqual({ records: 2, mass: '47.5' })
    expect((await readDay(pool, { region: '330000' }, '2024-04-20')).entries.all.records).toBe(0)
    // The same record in another system, which knows the market by its name only: once, and more where it tells of more.
    await storeRecords(pool, [
      entry('9', '60', {
        system: 'two',
        body: { ...entry('9', '60').body, sites: [{ role: 'market', name: '示例农贸市场', ids: [] }] },
      }),
    ])
    await countAll(pool)
    const both = await readDay(pool, at, '2024-04-15')
    expect(both.entries.all).toEqual({ records: 1, mass: '60' })
    expect(both.sources.map(({ system, leftOut }) => [system, leftOut.mass])).toEqual([
      ['one', '47.5'],
      ['two', '0'],
    ])
  })
})
