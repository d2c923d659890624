import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recallSheet } from '#core/recall/sheet.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { rehearseRecall } from '#flow/recall/rehearse.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { createLink } from '#store/links.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { pushSamples } from '#test/sample-day.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { rehearsalText } from '../../../src/cli/recall.ts'

const registry = await loadRegistry('mappings')
const systems = [...registry.systems.keys()]
const database = withDatabase()
let pool: Pool

/** The whole sample day, as test/integration/trace/whole-day.test.ts sends it. */
beforeAll(async () => {
  pool = createPool({ url: database.url })
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  await pushSamples(intake, registry)
  await intake.close()
  await followToTheEnd(pool)
}, 180_000)
afterAll(() => pool.end())

const rehearse = (wish: Omit<Parameters<typeof rehearseRecall>[1], 'systems'>) =>
  rehearseRecall({ pool, clock: Date.now }, { ...wish, systems })
type Found = Awaited<ReturnType<typeof rehearse>>
const balance = ({ mass }: Found, unit = 'KGM', stage = 0) =>
  mass.find((one) => one.unit === unit && one.stage === stage)
/** What each lot beyond the source got, greatest first. */
const came = ({ lots }: Found): number[] =>
  lots
    .filter(({ source }) => !source)
    .map((lot) => Number(lot.came[0]?.value))
    .sort((a, b) => b - a)
const stalls = ({ regions }: Found): (string | null)[] =>
  regions.flatMap(({ markets }) =>
    markets.flatMap(({ code, name, stalls: here }) =>
      here
        .filter(({ lots }) => lots > 0)
        .map(({ booth, name: keeper }) => `${code ?? name} ${booth ?? keeper}`),
    ),
  )

test('tomatoes: 300 kg left the farm, 100, 80 and 120 are found at two stalls and in Shanghai, from whichever lot it begins', async () => {
  const found = await rehearse({ code: '33010501224041500002' })
  expect(found.sources).toEqual(['lot:33082500724041500001'])
  expect(balance(found)).toMatchObject({ stated: '300', found: '300', notFound: '0' })
  expect(balance(found)?.where).toMatchObject({ leftRegion: '120', atSites: '138.7', soldRetail: '41.3' })
  expect(came(found)).toEqual([120, 100, 80])
  expect(balance(found)?.away).toMatchObject({ atSites: '120', soldRetail: '0' })
  expect(rehearsalText(found, true)).toContain('已出省 120, ')
  expect(rehearsalText(found, true)).toContain('已出省：应仍在场 120')
  expect(found.numbers).toMatchObject({ lots: 4, sites: { farm: 1, stall: 3, market: 3, business: 1 } })
  const same = await rehearse({ document: 'HGZ20240415-7K3M' })
  expect(same.mass).toEqual(found.mass)
  expect(same.lots).toEqual(found.lots)
})

test('bokchoy: 90 = 50 + 40, at the two stalls that must stop its sale; seller and farm are told', async () => {
  const found = await rehearse({ code: '33010501224041500003' })
  expect(balance(found)).toMatchObject({ stated: '90', found: '90', notFound: '0' })
  expect(came(found)).toEqual([50, 40])
  expect(stalls(found)).toEqual(['330105012 B-045', '330110021 阿芳示例蔬菜摊'])
  expect(found.parties.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['龙游溪口示例蔬菜专业合作社', '嘉禾示例果蔬商行']),
  )
})

test('spinach that a stall wrote down in two systems is one lot of 200 kg, also where only names say so', async () => {
  for (const confidence of [0.8, 0.95]) {
    const found = await rehearse({ code: '33082500724041500004', confidence })
    expect(balance(found)).toMatchObject({ stated: '260', found: '260', notFound: '0' })
    expect(came(found)).toEqual([260, 200, 60])
  }
})

test('cabbage: what nobody tells of is not found', async () => {
  const found = await rehearse({ code: '33082500724041500003' })
  expect(balance(found)).toMatchObject({ stated: '500', found: '120', notFound: '380' })
})

