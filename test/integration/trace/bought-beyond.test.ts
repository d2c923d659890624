import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const on = '2024-04-20'
const nowMs = Date.parse(`${on}T10:00:00Z`)
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const [FARM, FIRST, OTHER, BUYER] = ['龙游示例合作社', '甲示例商行', '丁示例商行', '乙示例商行'] as const
const [HERE, THERE, BEYOND] = ['330109004', '330402003', '330105031'] as const

let keys = 0
let run = 0
/** The number of a certificate that nobody used yet. */
const paperNo = () => `U${run++}`
interface Told {
  readonly system?: string
  readonly site?: string
  readonly named?: string
  readonly day?: string
  readonly quantity?: Body['quantity']
  readonly body?: Partial<Body>
}
const told = (
  kind: Written['kind'],
  kilograms: number,
  { system = 'city', site = HERE, named, day = '2024-04-15', quantity, body }: Told,
): Written => ({
  ...{ kind, system, key: `k${keys++}` },
  body: {
    occurredAt: { at: `${day}T02:00:00+08:00`, precision: 'second' },
    product: { name: '番茄', class: 'vegetable' },
    quantity: quantity ?? { value: String(kilograms), unit: 'KGM' },
    sites: [
      {
        role: 'market',
        name: named ?? `市场${site}`,
        ids: named === undefined ? [{ scheme: 'cn.mofcom.node9', value: site }] : [],
      },
    ],
    ...body,
  },
})
const under = (number: string) => [{ role: 'upstream' as const, type: 'promise_cert', number }]
const party = <R extends string>(role: R, name: string) => ({ role, name, ids: [] })
const paper = (number: string, kilograms = 1000) =>
  told('document', kilograms, {
    body: {
      parties: [party('issuer', FARM)],
      documents: [{ role: 'self', type: 'promise_cert', number }],
      sites: [],
    },
  })
const came = (number: string, kilograms: number, owner: string, from: string | null, more: Told = {}) =>
  told('entry', kilograms, {
    ...more,
    body: {
      documents: under(number),
      parties: [party('owner', owner), ...(from === null ? [] : [party('supplier', from)])],
      ...more.body,
    },
  })
const sold = (
  number: string,
  kilograms: number,
  from: string,
  to: string | null,
  more: Told & { refund?: boolean } = {},
) =>
  told('sale', kilograms, {
    ...more,
    body: {
      ...{ saleKind: 'wholesale', documents: under(number), ...(more.refund ? { refund: true } : {}) },
      parties: [party('seller', from), ...(to === null ? [] : [party('buyer', to)])],
    },
  })
/** Who brought in all that the paper states. */
const first = (number: string) => [paper(number), came(number, 1000, FIRST, FARM)]

/** What was used of a paper, the places of its use, and what the gate says of its use. */
async function usedOf(number: string): Promise<string> {
  const page = await readDocument(pool, { type: 'any', number, on, nowMs })
  const { papers } = await checkPapers(pool, [{ number, on, quantity: '1', unit: '公斤' }], nowMs)
  const [checked] = papers
  expect(checked?.left).toEqual(page.left)
  const over = page.reasons.some(({ code }) => code === 'over_used') ? ' over' : ''
  const gate = checked?.reasons.filter(({ code }) => ['used_up', 'more_than_left'].includes(code)) ?? []
  return `${page.usedKg}${over} at ${page.siteCount}${gate.map(({ code }) => ` ${code}`).join('')}`
}
const ALL = '1000 at 1 used_up'
const OVER = '1240 over at 2 used_up'

/** An entry of who bought, that does not say of whom. */
const entered = (number: string, kilograms: number, more: Told = {}) =>
  came(number, kilograms, BUYER, null, { site: THERE, ...more })

/** What is said of a paper under which these were told behind the arrival of all that it states. */
async function saidOf(records: (number: string) => readonly Written[]): Promise<string> {
  const number = paperNo()
  await storeRecords(pool, [...first(number), ...records(number)])
  return usedOf(number)
}

test('of what a buyer entered only as much was bought on as is told to have been sold to him under the paper, in whatever order it is told', async () => {
  for (const written of ['0123', '3210', '2031', '3102']) {
    const order = [...written].map(Number)
    const number = paperNo()
    const records = [...first(number), sold(number, 10, FIRST, BUYER), entered(number, 250)]
    for (const n of order) await storeRecords(pool, [records[n] as Written])
    expect(await usedOf(number), written).toBe(OVER)
  }
})

