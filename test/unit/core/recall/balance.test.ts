import { expect, test } from 'vitest'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact, Telling } from '#core/recall/goods-fact.ts'
import { rehearse } from '#core/recall/rehearse.ts'

let next = 0
const kg = (value: number) => [{ value: String(value), unit: 'KGM' }]

function fact(tells: Telling, kilograms: number, of: Partial<GoodsFact> = {}): GoodsFact {
  const id = `r${String(next++).padStart(4, '0')}`
  return {
    ...{
      id,
      version: 1,
      kind: 'sale',
      system: 'a',
      tells,
      goods: ['lot:1'],
      papers: [],
      from: [],
      types: {},
    },
    ...{ measures: kg(kilograms), giver: null, taker: null, refused: false, refund: false },
    ...{ product: null, productClass: null, origin: null, region: '330105', destination: null, places: [] },
    ...{ keepers: [], at: null },
    ...of,
  }
}
const market = (code: string, region = '330105') => ({
  region,
  places: [{ kind: 'market' as const, name: null, code }],
})
const link = (from: string, to: string): Link => ({
  ...{ from, to, recordId: `${from} ${to}`, version: 1, kind: 'entry', system: 'a', rule: 'document' },
  ...{ confidence: 1, quantity: null, unit: null, occurredAt: null, withRecord: null },
})
/** Goods of 100 kg that left a farm, and one lot of them. */
function whereOf(...told: readonly GoodsFact[]) {
  const facts = [fact('dispatched', 100, { goods: ['lot:0'] }), ...told]
  const links = told.flatMap(({ goods, papers, from, tells }) =>
    tells === 'entered' || tells === 'ticket'
      ? [
          ...from.flatMap((a) => goods.map((b) => link(a, b))),
          ...(tells === 'ticket' ? goods.flatMap((a) => papers.map((b) => link(a, b))) : []),
        ]
      : [],
  )
  const vouchers = told.flatMap(({ tells, goods }) => (tells === 'sold' ? goods : []))
  const codes = [...new Set(['lot:0', ...links.flatMap(({ from, to }) => [from, to]), ...vouchers])]
  const [found] = rehearse({ sources: ['lot:0'], codes, links, facts }).mass
  const { where = {}, stated, notFound } = found ?? {}
  return {
    stated,
    notFound,
    ...Object.fromEntries(Object.entries(where).filter(([, value]) => value !== '0')),
  }
}
const entered = (kilograms: number, of: Partial<GoodsFact>) =>
  fact('entered', kilograms, { from: ['lot:0'], ...of })

test('a lot that came to a market at home and to one of another province is at the one and left by the other', () => {
  expect(
    whereOf(
      ...[entered(60, market('330105001')), entered(40, market('310115001', '310115'))],
      ...[fact('ticket', 10, market('330105001')), fact('ticket', 5, market('310115001', '310115'))],
    ),
  ).toEqual({ stated: '100', notFound: '0', atSites: '50', soldRetail: '10', leftRegion: '40' })
})

test('of a lot of which a part was refused at the gate that part went back, and the rest is there', () => {
  expect(
    whereOf(entered(60, market('330105001')), entered(40, { ...market('330105001'), refused: true })),
  ).toEqual({ stated: '100', notFound: '0', atSites: '60', returned: '40' })
})

test('what two systems tell of their own markets is added, and what they tell of one is the same', () => {
  const two = [
    entered(60, market('330105001')),
    entered(40, { ...market('330110001', '330110'), system: 'b' }),
  ]
  expect(whereOf(...two)).toEqual({ stated: '100', notFound: '0', atSites: '100' })
  const one = [entered(60, market('330105001')), entered(60, { ...market('330105001'), system: 'b' })]
  expect(whereOf(...one)).toEqual({ stated: '100', notFound: '40', atSites: '60' })
})

test('tickets of one market and a summary of another tell of two sales', () => {
  expect(
    whereOf(
      ...[entered(60, market('330105001')), entered(40, market('330105002'))],
      ...[fact('ticket', 30, market('330105001')), fact('summary', 20, market('330105002'))],
    ),
  ).toEqual({ stated: '100', notFound: '0', atSites: '50', soldRetail: '50' })
})

test('goods that a canteen bought by a ticket and brought in are there, and not sold once more', () => {
  expect(
    whereOf(
      entered(100, market('330105001')),
      fact('ticket', 30, { ...market('330105001'), papers: ['doc:T'] }),
      entered(30, {
        goods: ['lot:2'],
        from: ['doc:T'],
        places: [{ kind: 'canteen', name: '食堂', code: null }],
      }),
    ),
  ).toEqual({ stated: '100', notFound: '0', atSites: '100' })
})

test('goods that went round in a circle are counted once', () => {
  expect(
    whereOf(
      entered(100, { ...market('330105001'), from: ['lot:0', 'lot:2'] }),
      entered(30, { ...market('330105002'), goods: ['lot:2'], from: ['lot:1'] }),
    ),
  ).toEqual({ stated: '100', notFound: '0', atSites: '100' })
})

test('what customers gave back is where it was sold, in its own unit and never more than was sold', () => {
  const refund = { ...market('330105001'), refund: true }
  const pieces = { measures: [{ value: '3', unit: 'H87' }] }
  expect(
    whereOf(
      entered(100, market('330105001')),
      ...[
        fact('ticket', 30, market('330105001')),
        fact('ticket', 10, refund),
        fact('ticket', 0, { ...refund, ...pieces }),
      ],
    ),
  ).toEqual({ stated: '100', notFound: '0', atSites: '80', soldRetail: '20' })
})

