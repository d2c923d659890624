import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { at, paper } from '#test/trace/certificates.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const on = '2024-04-15'
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('papers', 200, [papersReader])
const follow = async (): Promise<void> => {
  while ((await follower.step(pool)) === 'more');
}

type Role = 'market' | 'slaughterhouse' | 'farm'
const site = (role: Role, name: string, code?: string) => ({
  ...{ role, name },
  ids: code === undefined ? [] : [{ scheme: 'cn.mofcom.node9', value: code }],
})
const HOUSE = site('slaughterhouse', '稽山示例肉联厂', '330603001')
const MARKET = site('market', '甲市场', '330105012')
const OTHER = site('market', '乙市场', '330402003')
const party = <R extends string>(role: R, name: string) => ({ role, name, ids: [] })
const SELLER = '稽山示例肉品有限公司'
const STALL = '甲示例肉摊'

let run = 0
const told = (kind: Written['kind'], body: Partial<Body>, more: Partial<Written> = {}): Written => ({
  ...{ kind, system: 'platform', key: `k${run++}` },
  ...more,
  body: {
    occurredAt: at('2024-04-15T02:00:00'),
    region: { code: '330105', year: 2024 },
    product: { name: '带皮片猪', class: 'pork' },
    ...body,
  },
})
const under = (number: string, type = 'product_B') => [{ role: 'upstream' as const, type, number }]
const slaughter = (number: string, of = HOUSE) =>
  told('transformation', {
    ...{ process: 'slaughter', region: { code: '330603', year: 2024 }, sites: [of] },
    parties: [party('owner', SELLER)],
    output: {
      documents: [
        { role: 'output', type: 'product_B', number },
        { role: 'output', type: 'meat_quality', number: `Q${number}` },
      ],
    },
  })
const sale = (number: string, value: string, body: Partial<Body> = {}) =>
  told('sale', {
    ...{ saleKind: 'wholesale', region: { code: '330603', year: 2024 }, sites: [HOUSE] },
    parties: [party('seller', SELLER), party('buyer', STALL)],
    quantity: { value, unit: 'KGM' },
    documents: [
      ...[...under(number), ...under(`Q${number}`, 'meat_quality')],
      { role: 'voucher', type: 'sales_voucher', number: `V${number}` },
    ],
    ...body,
  })
const entry = (number: string, value: string, body: Partial<Body> = {}) =>
  told('entry', {
    sites: [MARKET],
    parties: [party('owner', STALL), party('supplier', SELLER)],
    quantity: { value, unit: 'KGM' },
    documents: under(number),
    ...body,
  })

/** What the gate of a market says of a paper: before the follower knows of it, and after. */
async function gate(number: string, market: ReturnType<typeof site>, quantity = '500公斤') {
  const ask = async () => {
    const asked = { number, on, quantity, product: '猪肉', site: market.ids[0]?.value ?? market.name }
    const { papers } = await checkPapers(pool, [asked], nowMs)
    return papers.map(({ verdict, reasons }) => [
      verdict,
      ...reasons.map(({ code, values }) => `${code} ${values['sites'] ?? ''}`.trim()),
    ])[0]
  }
  const before = await ask()
  await follow()
  expect(await ask()).toEqual(before)
  return before
}
const page = (number: string) => readDocument(pool, { type: 'any', number, on, nowMs })
const of = (measures: readonly { value: string }[]) => measures[0]?.value

function permutations<T>(of: readonly T[]): T[][] {
  if (of.length <= 1) return [[...of]]
  return of.flatMap((one, n) => permutations(of.toSpliced(n, 1)).map((rest) => [one, ...rest]))
}

test('what a slaughterhouse sold under the paper of its slaughter stands at the gate of the buyer, and has come in nowhere', async () => {
  for (const [n, order] of permutations([0, 1]).entries()) {
    const number = `330611770${n}`
    const records = [slaughter(number), sale(number, '500')]
    for (const one of order) await storeRecords(pool, [records[one] as Written])
    for (const one of [number, `Q${number}`, `V${number}`]) expect(await gate(one, MARKET)).toEqual(['ok'])
    const { reasons, sent, takenIn } = await page(number)
    expect([reasons, of(sent), of(takenIn)]).toEqual([[], '500', undefined])
  }
})

