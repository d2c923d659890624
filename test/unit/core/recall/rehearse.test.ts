import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Link } from '#core/lineage/traced-record.ts'
import type { Balance } from '#core/recall/balance.ts'
import type { GoodsFact, Telling } from '#core/recall/goods-fact.ts'
import { rehearse } from '#core/recall/rehearse.ts'
import { FINDS } from '#core/recall/settled.ts'

const PAPER = 'doc:P'
const kg = (value: number) => [{ value: String(value), unit: 'KGM' }]

function fact(id: string, tells: Telling, of: Partial<GoodsFact>): GoodsFact {
  return {
    ...{
      id,
      version: 1,
      kind: 'sale',
      system: 'a',
      tells,
      goods: [],
      papers: [],
      from: [],
      types: {},
      measures: [],
    },
    ...{ giver: null, taker: null, refused: false, refund: false, product: null, productClass: null },
    ...{ region: '330105', destination: null, places: [], keepers: [], at: '2024-04-15T00:00:00+08:00' },
    ...of,
  } as GoodsFact
}

const linksOf = (facts: readonly GoodsFact[]): Link[] =>
  facts.flatMap(({ id, goods, from, papers, tells, kind }) =>
    [
      ...from.flatMap((one) => goods.map((to) => [one, to])),
      ...goods.flatMap((one) => papers.map((to) => [one, to])),
    ]
      .filter(() => tells !== 'summary')
      .map(([one, to]) => ({
        ...{ from: one as string, to: to as string, recordId: id, version: 1, kind, system: 'a' },
        ...{
          rule: 'document' as const,
          confidence: 1,
          quantity: null,
          unit: null,
          occurredAt: null,
          withRecord: null,
        },
      })),
  )

/** What is reached from the sources over links that are at least so sure. */
function surer(links: readonly Link[], sources: readonly string[], confidence: number) {
  const sure = links.filter((link) => link.confidence >= confidence)
  const codes = new Set(sources)
  // A set is read while it grows.
  for (const code of codes) for (const { from, to } of sure) if (from === code) codes.add(to)
  return { codes: [...codes], links: sure.filter(({ from }) => codes.has(from)) }
}

/** One hand that got goods: from whom, how much of what he had, who wrote it down, and what he did with it. */
interface Hand {
  readonly from: number
  readonly part: number
  readonly told: { readonly sale: boolean; readonly entry: boolean; readonly ledger: boolean }
  readonly retail: number
  readonly destroyed: number
}
const hand = fc.record({
  from: fc.nat(9),
  part: fc.nat(100),
  told: fc.constantFrom(
    { sale: true, entry: true, ledger: false },
    { sale: true, entry: false, ledger: false },
    { sale: false, entry: true, ledger: false },
    { sale: true, entry: true, ledger: true },
    { sale: false, entry: true, ledger: true },
    { sale: true, entry: false, ledger: true },
  ),
  retail: fc.nat(100),
  destroyed: fc.nat(100),
})

/** Goods as they went, in whole kilograms, and the records that systems made of it. */
function world(stated: number, hands: readonly Hand[]) {
  const has = [stated]
  const got = [stated]
  const facts = [
    fact('dispatch', 'dispatched', {
      goods: ['lot:0'],
      papers: [PAPER],
      measures: kg(stated),
      giver: 'n0',
      taker: null,
    }),
  ]
  const known: boolean[] = [true]
  for (const [at, { from: wish, part, told }] of hands.entries()) {
    const to = at + 1
    const from = wish % to
    const mass = Math.floor(((has[from] as number) * part) / 100)
    has[from] = (has[from] as number) - mass
    has[to] = mass
    got[to] = mass
    known[to] = told.entry
    if (mass === 0) continue
    const trade = { giver: `n${from}`, taker: `n${to}`, measures: kg(mass) }
    const lot = from > 0 && known[from] ? `lot:${from}` : PAPER
    if (told.sale)
      facts.push(
        fact(`sale${to}`, 'sold', { ...trade, goods: [`doc:V${to}`], from: [lot], system: 'market' }),
      )
    if (told.entry)
      facts.push(
        fact(`entry${to}`, 'entered', {
          ...trade,
          goods: [`lot:${to}`],
          from: [PAPER, ...(told.sale ? [`doc:V${to}`] : [])],
          system: 'city',
        }),
      )
    if (told.ledger)
      facts.push(
        fact(`ledger${to}`, 'entered', { ...trade, goods: [`rec:${to}`], from: [PAPER], system: 'ledger' }),
      )
  }
  const where = Object.fromEntries(FINDS.map((find) => [find, 0]))
  const add = (find: string, mass: number): void => {
    where[find] = (where[find] as number) + mass
  }
  for (const [at, { told, retail, destroyed }] of hands.entries()) {
    const to = at + 1
    if (got[to] === 0) continue
    const code = told.entry ? `lot:${to}` : told.ledger ? `rec:${to}` : `doc:V${to}`
    const sold = Math.floor(((has[to] as number) * retail) / 100)
    const gone = Math.floor((((has[to] as number) - sold) * destroyed) / 100)
    // Each sale twice: by the ticket and by the day's summary.
    if (sold > 0)
      facts.push(
        fact(`sum${to}`, 'summary', { goods: [code], measures: kg(sold) }),
        fact(`tick${to}`, 'ticket', { goods: [code], measures: kg(sold) }),
      )
    if (gone > 0) facts.push(fact(`gone${to}`, 'disposed', { goods: [code], measures: kg(gone) }))
    add('soldRetail', sold)
    add('disposed', gone)
    add(told.entry || told.ledger ? 'atSites' : 'soldWholesale', (has[to] as number) - sold - gone)
  }
  return { facts, where, left: has[0] as number, lots: got.filter((mass) => mass > 0).length }
}

