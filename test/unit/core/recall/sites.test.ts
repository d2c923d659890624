import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GoodsFact, Telling } from '#core/recall/goods-fact.ts'
import type { Place } from '#core/recall/place.ts'
import { rehearse } from '#core/recall/rehearse.ts'

const LOT = 'lot:0'
let next = 0

function fact(tells: Telling, kilograms: number, of: Partial<GoodsFact> = {}): GoodsFact {
  const id = `r${String(next++).padStart(4, '0')}`
  return {
    ...{ id, version: 1, kind: 'sale', system: 'a', tells, goods: [LOT], papers: [], from: [], types: {} },
    ...{ measures: [{ value: String(kilograms), unit: 'KGM' }], giver: null, taker: null },
    ...{ refused: false, refund: false, product: null, productClass: null, origin: null },
    ...{ region: '330105', destination: null, places: [], keepers: [], at: null },
    ...of,
  }
}
const market = (n: number | string, booth?: string): { places: Place[] } => ({
  places: [
    { kind: 'market', name: null, code: `33010500${n}` },
    ...(booth === undefined ? [] : [{ kind: 'stall' as const, name: booth, code: null }]),
  ],
})
/** Of each place what should still be there, as `330105001 A 60`; `≥` where it may be more. */
function left(facts: readonly GoodsFact[], codes: readonly string[] = [LOT]) {
  const found = rehearse({ sources: [LOT], codes, links: [], facts })
  const text = (of: (typeof found.sites)[number]['left']): string =>
    of.map(({ value, atLeast }) => `${atLeast ? '≥' : ''}${value}`).join() || '-'
  return {
    at: found.regions.flatMap(({ markets, others }) => [
      ...markets.flatMap(({ code, left: there, stalls }) => [
        `${code}: ${text(there)}`,
        ...stalls.map((stall) => `${code} ${stall.booth}: ${text(stall.left)}`),
      ]),
      ...others.map((site) => `${site.name}: ${text(site.left)}`),
    ]),
    atSites: found.mass[0]?.where.atSites,
  }
}

test('of a lot at two markets what should still be at each is what came there less what was sold, destroyed and passed on there', () => {
  const came = [fact('entered', 60, market(1)), fact('entered', 40, market(2))]
  const gone = [
    ...[fact('ticket', 10, market(1)), fact('summary', 10, market(1)), fact('disposed', 5, market(2))],
    fact('sold', 15, { ...market(2), goods: ['doc:V'], from: [LOT] }),
  ]
  expect(left([...came, ...gone], [LOT, 'doc:V'])).toEqual({
    at: ['330105001: 50', '330105002: 20'],
    atSites: '70',
  })
})

test('where a record does not tell at which of the places goods were sold, nothing is said of either', () => {
  const came = [fact('entered', 60, market(1)), fact('entered', 40, market(2))]
  expect(left([...came, fact('ticket', 10)])).toEqual({
    at: ['330105001: ≥0', '330105002: ≥0'],
    atSites: '90',
  })
})

test('where a summary is of a market alone, its stalls are not told apart and the market is', () => {
  const came = [
    ...[fact('entered', 60, market(1, 'A')), fact('entered', 20, market(2, 'B'))],
    fact('entered', 20, market(2, 'C')),
  ]
  expect(left([...came, fact('summary', 15, market(2))])).toEqual({
    at: ['330105001: 60', '330105001 A: 60', '330105002: 25', '330105002 B: ≥0', '330105002 C: ≥0'],
    atSites: '85',
  })
})

test('two systems that tell of one arrival at one market tell of the same goods', () => {
  const came = [
    fact('entered', 60, market(1, 'A')),
    fact('entered', 60, { ...market(1), system: 'b' }),
    fact('entered', 40, market(2)),
  ]
  expect(left(came)).toEqual({
    at: ['330105001: 60', '330105001 A: 60', '330105002: 40'],
    atSites: '100',
  })
})

test('of goods that were harvested at one place and made into their lot at another nothing is said of either', () => {
  const farm = { kind: 'farm' as const, name: '甲示例农场', code: 'F1' }
  const house = { kind: 'slaughterhouse' as const, name: '乙示例屠宰厂', code: 'S1' }
  const { at } = left([fact('made', 30, { places: [farm] }), fact('transformed', 30, { places: [house] })])
  expect(at.sort()).toEqual(['乙示例屠宰厂: ≥0', '甲示例农场: ≥0'])
})

test('markets of one region without a name have their own stalls', () => {
  const came = [fact('entered', 60, market(1, 'A')), fact('entered', 40, market(2, 'B'))]
  expect(left(came).at).toEqual(['330105001: 60', '330105001 A: 60', '330105002: 40', '330105002 B: 40'])
})

const record = fc.record({
  tells: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Telling>('entered') },
    { weight: 2, arbitrary: fc.constantFrom<Telling>('ticket', 'summary', 'disposed', 'returned', 'made') },
  ),
  market: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 20 }),
  booth: fc.option(fc.constantFrom('A', 'B')),
  system: fc.constantFrom('a', 'a', 'b'),
  kilograms: fc.integer({ min: 0, max: 90 }),
  refund: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  refused: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  region: fc.constantFrom('330105', '330105', '330105', '330105', '330110', '310115'),
})

test('what should still be at all places together is never more than what is left of the lot, and at stalls than at their market', () => {
  let told = 0
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (records) => {
      const facts = records.map(({ tells, market: at, booth, kilograms, ...of }) =>
        fact(tells, kilograms, { ...of, ...(at === null ? {} : market(at, booth ?? undefined)) }),
      )
      const found = rehearse({ sources: [LOT], codes: [LOT], links: [], facts })
      const sum = (of: readonly { readonly left: readonly { readonly value: string }[] }[]): number =>
        of.flatMap((one) => one.left).reduce((all, { value }) => all + Number(value), 0)
      const atSites = Number(found.mass[0]?.where.atSites ?? 0) + Number(found.mass[0]?.away.atSites ?? 0)
      const outer = found.regions.flatMap(({ markets, others }) => [...markets, ...others])
      expect(sum(outer)).toBeLessThanOrEqual(atSites)
      for (const { markets } of found.regions)
        for (const one of markets) expect(sum(one.stalls)).toBeLessThanOrEqual(sum([one]))
      if (outer.filter((one) => sum([one]) > 0).length > 1) told += 1
    }),
    { numRuns: 2000 },
  )
  expect(told).toBeGreaterThan(50)
})