test('who bought all that he entered, as far as scales agree, and who names his seller, used nothing more of the paper', async () => {
  for (const kilograms of [250, 245.1, 300])
    expect(
      await saidOf((number) => [sold(number, kilograms, FIRST, BUYER), entered(number, 250)]),
      String(kilograms),
    ).toBe(ALL)
  expect(await saidOf((number) => [sold(number, 244, FIRST, BUYER), entered(number, 250)])).toBe(
    '1006 over at 2 used_up',
  )
  // His seller had the goods under the paper, and need not tell of each sale by it.
  expect(
    await saidOf((number) => [
      sold(number, 10, FIRST, BUYER),
      came(number, 250, BUYER, FIRST, { site: THERE }),
    ]),
  ).toBe(ALL)
})

test('what several sellers sold to a buyer adds up, and what several systems tell of one sale or of one entry counts once', async () => {
  const others = (number: string) => [
    sold(number, 150, FIRST, OTHER),
    sold(number, 100, FIRST, BUYER),
    sold(number, 100, OTHER, BUYER),
    sold(number, 50, OTHER, BUYER, { site: BEYOND }),
  ]
  expect(await saidOf((number) => [...others(number), entered(number, 250)])).toBe(ALL)
  expect(await saidOf((number) => [...others(number), entered(number, 350)])).toBe('1100 over at 2 used_up')
  const platform = { system: 'platform' }
  expect(
    await saidOf((number) => [
      ...[sold(number, 10, FIRST, BUYER), sold(number, 10, FIRST, BUYER, platform)],
      ...[entered(number, 250), entered(number, 254, platform)],
    ]),
  ).toBe(OVER)
  const named = { ...platform, named: `市场${THERE}` }
  expect(
    await saidOf((number) => [
      ...[sold(number, 250, FIRST, BUYER), sold(number, 250, FIRST, BUYER, platform)],
      ...[entered(number, 250), entered(number, 250, named)],
    ]),
  ).toBe(ALL)
  // A platform that names no place tells of the same goods, and of more where it tells more.
  const nowhere = { ...platform, body: { sites: [] } }
  const from = (number: string, entry: number, more: number, bought: number) => [
    ...[sold(number, bought, FIRST, BUYER), entered(number, entry), entered(number, more, nowhere)],
  ]
  expect(await saidOf((number) => from(number, 250, 250, 250))).toBe(ALL)
  expect(await saidOf((number) => from(number, 250, 250, 10))).toBe(OVER)
  expect(await saidOf((number) => from(number, 10, 250, 10))).toBe(OVER)
  const here = (number: string) => [
    entered(number, 250, { ...platform, site: HERE }),
    sold(number, 10, FIRST, BUYER),
  ]
  expect(await saidOf(here)).toBe('1240 over at 1 used_up')
  // What is rounded to tens beside it is no more.
  expect(
    await saidOf((number) => [
      ...[sold(number, 243, FIRST, BUYER), entered(number, 243), entered(number, 250, platform)],
    ]),
  ).toBe(ALL)
})

test('what a buyer enters at several markets is held together against what he bought, and what came in last is beyond it', async () => {
  expect(
    await saidOf((number) => [
      sold(number, 100, FIRST, BUYER),
      entered(number, 60, { day: '2024-04-16' }),
      entered(number, 280, { site: BEYOND, day: '2024-04-15', system: 'beyond' }),
    ]),
  ).toBe('1240 over at 3 used_up')
  expect(
    await saidOf((number) => [
      sold(number, 10, FIRST, BUYER),
      entered(number, 240, { system: 'there' }),
      entered(number, 10, { site: BEYOND }),
    ]),
  ).toBe(OVER)
  expect(
    await saidOf((number) => [
      sold(number, 250, FIRST, BUYER),
      entered(number, 150, { system: 'there' }),
      entered(number, 100, { site: BEYOND }),
    ]),
  ).toBe(ALL)
})

test('what went back before goods came in was not bought on, and what came in before it went back was', async () => {
  const back = (day: string) => (number: string) => [
    sold(number, 250, FIRST, BUYER),
    sold(number, 240, FIRST, BUYER, { refund: true, day }),
    entered(number, 250, { day: '2024-04-16' }),
  ]
  expect(await saidOf(back('2024-04-15'))).toBe(OVER)
  expect(await saidOf(back('2024-04-16'))).toBe(ALL)
  expect(await saidOf(back('2024-04-17'))).toBe(ALL)
  expect(await saidOf((number) => [...back('2024-04-15')(number), sold(number, 240, FIRST, BUYER)])).toBe(ALL)
})