test('pigs are counted in heads, pork in kilograms, and neither with the other', async () => {
  const found = await rehearse({ code: '3308000217', direction: 'forward' })
  expect(balance(found, 'HEA')).toMatchObject({ stated: '20', found: '20', notFound: '0' })
  expect(balance(found, 'KGM', 1)).toMatchObject({ stated: null, notFound: null })
  expect(found.lots.find(({ codes }) => codes.includes('lot:33010501224041500001'))?.came).toEqual([
    { value: '185.5', unit: 'KGM' },
  ])
})

test('a sheet, lines for a person, and the links that would be told, of which none is told', async () => {
  const wish = { url: 'https://receiver.example/in', cursor: 0n }
  await createLink(pool, { ...wish, name: 'city', filter: { regions: ['330100'] } })
  await createLink(pool, { ...wish, name: 'far', filter: { regions: ['440000'] } })
  await createLink(pool, { ...wish, name: 'sales alone', filter: { kinds: ['sale'] } })
  const counts = () =>
    pool.query('select (select count(*) from record_versions) v, (select count(*) from deliveries) d')
  const before = await counts()
  const found = await rehearse({ code: '33010501224041500003' })
  expect(found.links.map(({ name }) => name)).toEqual(['city'])
  expect((await counts()).rows).toEqual(before.rows)
  const { columns, rows } = recallSheet(found, 'zh')
  for (const row of rows) expect(row).toHaveLength(columns.length)
  expect(rows.filter(([part]) => part === '场所').length).toBeGreaterThanOrEqual(7)
  expect(rehearsalText(found, false)).toMatch(/stated 90, found 90, not found 0 kg/)
})

test('a code that nothing mentions is not found', async () => {
  await expect(rehearse({ code: 'NOTHING-0000' })).rejects.toMatchObject({ code: 'not_found' })
})

const DAY = { at: '2026-03-02T06:00:00+08:00', precision: 'minute' as const }
const kg = (value: string) => ({ value, unit: 'KGM' as const })
const lot = (role: 'subject' | 'source', value: string) => ({ role, scheme: 'cn.mofcom.trace20b', value })
const SPINACH = { name: '菠菜', class: 'vegetable' as const }
const told = (kind: Written['kind'], key: string, body: Written['body']): Written => ({
  ...{ kind, system: 'plant', key },
  body: { occurredAt: DAY, product: SPINACH, ...body },
})
const dispatched = (key: string, mass: string, more: Written['body'] = {}) =>
  told('dispatch', `d${key}`, {
    sites: [{ role: 'farm', name: '示例合作社', ids: [] }],
    lots: [lot('subject', key)],
    quantity: kg(mass),
    ...more,
  })

test('of a voucher with two products only the goods are counted that the rehearsal is about', async () => {
  const voucher = { type: 'sales_voucher' as const, number: 'TWO1' }
  const sold = (key: string, from: string, product: object, mass: string) =>
    told('sale', key, {
      saleKind: 'wholesale',
      product,
      lots: [lot('subject', from)],
      documents: [{ role: 'voucher', ...voucher }],
      quantity: kg(mass),
    })
  const came = (key: string, product: object, mass: string) =>
    told('entry', key, {
      product,
      lots: [lot('subject', key)],
      documents: [{ role: 'upstream', ...voucher }],
      quantity: kg(mass),
    })
  const celery = { name: '芹菜', class: 'vegetable' }
  await storeRecords(pool, [
    dispatched('TWOA', '100'),
    dispatched('TWOB', '70', { product: celery as never }),
    ...[sold('sA', 'TWOA', SPINACH, '60'), sold('sB', 'TWOB', celery, '70')],
    ...[came('TWOC', SPINACH, '60'), came('TWOD', celery, '70')],
  ])
  const found = await rehearse({ code: 'TWOA', direction: 'forward' })
  expect(found.lots.flatMap(({ codes }) => codes).sort()).toEqual(['doc:TWO1', 'lot:TWOA', 'lot:TWOC'])
  expect(balance(found)).toMatchObject({ stated: '100', found: '60', notFound: '40' })
  expect((await rehearse({ code: 'TWOC' })).sources).toEqual(['lot:TWOA'])
})