test('once it came in at a market it is used there, and at another market it is refused, in whatever order that is told', async () => {
  for (const [n, order] of permutations([0, 1, 2]).entries()) {
    const number = `330611780${n}`
    const records = [slaughter(number), sale(number, '500'), entry(number, '500')]
    for (const one of order) await storeRecords(pool, [records[one] as Written])
    expect(await gate(number, OTHER)).toEqual(['refuse', 'used_elsewhere 甲市场'])
    expect(await gate(number, MARKET)).toEqual(['ok'])
    const { reasons, sent, takenIn } = await page(number)
    expect([reasons, of(sent), of(takenIn)]).toEqual([[], '500', '500'])
  }
})

test('goods that the buyer sold on before anybody told that they came in have come in where they were taken', async () => {
  const number = '3306117790'
  const parties = [party('owner', '乙示例肉摊'), party('supplier', STALL)]
  await storeRecords(pool, [slaughter(number), sale(number, '500'), entry(number, '80', { parties })])
  expect(await gate(number, OTHER)).toEqual(['refuse', 'used_elsewhere 甲市场'])
  expect((await page(number)).reasons).toEqual([])
})

test('goods that came with the voucher of that sale came in under the paper, and what was bought on of them counts where nobody else tells that they came', async () => {
  const voucher = (number: string) => ({ role: 'upstream' as const, type: 'sales_voucher', number })
  const withVoucher = (number: string, value: string, body: Partial<Body> = {}) =>
    entry(number, value, { documents: [...under(number), voucher(`V${number}`)], ...body })
  const onward = (number: string) =>
    withVoucher(number, '80', {
      sites: [site('market', '丙市场', '330109004')],
      parties: [party('owner', '乙示例肉摊'), party('supplier', STALL)],
      documents: [...under(number), voucher('V9')],
    })
  const numbers = ['3306117820', '3306117821', '3306117822', '3306117823'] as const
  const [told, otherName, untold, ticket] = numbers
  for (const number of numbers) await storeRecords(pool, [slaughter(number), sale(number, '500')])
  const parties = [party('owner', STALL), party('supplier', HOUSE.name)]
  await storeRecords(pool, [
    ...[withVoucher(told, '500'), onward(told)],
    ...[withVoucher(otherName, '500', { parties }), onward(untold)],
    sale(ticket, '20', {
      ...{ saleKind: 'summary', sites: [MARKET], parties: [party('seller', STALL)] },
      documents: [...under(ticket), voucher(`V${ticket}`)],
    }),
  ])
  for (const number of [told, otherName, ticket])
    expect(await gate(number, OTHER)).toEqual(['refuse', 'used_elsewhere 甲市场'])
  expect(await gate(untold, OTHER)).toEqual(['refuse', 'used_elsewhere 丙市场'])
  expect(of((await page(told)).takenIn)).toBe('500')
})

test('a slaughterhouse that is known by its name in one record and by its code in the other is one', async () => {
  const named = site('slaughterhouse', HOUSE.name)
  await storeRecords(pool, [slaughter('3306117800', named), sale('3306117800', '500')])
  await storeRecords(pool, [slaughter('3306117801'), sale('3306117801', '500', { sites: [named] })])
  for (const number of ['3306117800', '3306117801']) expect(await gate(number, MARKET)).toEqual(['ok'])
})

test('what a place took in under a paper and sold on was used there: at a market, and at the slaughterhouse of another', async () => {
  const bought = { sites: [OTHER], parties: [party('owner', '嘉禾商行'), party('supplier', SELLER)] }
  const onward = { sites: [OTHER], parties: [party('seller', '嘉禾商行'), party('buyer', STALL)] }
  await storeRecords(pool, [
    slaughter('3306117810'),
    entry('3306117810', '500', bought),
    sale('3306117810', '500', onward),
  ])
  expect(await gate('3306117810', MARKET)).toEqual(['refuse', 'used_elsewhere 乙市场'])
  // It tells of sales and of no entries.
  await storeRecords(pool, [slaughter('3306117811'), sale('3306117811', '500', onward)])
  expect(await gate('3306117811', MARKET)).toEqual(['refuse', 'used_elsewhere 乙市场'])
  const second = site('slaughterhouse', '镜湖示例肉联厂', '330602001')
  await storeRecords(pool, [
    paper('3306117812', 'product_B', { body: { origin: { code: '330603', year: 2024 } } }),
    entry('3306117812', '500', { ...bought, sites: [second] }),
    sale('3306117812', '500', { ...onward, sites: [second] }),
    slaughter('3306117813'),
    sale('3306117813', '500', { sites: [second] }),
  ])
  expect(await gate('3306117812', MARKET)).toContain('used_elsewhere 镜湖示例肉联厂')
  expect(await gate('3306117813', MARKET)).toEqual(['refuse', 'used_elsewhere 镜湖示例肉联厂'])
})