const balance = (mass: readonly Balance[]): Balance | undefined => mass.find(({ unit }) => unit === 'KGM')

test('each kilogram is found once, where it really went, whoever of giver and taker wrote it down and how often', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.array(hand, { maxLength: 9 }), (stated, hands) => {
      const { facts, where, left, lots } = world(stated, hands)
      const links = linksOf(facts.filter(({ tells }) => tells !== 'ticket' && tells !== 'disposed'))
      const reached = surer(links, ['lot:0'], 0.8)
      const found = rehearse({ sources: ['lot:0'], ...reached, facts: facts.toReversed() })
      const all = balance(found.mass)
      expect(all).toMatchObject({ stated: String(stated), notFound: String(left) })
      expect(all?.where).toEqual(
        Object.fromEntries(Object.entries(where).map(([find, mass]) => [find, String(mass)])),
      )
      expect(found.lots).toHaveLength(lots)
    }),
    { numRuns: 300 },
  )
})

const code = fc.integer({ min: 0, max: 12 }).map((n) => `lot:${n}`)
const anyLink = fc.record({
  from: code,
  to: code,
  confidence: fc.constantFrom(0.6, 0.8, 0.95, 1),
  kilograms: fc.nat(500),
})

test('on any graph, circles included, found and not found are what was stated, and no more lots are reached than by a plain walk', () => {
  fc.assert(
    fc.property(fc.array(anyLink, { maxLength: 40 }), fc.constantFrom(0.6, 0.8, 1), (edges, confidence) => {
      const facts = edges.map(({ from, to, kilograms }, i) =>
        fact(`e${i}`, i % 3 === 0 ? 'sold' : 'entered', {
          goods: [to],
          from: [from],
          measures: kg(kilograms),
          system: `s${i % 2}`,
        }),
      )
      facts.push(fact('source', 'dispatched', { goods: ['lot:0'], measures: kg(1000) }))
      const links = linksOf(facts).map((link, i) => ({ ...link, confidence: edges[i]?.confidence ?? 1 }))
      const reached = surer(links, ['lot:0'], confidence)
      const found = rehearse({ sources: ['lot:0'], ...reached, facts })
      for (const { stated, found: known, notFound, where } of found.mass) {
        expect(Object.values(where).reduce((sum, mass) => sum + Number(mass), 0)).toBe(Number(known))
        if (stated !== null) expect(Number(known) + Number(notFound)).toBe(Number(stated))
      }
      const plain = new Set(['lot:0'])
      for (let size = 0; size < plain.size; ) {
        size = plain.size
        for (const edge of edges)
          if (edge.confidence >= confidence && plain.has(edge.from)) plain.add(edge.to)
      }
      expect(found.lots.length).toBeLessThanOrEqual(plain.size)
      for (const { codes } of found.lots) for (const one of codes) expect(plain).toContain(one)
    }),
    { numRuns: 300 },
  )
})

test('markets of one name are two places where their regions or their codes differ, and one under its code and its name', () => {
  const at = (id: string, region: string, code: string | null, mass: number) =>
    fact(id, 'entered', {
      ...{ goods: [`lot:${id}`], from: ['lot:0'], measures: kg(mass), region },
      places: [{ kind: 'market', name: '中心农贸市场', code }],
    })
  const facts = [
    fact('source', 'dispatched', { goods: ['lot:0'], measures: kg(100), region: null }),
    ...[at('a', '330402', null, 10), at('b', '310115', null, 20)],
    ...[at('c', '330402', '330402111', 30), at('d', '440103', '440103111', 40)],
  ]
  const found = rehearse({ sources: ['lot:0'], ...surer(linksOf(facts), ['lot:0'], 0.8), facts })
  const markets = found.sites.filter(({ kind }) => kind === 'market')
  expect(markets.map(({ region, code, lots, left }) => [region, code, lots, left[0]?.value])).toEqual([
    ['310115', null, 1, '20'],
    ['330402', '330402111', 2, '40'],
    ['440103', '440103111', 1, '40'],
  ])
})
