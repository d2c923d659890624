import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, told, here } = withMarket()

/** A place of this test's own, beside its market: `cn.mofcom.node9:<market + n>`. */
const there = (n: number) => `cn.mofcom.node9:${Number(here().split(':')[1]) + 1000 * n}`
const moved = (one: object, n: number, more: object = {}) => {
  const { sites, key, ...rest } = one as { sites: { role: string }[]; key: string[] }
  const ids = [{ scheme: 'cn.mofcom.node9', value: there(n).split(':')[1] }]
  return {
    ...rest,
    key: [`${key[0]}-${n}`],
    sites: sites.map((site) => (site.role === 'market' ? { ...site, ids } : site)),
    ...more,
  }
}
/** Of each hold in force its kind, place, stalls and mass. */
const holds = async () => {
  const { rows } = await api.pool.query(
    `select distinct on (record_id) record_id, body from record_versions where kind = 'hold' and position > $1 order by record_id, version desc`,
    [since],
  )
  return rows
    .map(({ body }) => JSON.parse(body))
    .map(({ holdKind, sites, quantity }) => [
      holdKind,
      sites
        .flatMap(({ role, ids }: never) =>
          role === 'market' || role === 'store'
            ? (ids as { value: string }[]).map(({ value }) => `cn.mofcom.node9:${value}`)
            : [],
        )
        .join(),
      sites.flatMap(({ role, name }: never) => (role === 'stall' ? [name] : [])).join(),
      quantity?.value ?? null,
    ])
    .sort()
}
let since = '0'
const begin = async () => {
  since = (await api.pool.query('select coalesce(max(position), 0) as head from record_versions')).rows[0]
    .head
}

test.each(['names it', 'names no lot'])(
  'a lot that came to two markets is stopped in both, each with its own stalls and mass, where its test %s',
  async (how) => {
    await begin()
    await send(entry(1, 'A-1', SPINACH), moved(entry(1, 'Z-9', SPINACH), 1))
    const lots = how === 'names it' ? { lots: entry(1, 'A-1', SPINACH).lots } : {}
    await send(moved(rapid('r1', 'Z-9', SPINACH, lots), 1))
    expect(await holds()).toEqual([
      ['stop_sale', here(), 'A-1', '10'],
      ['stop_sale', there(1), 'Z-9', '10'],
    ])
    expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1)], '20']])
    await send(moved(laboratory('l1', 1, 'fail'), 1))
    expect((await holds()).map(([kind, place]) => [kind, place])).toEqual([
      ['recall', here()],
      ['recall', there(1)],
    ])
  },
)

test('stores of one name that have codes of their own are each told to stop a lot, and one under its name alone is none beside', async () => {
  await begin()
  const named = (one: object) => {
    const { sites, ...rest } = one as { sites: { role: string }[] }
    return {
      ...rest,
      sites: sites.map((site) => (site.role === 'market' ? { ...site, name: '示例连锁超市' } : site)),
    }
  }
  const byName = {
    ...entry(1, 'A-1', SPINACH),
    key: [`${here()}-by-name`],
    sites: [{ role: 'market', name: '示例连锁超市', ids: [] }],
  }
  await send(named(entry(1, 'A-1', SPINACH)), named(moved(entry(1, 'Z-9', SPINACH), 1)), byName)
  await send(rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  expect((await holds()).map(([kind, place]) => [kind, place])).toEqual([
    ['stop_sale', here()],
    ['stop_sale', there(1)],
  ])
})

test('two stalls of one market that have goods of one lot are both named, first the one where it failed', async () => {
  await begin()
  await send(entry(1, 'A-1', SPINACH), { ...entry(1, 'B-2', SPINACH), key: [`${here()}-second`] })
  await send(rapid('r1', 'B-2', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  expect(await holds()).toEqual([['stop_sale', here(), 'B-2,A-1', '20']])
})

test('a place where a lot was found that no record brought there is told to stop it, too', async () => {
  await begin()
  await send(entry(1, 'A-1', SPINACH))
  await send(moved(rapid('r1', 'Z-9', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }), 1))
  expect(await holds()).toEqual([
    ['stop_sale', here(), 'A-1', '10'],
    ['stop_sale', there(1), 'Z-9', null],
  ])
})

test('a place whose goods of the lot were taken back is released, and the other goes on', async () => {
  await begin()
  const second = moved(entry(1, 'Z-9', SPINACH), 1)
  await send(entry(1, 'A-1', SPINACH), second)
  await send(rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  await send({ ...second, status: 'void' })
  expect((await holds()).map(([kind, place]) => [kind, place])).toEqual([
    ['release', there(1)],
    ['stop_sale', here()],
  ])
  expect((await cards()).length).toBe(1)
})

test('goods that went on inside a market are weighed once', async () => {
  await begin()
  const { lots } = entry(1, 'A-1', SPINACH)
  const bought = {
    ...entry(2, 'B-2', SPINACH),
    lots: [...entry(2, 'B-2', SPINACH).lots, { ...lots[0], role: 'source' }],
    quantity: { value: '4', unit: 'KGM' },
  }
  await send(entry(1, 'A-1', SPINACH), bought, rapid('r1', 'A-1', SPINACH, { lots }))
  expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1), code(2)], '10']])
  expect(await holds()).toEqual([['stop_sale', here(), 'A-1,B-2', '10']])
})