test('goods that were mixed from dispatches some steps and one step before are recalled from all of them', async () => {
  const entry = (key: string, from: readonly string[], mass: string) =>
    told('entry', key, {
      lots: [lot('subject', key), ...from.map((one) => lot('source', one))],
      quantity: kg(mass),
    })
  await storeRecords(pool, [
    ...[dispatched('MIXA', '30'), dispatched('MIXB', '50')],
    ...[entry('MIXC', ['MIXB'], '50'), entry('MIXD', ['MIXA', 'MIXC'], '80')],
  ])
  const found = await rehearse({ code: 'MIXD' })
  expect([...found.sources].sort()).toEqual(['lot:MIXA', 'lot:MIXB'])
  expect(balance(found)).toMatchObject({ stated: '80', found: '80', notFound: '0' })
})

const entered = (key: string, from: readonly string[], mass: string, more: Written['body'] = {}) =>
  told('entry', key, {
    lots: [lot('subject', key), ...from.map((one) => lot('source', one))],
    quantity: kg(mass),
    ...more,
  })
const upstream = (number: string) => ({ role: 'upstream' as const, type: 'other' as const, number })

test('a way back on which nothing was dispatched is recalled from its beginning, beside one that has a dispatch', async () => {
  await storeRecords(pool, [
    ...[dispatched('NODA', '30'), entered('NODB', [], '20')],
    ...[entered('NODC', ['NODA', 'NODB'], '40'), entered('NODD', ['NODB'], '5')],
  ])
  const found = await rehearse({ code: 'NODC' })
  expect(found.sources).toEqual(['lot:NODA', 'lot:NODB'])
  expect(found.lots.flatMap(({ codes }) => codes).sort()).toEqual(
    ['NODA', 'NODB', 'NODC', 'NODD'].map((one) => `lot:${one}`),
  )
  expect(balance(found)).toMatchObject({ stated: '50', found: '50', notFound: '0' })
})

test('a paper of which no record tells the product does not make all goods of a voucher those that are asked for', async () => {
  const celery = { name: '芹菜', class: 'vegetable' } as const
  await storeRecords(pool, [
    told('document', 'PAPR', {
      product: undefined as never,
      lots: [lot('subject', 'PAPA')],
      documents: [{ role: 'self', type: 'promise_cert', number: 'PAPX' }],
    }),
    ...[dispatched('PAPA', '60'), entered('PAPB', [], '9', { documents: [upstream('PAPX')] })],
    entered('PAPC', [], '9', { documents: [upstream('PAPX')], product: celery }),
  ])
  const found = await rehearse({ code: 'PAPA' })
  expect(found.lots.flatMap(({ codes }) => codes).sort()).toEqual(['doc:PAPX', 'lot:PAPA', 'lot:PAPB'])
})

test('what a stall sold by tickets that name no lot is sold of what was there, as sure as a hold spreads', async () => {
  const sites = [
    { role: 'market' as const, ids: [{ scheme: 'cn.mofcom.node9', value: '330199001' }] },
    { role: 'stall' as const, name: 'A-9', ids: [] },
  ]
  const ticket = (key: string, mass: string) =>
    told('sale', key, { saleKind: 'retail', sites, quantity: kg(mass) })
  await storeRecords(pool, [entered('TICA', [], '50', { sites }), ticket('tic1', '3'), ticket('tic2', '4')])
  await followToTheEnd(pool)
  const found = await rehearse({ code: 'TICA' })
  expect(found.numbers.lots).toBe(1)
  expect(balance(found)?.where).toMatchObject({ atSites: '43', soldRetail: '7' })
})