test.each(['lot:a', 'lot:z'])(
  'goods that two gave are taken from who owes them to nobody else, however their lots are called (%s)',
  (other) => {
    const at = market('330105001')
    expect(
      whereOf(
        ...[entered(60, { ...at, goods: ['lot:m'] }), entered(40, { ...at, goods: [other] })],
        ...[entered(70, { ...at, goods: ['lot:b'], from: ['lot:m', other] })],
        entered(30, { ...at, goods: ['lot:c'], from: [other] }),
      ),
    ).toEqual({ stated: '100', notFound: '0', atSites: '100' })
  },
)

test('what was taken back of a sale to a trader was not sold to him, and is where it was sold', () => {
  const sold = { goods: ['doc:V'], from: ['lot:1'], giver: 'a', taker: 'b' }
  const own = { ...sold, goods: ['rec:x'] }
  expect(
    whereOf(
      entered(100, market('330105001')),
      ...[
        fact('sold', 50, sold),
        fact('sold', 10, { ...sold, refund: true }),
        fact('sold', 5, { ...own, refund: true }),
      ],
    ),
  ).toEqual({ stated: '100', notFound: '0', atSites: '65', soldWholesale: '35' })
})

test('a record of several lots takes from each of them what it has, and others have not taken', () => {
  const at = market('330105001')
  expect(
    whereOf(
      ...[
        entered(30, at),
        entered(40, { ...at, goods: ['lot:2'] }),
        entered(30, { ...at, goods: ['lot:3'] }),
      ],
      ...[fact('disposed', 50, { ...at, goods: ['lot:1', 'lot:2'] }), fact('ticket', 10, at)],
      fact('ticket', 30, { ...at, goods: ['lot:3', 'lot:2'] }),
    ),
  ).toEqual({ stated: '100', notFound: '0', disposed: '50', soldRetail: '40', atSites: '10' })
})

const heads = (head: number, kilograms?: number) => ({
  measures: [{ value: String(head), unit: 'HEA' }, ...(kilograms === undefined ? [] : kg(kilograms))],
})
/** What is told of one lot in each unit, and what should be left of it at its market. */
function unitsOf(...told: readonly GoodsFact[]) {
  const links = told.flatMap(({ from, goods }) => from.flatMap((a) => goods.map((b) => link(a, b))))
  const codes = [...new Set(['lot:0', ...told.flatMap(({ goods }) => goods)])]
  const { mass, regions, lots } = rehearse({ sources: ['lot:0'], codes, links, facts: told })
  return {
    mass: mass.map(({ unit, where: { atSites }, stated, notFound }) => [unit, stated, atSites, notFound]),
    left: regions.flatMap(({ markets }) =>
      markets.flatMap(({ left }) => left.map(({ value, unit, atLeast }) => [unit, value, atLeast])),
    ),
    notFound: lots.flatMap(({ notFound }) => notFound.map(({ unit, value }) => [unit, value])),
  }
}
const pigs = (head: number, kilograms: number, of: Partial<GoodsFact> = {}) =>
  fact('entered', 0, { goods: ['lot:0'], ...market('330105001'), ...heads(head, kilograms), ...of })

test('of a lot that is told in heads and in kilograms and sold by the kilogram nobody knows how many heads are left', () => {
  expect(unitsOf(pigs(10, 1000), fact('ticket', 300, { goods: ['lot:0'], ...market('330105001') }))).toEqual({
    mass: [
      ['HEA', '10', '0', '10'],
      ['KGM', '1000', '700', '0'],
    ],
    left: [
      ['HEA', '0', true],
      ['KGM', '700', false],
    ],
    notFound: [['HEA', '10']],
  })
})

test('of a lot that is told in heads and in kilograms and sold on by the head nobody knows how many kilograms are left', () => {
  const sold = fact('sold', 0, { goods: ['doc:V'], from: ['lot:0'], giver: 'a', taker: 'b', ...heads(4) })
  expect(unitsOf(pigs(10, 1000), sold)).toMatchObject({
    mass: [
      ['HEA', '10', '6', '0'],
      ['KGM', '1000', '0', '1000'],
    ],
    notFound: [['KGM', '1000']],
  })
})

test('of a lot that is told in heads and in kilograms and sold in both, some is left in both', () => {
  const both = fact('ticket', 0, { goods: ['lot:0'], ...market('330105001'), ...heads(3, 310) })
  const refund = fact('ticket', 20, { goods: ['lot:0'], ...market('330105001'), refund: true })
  expect(unitsOf(pigs(10, 1000), both)).toMatchObject({
    mass: [
      ['HEA', '10', '7', '0'],
      ['KGM', '1000', '690', '0'],
    ],
    notFound: [],
  })
  // The summary tells of the same sales; of what came back nobody tells that it was a head.
  const summary = fact('summary', 310, { goods: ['lot:0'], ...market('330105001') })
  expect(unitsOf(pigs(10, 1000), both, refund, summary)).toMatchObject({
    mass: [
      ['HEA', '10', '7', '0'],
      ['KGM', '1000', '710', '0'],
    ],
    notFound: [],
  })
})