test('a suspect is not sold where it was tested, and in the other market as before', async () => {
  await begin()
  const LEEK = { name: '韭菜', class: 'vegetable' }
  await send(entry(1, 'A-1', LEEK), moved(entry(1, 'Z-9', LEEK), 1), {
    ...entry(1, 'B-2', LEEK),
    key: [`${here()}-b`],
  })
  const test = { item: '有机磷', verdict: 'fail', screening: true, method: '酶抑制法', raw: '阳性' }
  await send(rapid('r1', 'B-2', LEEK, { lots: entry(1, 'A-1', LEEK).lots, test }))
  expect((await told()).map(({ state }) => state)).toEqual(['suspect'])
  expect((await holds()).map(([kind, place, stalls]) => [kind, place, stalls])).toEqual([
    ['stop_sale', here(), 'B-2'],
  ])
})

test('the card of a case tells of a lot each place at which it is held, with its hold record, and none where it was let go', async () => {
  const away = moved(entry(1, 'B-7', SPINACH), 1)
  await send(
    entry(1, 'A-1', SPINACH),
    away,
    rapid('t', 'A-1', SPINACH, { lots: laboratory('x', 1, 'fail').lots }),
  )
  const placesOf = async () => {
    const [own] = await cards()
    const { lots, holds } = (await api.call('GET', `/v1/cases/${own?.id}`)).json()
    const placeOf = new Map(holds.map((one: { record: string; place: string }) => [one.record, one.place]))
    return lots.map((lot: { places: { hold: string; site: string; region: string }[] }) =>
      lot.places.map(({ hold, site, region }) => [placeOf.get(hold), site, region]),
    )
  }
  const place = (key: string) => [key, key.split(':')[1], '330105']
  expect(await placesOf()).toEqual([[place(here()), place(there(1))]])
  await send({ ...away, status: 'void' })
  expect(await placesOf()).toEqual([[place(here())]])
  await send(laboratory('l', 1, 'pass'))
  expect(await placesOf()).toEqual([[]])
})

test('a market to which a farm sent a lot is told while the goods are on their way, and once they came in by its own record', async () => {
  await begin()
  const destination = {
    role: 'destination',
    ids: [{ scheme: 'cn.mofcom.node9', value: there(1).split(':')[1] }],
  }
  const { lots, sites, ...farm } = entry(1, 'A-1', SPINACH)
  const sent = {
    ...farm,
    ...{ kind: 'dispatch', key: [`${here()}-sent`], sites: [sites[0], destination] },
    destination: { code: '330110', year: 2026 },
    lots: [{ ...lots[0], role: 'source' }],
  }
  const made = { ...farm, kind: 'production', key: [`${here()}-made`], sites: [sites[0]], lots }
  await send(made, sent, laboratory('l1', 1, 'fail'))
  expect((await holds()).map(([kind, place]) => [kind, place])).toEqual([
    ['recall', here()],
    ['recall', there(1)],
  ])
  await send(moved(entry(1, 'Z-9', SPINACH), 1))
  expect((await holds()).map(([kind, place, stalls]) => [kind, place, stalls])).toEqual([
    ['recall', here(), ''],
    ['recall', there(1), 'Z-9'],
  ])
  await send({ ...sent, status: 'void' }, { ...moved(entry(1, 'Z-9', SPINACH), 1), status: 'void' })
  expect((await holds()).map(([kind, place]) => [kind, place])).toEqual([
    ['recall', here()],
    ['release', there(1)],
  ])
})

test('a market that tells of nothing but sales of a lot, or of sales under its paper, is told to stop it', async () => {
  await begin()
  const paper = { role: 'upstream', type: 'promise_cert', number: `HGZ${here().split(':')[1]}` }
  const { lots, sites, ...farm } = entry(1, 'A-1', SPINACH) as Record<string, unknown> & {
    lots: object[]
    sites: { ids: object[] }[]
  }
  const voucher = { role: 'voucher', type: 'sales_voucher', number: `XS${here().split(':')[1]}` }
  const out = {
    ...{ ...farm, sites: [{ ...sites[0], role: 'farm' }] },
    ...{ kind: 'dispatch', key: [`${here()}-out`], documents: [paper] },
    lots: [{ ...lots[0], role: 'source' }],
  }
  const sale = { ...farm, sites, kind: 'sale', saleKind: 'wholesale' }
  await send(out, moved({ ...sale, lots: [{ ...lots[0], role: 'source' }] }, 1))
  await send(moved({ ...sale, documents: [paper, voucher] }, 2), laboratory('l1', 1, 'fail'))
  expect((await holds()).map(([kind, place]) => [kind, place])).toEqual([
    ['recall', here()],
    ['recall', there(1)],
    ['recall', there(2)],
  ])
})

test('a slaughterhouse to which a lot was sent is named as one in the order to it', async () => {
  await begin()
  const { lots, sites, ...farm } = entry(1, 'A-1', SPINACH) as Record<string, unknown> & {
    lots: object[]
    sites: object[]
  }
  const ids = [{ scheme: 'cn.mofcom.node9', value: there(1).split(':')[1] }]
  const sent = {
    ...farm,
    ...{ kind: 'dispatch', key: [`${here()}-to`], lots: [{ ...lots[0], role: 'source' }] },
    sites: [sites[0], { role: 'destination', kind: 'slaughterhouse', ids }],
  }
  await send(sent, laboratory('l1', 1, 'fail'))
  const { rows } = await api.pool.query(
    `select body from record_versions where kind = 'hold' and position > $1 and record_id like $2`,
    [since, `%${encodeURIComponent(there(1))}`],
  )
  expect(rows.map(({ body }) => JSON.parse(body).sites)).toEqual([
    [{ role: 'slaughterhouse', kind: 'slaughterhouse', ids }],
  ])
})
