import { expect, test } from 'vitest'
import {
  type Found,
  ledger,
  leftAt,
  lot,
  MARKETS,
  massOf,
  paper,
  party,
  rehearsalOf,
} from '#test/recall/ledger.ts'

const SPINACH = { product: { name: '菠菜', class: 'vegetable' } }
const CELERY = { product: { name: '芹菜', class: 'vegetable' } }

/** Each lot by the kind of its goods: codes, what came, and what is where. */
const lotsOf = ({ lots }: Found) =>
  lots
    .map(({ codes, product, came, found }) =>
      [
        codes.join(),
        product,
        ...came.map(({ value }) => value),
        ...found.map((one) => `${one.where} ${one.value}`),
      ].join(' '),
    )
    .sort()

/** Under one voucher a trader sold another spinach and celery, and the other put each at a market of its own. */
function sale() {
  const { records, tell } = ledger()
  const trade = { parties: [party('seller', 0), party('buyer', 1)] }
  for (const [code, kilograms, more] of [
    ['S', 100, SPINACH],
    ['C', 90, CELERY],
  ] as const) {
    tell('entry', 0, kilograms, { lots: [lot(code)], parties: [party('owner', 0)], ...more })
    tell('sale', 0, kilograms - 30, {
      ...{ saleKind: 'wholesale', lots: [lot(code)], documents: [paper('voucher', 'V')], ...trade, ...more },
    })
  }
  const came = (code: string, who: number, kilograms: number, more: object) =>
    tell('entry', who, kilograms, {
      ...{ lots: [lot(code)], documents: [paper('upstream', 'V')], ...more },
      parties: [party('owner', 1), party('supplier', 0)],
    })
  came('S1', 1, 70, SPINACH)
  came('C1', 2, 60, CELERY)
  return { records, tell }
}

test('a voucher of two products is a lot of each, and what is left of the one is not told of the other', async () => {
  const { records, tell } = sale()
  tell('sale', 1, 70, { saleKind: 'retail', lots: [lot('S1')], ...SPINACH })
  const found = await rehearsalOf(records, 'doc:V')
  expect(lotsOf(found)).toEqual([
    'doc:V,lot:C1 芹菜 60 atSites 60',
    'doc:V,lot:S1 菠菜 70 soldRetail 70',
    'lot:C 芹菜 90 atSites 30',
    'lot:S 菠菜 100 atSites 30',
  ])
  expect(leftAt(found)).toEqual({ [MARKETS[0]]: '60', [MARKETS[2]]: '60' })
  expect(massOf(found)).toMatchObject({ stated: 190, found: 190, notFound: 0 })
})

test('what is told in any order, or begins at one of the goods, tells the goods of a voucher apart the same way', async () => {
  const { records } = sale()
  const all = lotsOf(await rehearsalOf(records, 'doc:V'))
  expect(lotsOf(await rehearsalOf(records.toReversed(), 'doc:V'))).toEqual(all)
  const celery = await rehearsalOf(records, 'lot:C1')
  expect(lotsOf(celery)).toEqual(all.filter((one) => one.includes('芹菜')))
})

test('a paper under which a farm sent off two products is a lot of each of them, and what it says of both together is said of neither', async () => {
  const { records, tell } = ledger()
  const farm = { sites: [{ role: 'farm', name: '示例合作社', ids: [] }] }
  for (const [code, kilograms, more] of [
    ['S', 60, SPINACH],
    ['C', 70, CELERY],
  ] as const)
    tell('dispatch', 0, kilograms, {
      ...{ ...farm, lots: [lot(code)], documents: [paper('upstream', 'P', 'promise_cert')], ...more },
    })
  tell('document', 0, 130, {
    ...{ documents: [paper('self', 'P', 'promise_cert')], lots: [lot('S'), lot('C')], product: undefined },
  })
  const came = (code: string, kilograms: number, more: object) =>
    tell('entry', 1, kilograms, {
      lots: [lot(code)],
      documents: [paper('upstream', 'P', 'promise_cert')],
      ...more,
    })
  came('S1', 55, SPINACH)
  came('C1', 40, CELERY)
  for (const list of [records, records.toReversed()])
    expect(lotsOf(await rehearsalOf(list, 'doc:P'))).toEqual([
      'doc:P,lot:C 芹菜 70',
      'doc:P,lot:S 菠菜 60',
      'lot:C1 芹菜 40 atSites 40',
      'lot:S1 菠菜 55 atSites 55',
    ])
  const spinach = await rehearsalOf(records, 'lot:S1')
  expect(massOf(spinach)).toMatchObject({ stated: 60, found: 55, notFound: 5 })
})