test('nobody knows how much was bought on where a sale tells no mass, or heads alone, and nothing more is used then', async () => {
  const heads = { quantity: { value: '3', unit: 'HEA' } } satisfies Told
  expect(await saidOf((number) => [sold(number, 0, FIRST, BUYER, heads), entered(number, 250)])).toBe(ALL)
  expect(
    await saidOf((number) => {
      const { body, ...sale } = sold(number, 0, FIRST, BUYER)
      const { quantity: _, ...untold } = body
      return [sold(number, 10, FIRST, BUYER), { ...sale, body: untold }, entered(number, 250)]
    }),
  ).toBe(ALL)
  const number = paperNo()
  await storeRecords(pool, [
    told('document', 0, {
      quantity: { value: '10', unit: 'HEA' },
      body: { documents: [{ role: 'self', type: 'promise_cert', number }], sites: [] },
    }),
    came(number, 0, FIRST, FARM, { quantity: { value: '10', unit: 'HEA' } }),
    sold(number, 0, FIRST, BUYER, heads),
    entered(number, 0, { quantity: { value: '5', unit: 'HEA' } }),
  ])
  const page = await readDocument(pool, { type: 'any', number, on, nowMs })
  expect([page.used, page.left]).toEqual([[{ value: '12', unit: 'HEA' }], { value: '-2', unit: 'HEA' }])
})

test('what other places sold to nobody knows whom a buyer may have bought, and what they sold to others, and he himself to nobody knows whom, not', async () => {
  const more = (number: string) => [sold(number, 10, FIRST, BUYER), entered(number, 250)]
  expect(await saidOf((number) => [...more(number), sold(number, 240, FIRST, null)])).toBe(ALL)
  expect(await saidOf((number) => [...more(number), sold(number, 100, FIRST, null)])).toBe(
    '1140 over at 2 used_up',
  )
  expect(await saidOf((number) => [...more(number), sold(number, 990, FIRST, OTHER)])).toBe(OVER)
  expect(await saidOf((number) => [...more(number), sold(number, 250, BUYER, null, { site: THERE })])).toBe(
    OVER,
  )
})

test('a sale or an entry that is corrected or made void changes at once how much was bought on', async () => {
  const number = paperNo()
  const sale = sold(number, 250, FIRST, BUYER)
  const entry = entered(number, 250)
  await storeRecords(pool, [...first(number), sale, entry])
  expect(await usedOf(number)).toBe(ALL)
  const less = { value: '10', unit: 'KGM' as const }
  await storeRecords(pool, [{ ...sale, version: 2, body: { ...sale.body, quantity: less } }])
  expect(await usedOf(number)).toBe(OVER)
  await storeRecords(pool, [{ ...entry, version: 2, body: { ...entry.body, quantity: less } }])
  expect(await usedOf(number)).toBe(ALL)
  await storeRecords(pool, [{ ...entry, version: 3 }])
  expect(await usedOf(number)).toBe(OVER)
  await storeRecords(pool, [{ ...entry, version: 4, status: 'void' }])
  expect(await usedOf(number)).toBe(ALL)
})

test('the page of a paper says of an entry that is more than was bought that it counts, and of one that is not that it does not', async () => {
  const counted = async (kilograms: number) => {
    const number = paperNo()
    await storeRecords(pool, [...first(number), sold(number, kilograms, FIRST, BUYER), entered(number, 250)])
    const { uses } = await readDocument(pool, { type: 'any', number, on, nowMs })
    return uses.map((use) => `${use.kind} ${use.massKg} ${use.counted}`).sort()
  }
  const all = (isCounted: boolean) => ['entry 1000 true', `entry 250 ${isCounted}`]
  expect(await counted(10)).toEqual([...all(true), 'sale 10 false'])
  expect(await counted(250)).toEqual([...all(false), 'sale 250 false'])
})

test('the gate lets in no more than is left when what a buyer entered beyond his purchases is used', async () => {
  const number = paperNo()
  await storeRecords(pool, [
    ...[paper(number, 1300), came(number, 1000, FIRST, FARM), sold(number, 10, FIRST, BUYER)],
    entered(number, 250),
  ])
  const check = async (quantity: string) => {
    const { papers } = await checkPapers(pool, [{ number, on, quantity, unit: '公斤' }], nowMs)
    return [papers[0]?.left?.value, ...(papers[0]?.reasons.map(({ code }) => code) ?? [])]
  }
  expect(await check('60')).toEqual(['60', 'fields_missing'])
  expect(await check('61')).toEqual(['60', 'fields_missing', 'more_than_left'])
})