test.each(['source', 'forward'] as const)(
  'a way that is longer than is walked is said to be cut (%s)',
  async (direction) => {
    const length = 33
    const name = (n: number) => `LNG${direction === 'source' ? 'S' : 'F'}${n}`
    await storeRecords(
      pool,
      Array.from({ length }, (_, n) => entered(name(n), n === 0 ? [] : [name(n - 1)], '5')),
    )
    const near = await rehearse({ code: name(direction === 'source' ? 25 : 5), direction })
    expect([near.truncated, near.numbers.lots]).toEqual([false, direction === 'source' ? length : length - 5])
    const far = await rehearse({ code: name(direction === 'source' ? length - 1 : 0), direction })
    expect([far.truncated, far.numbers.lots]).toEqual([true, 31])
  },
)

test('what the hub knew at a time is reached as it was known, and what a correction took away is not reached now', async () => {
  const late = { ...entered('ATTB', ['ATTA'], '6'), receivedAt: '2026-03-03T00:00:00Z' }
  const moved = {
    ...late,
    version: 2,
    receivedAt: '2026-03-05T00:00:00Z',
    body: entered('ATTB', [], '6').body,
  }
  await storeRecords(pool, [dispatched('ATTA', '10'), late, moved])
  const lots = async (at?: string) =>
    (await rehearse({ code: 'ATTA', ...(at ? { at } : {}) })).lots.flatMap(({ codes }) => codes).sort()
  expect(await lots('2026-03-02T00:00:00Z')).toEqual(['lot:ATTA'])
  expect(await lots('2026-03-04T00:00:00Z')).toEqual(['lot:ATTA', 'lot:ATTB'])
  expect(await lots()).toEqual(['lot:ATTA'])
})

test('of a lot that is told in heads and in kilograms and sold by the kilogram it is not told how many heads should still be there', async () => {
  const sites = [{ role: 'market' as const, ids: [{ scheme: 'cn.mofcom.node9', value: '330199002' }] }]
  const both = { sites, quantity: { value: '10', unit: 'HEA' as const }, mass: kg('1000') }
  await storeRecords(pool, [
    entered('HEDA', [], '0', both),
    told('sale', 'hed1', { sites, saleKind: 'retail', lots: [lot('subject', 'HEDA')], quantity: kg('300') }),
  ])
  const found = await rehearse({ code: 'HEDA' })
  expect(balance(found)).toMatchObject({ stated: '1000', found: '1000', notFound: '0' })
  expect(balance(found, 'HEA')).toMatchObject({ stated: '10', found: '0', notFound: '10' })
  expect(found.regions.flatMap(({ markets }) => markets.map(({ left }) => left))).toEqual([
    [
      { value: '0', unit: 'HEA', atLeast: true, maybeSold: '0' },
      { value: '700', unit: 'KGM', atLeast: false, maybeSold: '0' },
    ],
  ])
})

test('what less sure links would reach is told of goods that were turned into others too, and each kilogram once', async () => {
  const trader = (role: 'shipper' | 'supplier') => ({ role, name: '嘉禾示例果蔬商行', ids: [] })
  await storeRecords(pool, [
    dispatched('UNSA', '77', { parties: [trader('shipper')] }),
    entered('UNSB', [], '77', { parties: [trader('supplier')] }),
    told('transformation', 'uns1', {
      product: undefined as never,
      process: 'pack',
      input: { product: SPINACH, mass: kg('77'), lots: [{ ...lot('subject', 'UNSB'), role: 'input' }] },
      output: { product: SPINACH, mass: kg('70'), lots: [{ ...lot('subject', 'UNSC'), role: 'output' }] },
    }),
  ])
  await followToTheEnd(pool)
  const found = await rehearse({ code: 'UNSA' })
  expect(balance(found)).toMatchObject({ stated: '77', found: '0', notFound: '77' })
  expect(found.unsure).toMatchObject({ edges: 1, lots: 2, kilograms: '70' })
  const known = await rehearse({ code: 'UNSB', direction: 'forward' })
  expect(balance(known, 'KGM', 1)).toMatchObject({ stated: '70', found: '70' })
  expect(known.unsure?.kilograms).toBe('0')
})