test('a batch number under which a stall has two products is a lot of each, and a ticket without a product is of both', async () => {
  const { records, tell } = ledger()
  const batch = { lots: [lot('B')] }
  tell('entry', 0, 50, { ...batch, ...SPINACH })
  tell('entry', 0, 40, { ...batch, ...CELERY })
  tell('sale', 0, 50, { saleKind: 'retail', ...batch, ...SPINACH })
  tell('sale', 0, 10, { saleKind: 'retail', ...batch, ...CELERY })
  expect(lotsOf(await rehearsalOf(records, 'lot:B'))).toEqual([
    'lot:B 芹菜 40 soldRetail 10 atSites 30',
    'lot:B 菠菜 50 soldRetail 50',
  ])
  tell('sale', 0, 5, { saleKind: 'retail', ...batch, product: undefined })
  expect(massOf(await rehearsalOf(records, 'lot:B'))).toMatchObject({
    ...{ stated: 90, found: 90, where: { soldRetail: 65, atSites: 25 } },
  })
})

test('a lot that two systems call by two names is one lot', async () => {
  const { records, tell } = ledger()
  tell('entry', 0, 50, { lots: [lot('B')], ...SPINACH })
  tell('entry', 0, 50, { lots: [lot('B')], ...CELERY }, 'county')
  expect(massOf(await rehearsalOf(records, 'lot:B'))).toMatchObject({ stated: 50, found: 50 })
})

test('of a voucher under which further goods of another product were sold nothing is told of these', async () => {
  const { records, tell } = ledger()
  const farm = { sites: [{ role: 'farm', name: '示例合作社', ids: [] }] }
  tell('dispatch', 0, 60, { ...farm, lots: [lot('C')], documents: [paper('upstream', 'P')], ...CELERY })
  tell('entry', 1, 60, { lots: [lot('C1')], documents: [paper('upstream', 'P')], ...CELERY })
  tell('entry', 1, 600, { lots: [lot('S')], ...SPINACH })
  for (const [code, kilograms, more] of [
    ['C1', 60, CELERY],
    ['S', 600, SPINACH],
  ] as const) {
    tell('sale', 1, kilograms, {
      ...{ saleKind: 'wholesale', lots: [lot(code)], documents: [paper('voucher', 'V')], ...more },
    })
    tell('entry', 2, kilograms, { lots: [lot(`${code}2`)], documents: [paper('upstream', 'V')], ...more })
  }
  // No record of the paper tells of which goods it is.
  expect(massOf(await rehearsalOf(records, 'doc:P'))).toMatchObject({ stated: 60, found: 60 })
})

test('of a batch number of two products of which the one was sent off under it and the other came under a paper both are found', async () => {
  const { records, tell } = ledger()
  const farm = { sites: [{ role: 'farm', name: '示例合作社', ids: [] }] }
  tell(
    'dispatch',
    0,
    10,
    { ...farm, lots: [lot('B')], documents: [paper('upstream', 'P')], ...CELERY },
    'county',
  )
  tell('entry', 1, 20, { lots: [lot('B')], documents: [paper('upstream', 'Q')], ...SPINACH }, 'county')
  tell('entry', 1, 10, { lots: [lot('C1')], documents: [paper('upstream', 'P')], ...CELERY })
  const found = await rehearsalOf(records, 'lot:B')
  expect(massOf(found)).toMatchObject({ found: 30 })
  expect(lotsOf(found)).toEqual([
    'doc:P,lot:B 芹菜 10',
    'doc:Q ',
    'lot:B 菠菜 20 atSites 20',
    'lot:C1 芹菜 10 atSites 10',
  ])
})

test('goods that were sent off under a batch number under which others were made stay found', async () => {
  const { records, tell } = ledger()
  tell('dispatch', 0, 10, { lots: [lot('B')], ...SPINACH }, 'county')
  tell(
    'transformation',
    1,
    null,
    {
      ...{ product: undefined, input: { documents: [paper('input', 'P')] } },
      output: { ...CELERY, mass: { value: '20', unit: 'KGM' }, lots: [lot('B', 'output')] },
    },
    'county',
  )
  tell('entry', 2, 10, { lots: [lot('D'), lot('B', 'source')], ...SPINACH })
  for (const root of ['lot:B', 'lot:D'])
    expect(lotsOf(await rehearsalOf(records, root))).toEqual(
      expect.arrayContaining(['lot:B 菠菜 10', 'lot:D 菠菜 10 atSites 10']),
    )
})