test('what a slaughterhouse took in or was sold under the paper of another is no goods of its own, and what its buyers have of it is used once', async () => {
  const second = { sites: [site('slaughterhouse', '镜湖示例肉联厂', '330602001')] }
  const theirs = (number: string) =>
    paper(number, 'meat_quality', { body: { occurredAt: at('2024-04-15T01:00:00') } })
  const documents = (number: string) => ({ documents: under(number, 'meat_quality') })
  const onward = (number: string, body: Partial<Body> = second) =>
    sale(number, '500', {
      ...{ ...body, ...documents(number) },
      parties: [party('seller', '镜湖商行'), party('buyer', STALL)],
    })
  const bought = (number: string) =>
    entry(number, '500', {
      ...documents(number),
      parties: [party('owner', STALL), party('supplier', '镜湖商行')],
    })
  // Nobody says who took it in there.
  await storeRecords(pool, [
    ...[theirs('M1'), entry('M1', '500', { ...second, ...documents('M1'), parties: [] })],
    ...[onward('M1'), bought('M1')],
    ...[theirs('M2'), onward('M2'), bought('M2')],
    sale('M2', '500', {
      ...documents('M2'),
      parties: [party('seller', SELLER), party('buyer', '镜湖商行')],
    }),
  ])
  expect(of((await page('M1')).takenIn)).toBe('500')
  const { sent, takenIn } = await page('M2')
  expect([of(sent), of(takenIn)]).toEqual(['500', '500'])
})

test('of a paper whose own record tells no place, what was sold at a slaughterhouse or farm stands at the gate, and what was sold at a market does not', async () => {
  const ours = (number: string, type: string) =>
    paper(number, type, {
      body: {
        region: { code: '330603', year: 2024 },
        occurredAt: at('2024-04-15T01:00:00'),
        quantity: { value: '500', unit: 'KGM' },
        parties: [party('issuer', SELLER)],
      },
    })
  const sold = (number: string, body: Partial<Body>) =>
    sale(number, '500', { documents: under(number, 'unknown'), ...body })
  await storeRecords(pool, [
    ours('P1', 'product_B'),
    sold('P1', {}),
    ours('P2', 'promise_cert'),
    sold('P2', { sites: [site('farm', '示例农场')] }),
    // At no place, by who issued it.
    ours('P3', 'promise_cert'),
    sold('P3', { sites: [] }),
    ours('P4', 'promise_cert'),
    sold('P4', { sites: [OTHER] }),
    ours('P5', 'promise_cert'),
    sold('P5', { sites: [], parties: [party('seller', STALL)] }),
  ])
  const today = async (number: string) => (await gate(number, MARKET))?.filter((one) => !/missing/.test(one))
  for (const number of ['P1', 'P2', 'P3']) {
    expect([number, await today(number)]).toEqual([number, [expect.not.stringMatching('refuse')]])
    const { sent, takenIn, left } = await page(number)
    expect([of(sent), of(takenIn), left?.value]).toEqual(['500', undefined, '0'])
  }
  expect(await today('P4')).toEqual(['refuse', 'used_up', 'shared_elsewhere 乙市场'])
  expect(await today('P5')).toMatchObject({ 0: 'refuse', 1: 'used_up' })
})

test('a farm that tells what it sent off and what it sold of it sent that once', async () => {
  const farm = { sites: [site('farm', '示例农场')], region: { code: '330603', year: 2024 } }
  const left = told('dispatch', {
    ...{ ...farm, documents: under('P6', 'promise_cert'), quantity: { value: '300', unit: 'KGM' } },
  })
  const sold = sale('P6', '300', { ...farm, documents: under('P6', 'promise_cert') })
  await storeRecords(pool, [paper('P6', 'promise_cert'), left, sold])
  expect(await gate('P6', MARKET)).not.toContain('refuse')
  const { sent, takenIn } = await page('P6')
  expect([of(sent), of(takenIn)]).toEqual(['300', undefined])
})
