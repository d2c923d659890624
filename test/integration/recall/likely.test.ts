import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sight } from '#core/sight.ts'
import { rehearseRecall } from '#flow/recall/rehearse.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url })
})
afterAll(() => pool.end())

const DAY = '2026-03-02'
let next = 0
/** What a system tells of a stall, or of its market as a whole. */
const told = (
  kind: Written['kind'],
  stall: string | null,
  kilograms: number,
  { system = 'market', day = DAY, ...body }: Written['body'] & { system?: string; day?: string },
): Written => ({
  ...{ kind, system, key: `k${next++}` },
  receivedAt: `${day}T06:00:00Z`,
  body: {
    occurredAt: { at: `${day}T06:00:00+08:00`, precision: 'minute' },
    region: { code: '330105', year: 2026 },
    sites: [
      { role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
      ...(stall === null ? [] : [{ role: 'stall' as const, name: stall, ids: [] }]),
    ],
    product: { name: '菠菜', class: 'vegetable' },
    quantity: { value: String(kilograms), unit: 'KGM' },
    ...body,
  },
})
const came = (code: string, stall: string, kilograms: number, more: Parameters<typeof told>[3] = {}) =>
  told('entry', stall, kilograms, {
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: code }],
    ...more,
  })

async function rehearse(
  code: string,
  wish: { at?: string; confidence?: number } = {},
  sight: Sight | null = null,
) {
  const found = await rehearseRecall({ pool, clock: Date.now }, { code, systems: [], ...wish }, sight)
  const [{ where, maybeSold } = {} as never] = found.mass
  const stalls = found.regions.flatMap(({ markets }) => markets.flatMap((one) => one.stalls))
  return {
    sold: where.soldRetail,
    left: where.atSites,
    maybeSold,
    between: found.lots.flatMap(({ leftBetween }) => leftBetween.map(({ least, most }) => [least, most])),
    stalls: stalls.flatMap(({ left }) => left.map((one) => [one.value, one.maybeSold])),
  }
}

test('tickets that may be of two lots are told as what may have been sold of each, and of those only that the caller may see', async () => {
  await storeRecords(pool, [
    ...[
      came('TWO1', 'A-1', 100),
      came('TWO2', 'A-1', 100, { system: 'other', region: { code: '310115', year: 2026 } }),
    ],
    ...[50, 30].map((kilograms) => told('sale', 'A-1', kilograms, { saleKind: 'retail' })),
  ])
  await followToTheEnd(pool)
  const unsure = {
    sold: '0',
    left: '100',
    maybeSold: '80',
    between: [['20', '100']],
    stalls: [['100', '80']],
  }
  expect(await rehearse('TWO1')).toEqual(unsure)
  expect(await rehearse('TWO2')).toMatchObject({ sold: '0', left: '100', maybeSold: '80' })
  expect(await rehearse('TWO1', {}, { systems: ['market'], regions: [] })).toMatchObject({
    ...{ sold: '80', left: '20', maybeSold: '0', between: [] },
  })
})

test('a summary of a stall or market that names no lot is of what was there by its day, as sure as tickets without a lot are', async () => {
  const goods = { product: { name: '芹菜', class: 'vegetable' as const } }
  const summary = (kilograms: number, stall: string | null, day = DAY) =>
    told('sale', stall, kilograms, { ...goods, day, saleKind: 'summary' })
  await storeRecords(pool, [
    ...[came('SUM1', 'B-1', 100, goods), summary(90, 'B-1'), summary(70, 'B-1', '2026-03-04')],
    ...[came('SUM2', 'B-2', 100, goods), summary(150, null)],
  ])
  await followToTheEnd(pool)
  expect(await rehearse('SUM1')).toMatchObject({ sold: '90', left: '10', maybeSold: '10' })
  expect(await rehearse('SUM1', { at: '2026-03-01T00:00:00Z' }).catch(({ code }) => code)).toBe('not_found')
  expect(await rehearse('SUM2')).toMatchObject({ sold: '0', left: '100', maybeSold: '60' })
  expect(await rehearse('SUM1', { confidence: 0.9 })).toMatchObject({
    sold: '0',
    left: '100',
    maybeSold: '0',
  })
})

test('a summary counts as it was known at the time that is asked for, and not where it is void', async () => {
  const goods = { product: { name: '莴笋', class: 'vegetable' as const } }
  const summary = told('sale', 'C-1', 40, { ...goods, day: '2026-03-04', saleKind: 'summary' })
  await storeRecords(pool, [came('ATT1', 'C-1', 100, goods), summary])
  await followToTheEnd(pool)
  expect(await rehearse('ATT1', { at: '2026-03-03T00:00:00Z' })).toMatchObject({
    left: '100',
    maybeSold: '0',
  })
  expect(await rehearse('ATT1')).toMatchObject({ left: '100', maybeSold: '40' })
  await storeRecords(pool, [{ ...summary, version: 2, status: 'void' }])
  await followToTheEnd(pool)
  expect(await rehearse('ATT1')).toMatchObject({ left: '100', maybeSold: '0' })
})

test('of a summary of a market only what tickets of others tell is none of the goods, and not what these sold on', async () => {
  const goods = { product: { name: '油麦菜', class: 'vegetable' as const } }
  const lots = [{ role: 'subject' as const, scheme: 'cn.mofcom.trace20b', value: 'WHO2' }]
  await storeRecords(pool, [
    ...[came('WHO1', 'E-1', 100, goods), came('WHO2', 'E-2', 100, goods)],
    told('sale', 'E-2', 40, { ...goods, saleKind: 'retail', lots }),
    told('sale', 'E-2', 30, {
      ...{ ...goods, saleKind: 'wholesale', lots },
      documents: [{ role: 'voucher', type: 'sales_voucher', number: 'VWHO2' }],
    }),
    told('sale', null, 100, { ...goods, saleKind: 'summary' }),
  ])
  await followToTheEnd(pool)
  const some = { sold: '0', left: '100', maybeSold: '60' }
  expect(await rehearse('WHO1')).toMatchObject(some)
  expect(await rehearse('WHO1', {}, { systems: ['market'], regions: [] })).toMatchObject(some)
})
